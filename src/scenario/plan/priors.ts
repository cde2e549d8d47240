/** Published times to failure and to repair, by name. They are never applied but by name, and every report says so. */
import { type Distribution, exponential, uniform } from '../distribution.ts';
import { YEAR_MS } from '../units.ts';

export interface Prior {
  readonly time_to_failure: Distribution;
  /** Undefined where the source does not tell: the plan must then say it. */
  readonly time_to_repair: Distribution | undefined;
  /** What counts as a failure there, of what. */
  readonly counts: string;
  /** Where and when it was published. */
  readonly source: string;
}

const named = {
  'google-2008-machine': {
    time_to_failure: exponential(1.8 * YEAR_MS),
    time_to_repair: undefined,
    counts: 'failures of single machines: 1000 a year in a new cluster of 1800',
    source: 'J. Dean, Handling large datasets at Google, Data-Intensive Computing Symposium 2008, slide 8',
  },
  'google-2008-rack': {
    time_to_failure: exponential(1.5 * YEAR_MS),
    time_to_repair: uniform(3_600_000, 6 * 3_600_000),
    counts: 'racks that disappear',
    source: 'J. Dean, Handling large datasets at Google, Data-Intensive Computing Symposium 2008, slide 8',
  },
} as const satisfies Readonly<Record<string, Prior>>;

export type PriorName = keyof typeof named;
export const PRIORS: Readonly<Record<PriorName, Prior>> = named;
export const PRIOR_NAMES = Object.keys(named) as readonly PriorName[];
