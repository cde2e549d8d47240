import type { Distribution } from '../../src/scenario/distribution.ts';
import { stream } from '../../src/scenario/random.ts';
import { sample_ms } from '../../src/scenario/sample.ts';

export const lognormal = (median_ms: number, sigma: number) =>
  ({ kind: 'lognormal', median_ms, sigma }) as const;
export const normal = (mean_ms: number, sd_ms: number) => ({ kind: 'normal', mean_ms, sd_ms }) as const;
export const exponential = (mean_ms: number) => ({ kind: 'exponential', mean_ms }) as const;
export const uniform = (min_ms: number, max_ms: number) => ({ kind: 'uniform', min_ms, max_ms }) as const;

/** Values of the sum of independent durations, the same for the same seed. */
export function draws(count: number, seed: number, ...parts: readonly Distribution[]): number[] {
  const random = stream(String(seed), 0, 'test');
  return Array.from({ length: count }, () =>
    parts.reduce((sum_ms, part) => sum_ms + sample_ms(part, random), 0),
  );
}

/** How many of `cases` are so. */
export function countOf(cases: number, isSo: (seed: number) => boolean): number {
  let count = 0;
  for (let seed = 0; seed < cases; seed += 1) if (isSo(seed)) count += 1;
  return count;
}

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
