/** Distributions as masses on evenly spaced points, so that sums of independent durations can be had. */
import type { Distribution } from '../scenario/distribution.ts';
import { cdf, moments } from './probability.ts';

/** Masses of cells of equal width; each stands for the middle of its cell. */
export interface Lattice {
  /** Middle of the first cell. */
  readonly first_ms: number;
  readonly step_ms: number;
  readonly masses: Float64Array;
}

/** What of a distribution lies within (low, high], in cells from low on; zero counts to a cell that begins there. */
export function discretised(
  distribution: Distribution,
  low_ms: number,
  high_ms: number,
  step_ms: number,
): Lattice {
  const cells = Math.max(1, Math.ceil((high_ms - low_ms) / step_ms));
  const masses = new Float64Array(cells);
  let below = low_ms <= 0 ? 0 : cdf(distribution, low_ms);
  for (let i = 0; i < cells; i += 1) {
    const up = cdf(distribution, low_ms + (i + 1) * step_ms);
    masses[i] = up - below;
    below = up;
  }
  return { first_ms: low_ms + step_ms / 2, step_ms, masses };
}

/** The same, moved by less than a cell so that its mean is the distribution's own. */
export function centred(lattice: Lattice, distribution: Distribution): Lattice {
  let total = 0;
  let sum_ms = 0;
  for (const [i, mass] of lattice.masses.entries()) {
    total += mass;
    sum_ms += mass * (lattice.first_ms + i * lattice.step_ms);
  }
  const off_ms = moments(distribution).mean_ms - sum_ms / total;
  // A mean that is further off is that of a tail beyond the last cell.
  return Math.abs(off_ms) <= lattice.step_ms ? { ...lattice, first_ms: lattice.first_ms + off_ms } : lattice;
}

/** The sum of two independent durations on lattices of the same step. */
export function convolved(a: Lattice, b: Lattice): Lattice {
  const masses = new Float64Array(a.masses.length + b.masses.length - 1);
  for (let i = 0; i < a.masses.length; i += 1) {
    const mass = a.masses[i]!;
    if (mass === 0) continue;
    for (let j = 0; j < b.masses.length; j += 1) masses[i + j]! += mass * b.masses[j]!;
  }
  return { first_ms: a.first_ms + b.first_ms, step_ms: a.step_ms, masses };
}

export const shifted = (lattice: Lattice, by_ms: number): Lattice => ({
  ...lattice,
  first_ms: lattice.first_ms + by_ms,
});

/** The density at x, per millisecond, straight between the middles of cells. */
export function densityAt({ first_ms, step_ms, masses }: Lattice, x_ms: number): number {
  const position = (x_ms - first_ms) / step_ms;
  const i = Math.floor(position);
  const left = i >= 0 && i < masses.length ? masses[i]! : 0;
  const right = i >= -1 && i + 1 < masses.length ? masses[i + 1]! : 0;
  return (left + (position - i) * (right - left)) / step_ms;
}

/** A function that gives the mass up to x, which within a cell grows evenly. */
export function cumulative({ first_ms, step_ms, masses }: Lattice): (x_ms: number) => number {
  const before = new Float64Array(masses.length + 1);
  for (let i = 0; i < masses.length; i += 1) before[i + 1] = before[i]! + masses[i]!;
  return (x_ms) => {
    const position = Math.min(masses.length, Math.max(0, (x_ms - first_ms) / step_ms + 0.5));
    const i = Math.min(masses.length - 1, Math.floor(position));
    return before[i]! + (position - i) * masses[i]!;
  };
}
