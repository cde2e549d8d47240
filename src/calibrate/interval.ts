/** What is known of one duration: its value, or two bounds. */

/** The duration lies within (low_ms, high_ms], zero with the lowest; where both are equal it is that value. */
export interface Interval {
  readonly low_ms: number;
  /** Infinite where the end was not seen. */
  readonly high_ms: number;
}

/** Durations are written to the microsecond, so a measured zero is anything below half of one. */
export const RESOLUTION_MS = 0.001;

/** A value as it was measured; zero stands for the half microsecond around it. */
export function exactly(value_ms: number): Interval {
  return value_ms <= RESOLUTION_MS / 2
    ? { low_ms: -RESOLUTION_MS / 2, high_ms: RESOLUTION_MS / 2 }
    : { low_ms: value_ms, high_ms: value_ms };
}

/** A value that was rounded to a multiple of `step_ms`. */
export const rounded = (value_ms: number, step_ms: number): Interval => ({
  low_ms: value_ms - step_ms / 2,
  high_ms: value_ms + step_ms / 2,
});

export const isExact = ({ low_ms, high_ms }: Interval): boolean => high_ms - low_ms <= RESOLUTION_MS;

/** The middle, at least 0; of an open interval its beginning. */
export function middle({ low_ms, high_ms }: Interval): number {
  return Math.max(0, high_ms === Number.POSITIVE_INFINITY ? low_ms : (low_ms + high_ms) / 2);
}

/**
 * What would have been known of another duration, had it been observed as this one was: exactly; up to the same
 * time; or between two looks, which come at a fixed period.
 */
export function observedAlike(value_ms: number, { low_ms, high_ms }: Interval): Interval {
  const width_ms = high_ms - low_ms;
  if (width_ms <= RESOLUTION_MS) return exactly(value_ms);
  if (width_ms === Number.POSITIVE_INFINITY)
    return value_ms > low_ms ? { low_ms, high_ms } : exactly(value_ms);
  const last_ms = low_ms + (Math.ceil((value_ms - low_ms) / width_ms) - 1) * width_ms;
  // Zero lies in the first interval that holds anything above it.
  const before_ms = last_ms + width_ms > 0 ? last_ms : last_ms + width_ms;
  return { low_ms: before_ms, high_ms: before_ms + width_ms };
}

/** The values that all intervals leave possible, as (low, high]; undefined where there are none. */
export function commonPart(intervals: readonly Interval[]): Interval | undefined {
  const low_ms = Math.max(...intervals.map((interval) => interval.low_ms));
  const high_ms = Math.min(...intervals.map((interval) => interval.high_ms));
  if (low_ms < high_ms) return { low_ms, high_ms };
  const isEverywhere = intervals.every(
    (interval) => interval.low_ms < low_ms || interval.low_ms === interval.high_ms,
  );
  return low_ms === high_ms && isEverywhere ? { low_ms, high_ms } : undefined;
}
