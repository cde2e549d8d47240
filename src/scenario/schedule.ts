import type { Load } from './scenario.ts';

/**
 * Intended send times in milliseconds from the start of the trial, ascending, in [0, duration): fixed before
 * the run, so that nothing the service does can move them. The simulator and the load generator share it.
 *
 * - `constant`: the k-th at k/rate exactly, not by adding up gaps
 * - `poisson`: gaps drawn from the exponential distribution
 *
 * @param random uniform in [0, 1); drawn from only for `poisson`
 */
export function schedule(
  load: Pick<Load, 'arrivals' | 'rate_per_s' | 'duration_ms'>,
  random: () => number,
): Float64Array {
  return load.arrivals === 'constant' ? constantSchedule(load) : poissonSchedule(load, random);
}

type Rate = Pick<Load, 'rate_per_s' | 'duration_ms'>;

function constantSchedule({ rate_per_s, duration_ms }: Rate): Float64Array {
  const at_ms = (index: number) => (index * 1000) / rate_per_s;
  let count = Math.ceil((duration_ms * rate_per_s) / 1000);
  // The product may round to the wrong side of a whole number.
  while (count > 0 && at_ms(count - 1) >= duration_ms) count -= 1;
  return Float64Array.from({ length: count }, (_, index) => at_ms(index));
}

function poissonSchedule({ rate_per_s, duration_ms }: Rate, random: () => number): Float64Array {
  const times: number[] = [];
  const gap_ms = () => (-Math.log(1 - random()) * 1000) / rate_per_s;
  for (let at_ms = gap_ms(); at_ms < duration_ms; at_ms += gap_ms()) times.push(at_ms);
  return Float64Array.from(times);
}
