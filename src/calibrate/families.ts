/** The families of distributions that are fitted. */
import type { Distribution } from '../scenario/distribution.ts';
import { RESOLUTION_MS } from './interval.ts';

/** In the order in which they are preferred where nothing else decides. */
export const FAMILIES = ['lognormal', 'normal', 'exponential', 'uniform'] as const;
export type Family = (typeof FAMILIES)[number];
export type Parametric = Extract<Distribution, { kind: Family }>;

/** Durations as far as they are known, for a search to begin with: at least two different ones. */
export interface Outline {
  readonly middles_ms: readonly number[];
  /** Nothing that was seen lies outside. */
  readonly low_ms: number;
  readonly high_ms: number;
}

interface FamilyEntry {
  /** How many numbers it is free to choose. */
  readonly parameters: number;
  /**
   * The best member for exact values where it can be written down: maximum likelihood, with the bias taken out
   * where it is known. Undefined where a search must find it, or where it is none that a scenario can hold.
   */
  readonly closed: (values_ms: readonly number[]) => Parametric | undefined;
  /** A member that a search can begin with. */
  readonly rough: (outline: Outline) => Parametric;
  /** The member at a point of the search; undefined where there is none that a scenario can hold. */
  readonly at: (point: readonly number[]) => Parametric | undefined;
}

/** What a scenario takes at most (src/scenario/schema/quantities.ts): a sigma of 5, a duration of a year. */
export const SIGMA_MAX = 5;
export const DURATION_MAX_MS = 366 * 24 * 3_600_000;

const lognormal = (median_ms: number, sigma: number): Parametric => ({ kind: 'lognormal', median_ms, sigma });
const normal = (mean_ms: number, sd_ms: number): Parametric => ({ kind: 'normal', mean_ms, sd_ms });
const exponential = (mean_ms: number): Parametric => ({ kind: 'exponential', mean_ms });
const uniform = (min_ms: number, max_ms: number): Parametric => ({ kind: 'uniform', min_ms, max_ms });

export const FAMILY: Readonly<Record<Family, FamilyEntry>> = {
  lognormal: {
    parameters: 2,
    closed: (values_ms) => {
      if (values_ms.includes(0)) return undefined;
      const { mean, sd } = meanAndSd(values_ms.map(Math.log));
      return holdable(lognormal(Math.exp(mean), sd));
    },
    rough: ({ middles_ms }) => {
      const { mean, sd } = meanAndSd(middles_ms.map((value) => Math.log(Math.max(value, RESOLUTION_MS / 2))));
      return lognormal(Math.exp(mean), Math.min(sd, SIGMA_MAX / 2));
    },
    at: ([mu, logSigma]) => holdable(lognormal(Math.exp(mu!), Math.exp(logSigma!))),
  },
  normal: {
    parameters: 2,
    closed: (values_ms) => {
      // A zero may be what a negative value was cut to.
      if (values_ms.includes(0)) return undefined;
      const { mean, sd } = meanAndSd(values_ms);
      return holdable(normal(mean, sd));
    },
    rough: ({ middles_ms }) => {
      const { mean, sd } = meanAndSd(middles_ms);
      return normal(mean, sd);
    },
    at: ([mean_ms, logSd]) => holdable(normal(mean_ms!, Math.exp(logSd!))),
  },
  exponential: {
    parameters: 1,
    closed: (values_ms) => holdable(exponential(meanAndSd(values_ms).mean)),
    rough: ({ middles_ms }) => exponential(meanAndSd(middles_ms).mean),
    at: ([logMean]) => holdable(exponential(Math.exp(logMean!))),
  },
  uniform: {
    parameters: 2,
    closed: (values_ms) => {
      const min_ms = Math.min(...values_ms);
      const max_ms = Math.max(...values_ms);
      // Of n values the least and the greatest lie 1 / (n + 1) of the width within the ends.
      const beyond_ms = (max_ms - min_ms) / (values_ms.length - 1);
      return holdable(uniform(Math.max(0, min_ms - beyond_ms), max_ms + beyond_ms));
    },
    rough: ({ low_ms, high_ms }) => uniform(Math.max(0, low_ms), high_ms),
    at: ([min_ms, max_ms]) => holdable(uniform(min_ms!, max_ms!)),
  },
};

/** The point of the search where a member is, and how far the first steps from there go. */
export function searchFrom(member: Parametric): { point: readonly number[]; step: readonly number[] } {
  switch (member.kind) {
    case 'lognormal':
      return { point: [Math.log(member.median_ms), Math.log(member.sigma)], step: [member.sigma / 4, 0.25] };
    case 'normal':
      return { point: [member.mean_ms, Math.log(member.sd_ms)], step: [member.sd_ms / 4, 0.25] };
    case 'exponential':
      return { point: [Math.log(member.mean_ms)], step: [0.25] };
    case 'uniform': {
      const step_ms = (member.max_ms - member.min_ms) / 8;
      return { point: [member.min_ms, member.max_ms], step: [step_ms, -step_ms] };
    }
  }
}

/** The member, where a scenario can hold it. */
function holdable(member: Parametric): Parametric | undefined {
  return isHoldable(member) ? member : undefined;
}

function isHoldable(member: Parametric): boolean {
  switch (member.kind) {
    case 'lognormal':
      return isPositive(member.median_ms) && member.sigma > 0 && member.sigma <= SIGMA_MAX;
    case 'normal':
      return member.mean_ms >= 0 && member.mean_ms <= DURATION_MAX_MS && isPositive(member.sd_ms);
    case 'exponential':
      return isPositive(member.mean_ms);
    case 'uniform':
      return member.min_ms >= 0 && member.min_ms < member.max_ms && member.max_ms <= DURATION_MAX_MS;
  }
}

const isPositive = (duration_ms: number): boolean => duration_ms > 0 && duration_ms <= DURATION_MAX_MS;

/** Mean, and the standard deviation with n - 1, which is 0 for one value. */
export function meanAndSd(values: readonly number[]): { mean: number; sd: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < 2) return { mean, sd: 0 };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: Math.sqrt(squares / (values.length - 1)) };
}
