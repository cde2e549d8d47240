import type { Load } from './scenario.ts';

/**
 * Intended send times in milliseconds from the start of the trial, ascending, in [0, duration): fixed before
 * the run, so that nothing the service does can move them. The simulator and the load generator share it.
 *
 * - `constant`: the k-th at k/rate exactly, not by adding up gaps; anew from every step of the rate
 * - `poisson`: gaps drawn from the exponential distribution
 *
 * @param random uniform in [0, 1); drawn from only for `poisson`
 */
export function schedule(
  load: Pick<Load, 'arrivals' | 'rate_per_s' | 'steps' | 'duration_ms'>,
  random: () => number,
): Float64Array {
  const times: number[] = [];
  for (const stretch of stretches(load)) {
    if (load.arrivals === 'constant') addEven(times, stretch);
    else addPoisson(times, stretch, random);
  }
  return Float64Array.from(times);
}

/** Requests a second over the whole of the load. */
export function meanRate_per_s(load: Pick<Load, 'rate_per_s' | 'steps' | 'duration_ms'>): number {
  const requests = stretches(load).reduce(
    (sum, { rate_per_s, from_ms, to_ms }) => sum + (rate_per_s * (to_ms - from_ms)) / 1000,
    0,
  );
  return (requests * 1000) / load.duration_ms;
}

/** Requests a second at a moment of the load. */
export function rateAt_per_s(
  { rate_per_s, steps }: Pick<Load, 'rate_per_s' | 'steps'>,
  at_ms: number,
): number {
  return steps.findLast((step) => step.at_ms <= at_ms)?.rate_per_s ?? rate_per_s;
}

/** A part of the load in which the rate stays the same. */
interface Stretch {
  readonly rate_per_s: number;
  readonly from_ms: number;
  readonly to_ms: number;
}

function stretches({
  rate_per_s,
  steps,
  duration_ms,
}: Pick<Load, 'rate_per_s' | 'steps' | 'duration_ms'>): Stretch[] {
  const changes = [{ at_ms: 0, rate_per_s }, ...steps];
  return changes.map((change, index) => ({
    rate_per_s: change.rate_per_s,
    from_ms: change.at_ms,
    to_ms: changes[index + 1]?.at_ms ?? duration_ms,
  }));
}

function addEven(times: number[], { rate_per_s, from_ms, to_ms }: Stretch): void {
  const at_ms = (index: number) => from_ms + (index * 1000) / rate_per_s;
  let count = Math.ceil(((to_ms - from_ms) * rate_per_s) / 1000);
  // The product may round to the wrong side of a whole number.
  while (count > 0 && at_ms(count - 1) >= to_ms) count -= 1;
  for (let index = 0; index < count; index += 1) times.push(at_ms(index));
}

function addPoisson(times: number[], { rate_per_s, from_ms, to_ms }: Stretch, random: () => number): void {
  const gap_ms = () => (-Math.log(1 - random()) * 1000) / rate_per_s;
  for (let at_ms = from_ms + gap_ms(); at_ms < to_ms; at_ms += gap_ms()) times.push(at_ms);
}
