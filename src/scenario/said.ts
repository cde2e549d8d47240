/** Which delays somebody said, and which are left to the defaults. */
import { isDeepStrictEqual } from 'node:util';
import type { Scenario } from './scenario.ts';
import { type TimingName, timingDefault } from './timing.ts';

/** By name of what was said: who said it, as a person would look it up. What is not here is a default. */
export interface Said {
  readonly timing: Readonly<Partial<Record<TimingName, string>>>;
  /** By application as the scenario may name it (Deployment, or Deployment/container), then by field. */
  readonly applications: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/**
 * What a scenario file itself says.
 *
 * @param content of the file, as parsed and checked
 */
export function saidIn(file: string, content: unknown): Said {
  const named = (part: unknown): Record<string, string> =>
    Object.fromEntries(keysOf(part).map((name) => [name, file]));
  const { timing, applications } = content as { timing?: unknown; applications?: Record<string, unknown> };
  return {
    timing: named(timing),
    applications: Object.fromEntries(keysOf(applications).map((name) => [name, named(applications?.[name])])),
  };
}

const keysOf = (part: unknown): string[] =>
  typeof part === 'object' && part !== null ? Object.keys(part) : [];

/** Whether a timer or delay is left to the defaults, so that a platform or a calibration may replace it. */
export function isLeftToDefault(
  scenario: Pick<Scenario, 'timing' | 'said' | 'cluster'>,
  name: TimingName,
): boolean {
  if (scenario.said.timing[name] !== undefined) return false;
  // What a program changed without a word is no default either.
  return isDeepStrictEqual(scenario.timing[name], timingDefault(name, scenario.cluster).default);
}

/** The name of a container's application: its workload's, unless there are others or the longer one is used. */
export function applicationName(
  workload: { readonly name: string; readonly pod: { readonly containers: readonly unknown[] } },
  container: { readonly name: string },
  isUsed: (name: string) => boolean,
): string {
  const long = `${workload.name}/${container.name}`;
  return workload.pod.containers.length === 1 && !isUsed(long) ? workload.name : long;
}
