/** preStop hooks: how long those take that only sleep. */
import { z } from 'zod';
import { constant, type Distribution } from '../distribution.ts';
import { durationToMs } from '../units.ts';
import { whole } from './fields.ts';

export const hook = z.object({
  sleep: z.object({ seconds: whole }).nullish(),
  exec: z.object({ command: z.array(z.string()).default([]) }).nullish(),
});

/**
 * Of `sleep: {seconds: 5}`, `["sleep", "5"]` and `["sh", "-c", "sleep 5"]`.
 *
 * @returns undefined where only a person knows
 */
export function sleepOf({ sleep, exec }: z.output<typeof hook>): Distribution | undefined {
  if (sleep != null) return constant(sleep.seconds * 1000);
  const command = exec?.command ?? [];
  const shell = /^(?:\/(?:usr\/)?bin\/)?(?:ba|da|a)?sh$/.test(command[0] ?? '') && command[1] === '-c';
  const words = shell && command.length === 3 ? (command[2] ?? '').trim().split(/\s+/) : command;
  const [program = '', time = ''] = words;
  if (words.length !== 2 || !/^(?:\/(?:usr\/)?bin\/)?sleep$/.test(program)) return undefined;
  const [, number, unit] = /^(\d+(?:\.\d+)?)([smh]?);?$/.exec(time) ?? [];
  return number === undefined ? undefined : constant(durationToMs(`${number}${unit || 's'}`));
}
