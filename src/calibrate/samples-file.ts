/**
 * The file of a run's samples, JSON Lines: where and when they were taken, then a line a kill. It grows while a
 * run goes on, so that what was seen before an interruption is kept.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { EXIT, UserError } from '../scenario/errors.ts';
import { LEG_NAMES, type Leg, type Legs } from './legs.ts';
import type { KillSamples, RunSamples, SamplesHeader } from './samples.ts';

export const SAMPLES_SCHEMA = 'foreshock.samples/v1';

const text = z.string().min(1);
const duration = z.number().min(0);

const headerSchema = z.strictObject({
  schema: z.literal(SAMPLES_SCHEMA),
  date: z.iso.datetime(),
  foreshock: text,
  scenario: text,
  application: text,
  cluster: z.strictObject({ version: text, where: text, nodes: z.number().int().min(1) }),
});

/** A duration in milliseconds, or the two between which it lies. */
const sampleSchema = z.union([duration, z.tuple([duration, duration])], {
  error: 'a number of milliseconds, or the two between which it lies',
});

const killSchema = z.strictObject({
  grace: z.enum(['forced', 'graceful']),
  late: z.number().int().min(0),
  legs: z.partialRecord(z.enum(LEG_NAMES as [Leg, ...Leg[]]), z.array(sampleSchema)),
});

export const headerLine = (header: SamplesHeader): string =>
  `${JSON.stringify({ schema: SAMPLES_SCHEMA, ...header })}\n`;

export function killLine({ forced, late, legs }: KillSamples): string {
  const written = Object.entries(legs).map(([leg, intervals]) => [
    leg,
    intervals.map(({ low_ms, high_ms }) =>
      low_ms === high_ms ? microseconds(low_ms) : [microseconds(low_ms), microseconds(high_ms)],
    ),
  ]);
  const grace = forced ? 'forced' : 'graceful';
  return `${JSON.stringify({ grace, late, legs: Object.fromEntries(written) })}\n`;
}

const microseconds = (value_ms: number): number => Math.round(value_ms * 1000) / 1000;

/** @throws UserError that names the line, where the file cannot be read or is no such file */
export function readSamples(file: string): RunSamples {
  const lines = textOf(file).split('\n');
  // A run that was killed may have torn its last line.
  if (lines.at(-1) !== '') lines.pop();
  const read = <T>(schema: z.ZodType<T>, line: number): T => {
    const result = schema.safeParse(parsed(lines[line] ?? ''));
    if (result.success) return result.data;
    const [issue] = result.error.issues;
    const where = issue?.path.join('.');
    throw refused(`${file}:${line + 1}: ${where ? `${where}: ` : ''}${issue?.message}`);
  };
  const { schema: _, ...header } = read(headerSchema, 0);
  const kills = lines.flatMap((line, index) => {
    if (index === 0 || line === '') return [];
    const { grace, late, legs } = read(killSchema, index);
    return [{ forced: grace === 'forced', late, legs: legsFrom(legs) }];
  });
  return { header, kills };
}

function legsFrom(
  legs: Readonly<Record<string, readonly (number | readonly [number, number])[] | undefined>>,
): Legs {
  return Object.fromEntries(
    Object.entries(legs).map(([leg, samples]) => [
      leg,
      (samples ?? []).map((sample) => {
        const [low_ms, high_ms] = typeof sample === 'number' ? [sample, sample] : sample;
        return { low_ms, high_ms };
      }),
    ]),
  );
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw refused(`${file}: cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const refused = (message: string): UserError =>
  new UserError(message, {
    exitCode: EXIT.configuration,
    hint: '--from takes the samples files that calibrate writes beside its calibration',
  });
