/** How many events a bucket should hold when it is reached; 4 and 12 are nearly as quick (docs/engine.md). */
const EVENTS_PER_BUCKET = 8;

/**
 * How wide to make as many buckets as there are events: so wide that one will hold a few events at the pace at which
 * events were taken lately, but no wider than those that wait already call for. The median of what waits says how far
 * apart they are, since outliers do not move it.
 *
 * @param earliest time of the earliest event
 * @param sample some of the times, sorted
 * @param gap mean time between the events that were taken lately, above 0; Infinity where it is not known
 * @returns not negative, finite; 0 where only the earliest time itself can be told from the others
 */
export function bucketWidth(earliest: number, sample: Float64Array, events: number, gap: number): number {
  if (!Number.isFinite(earliest)) return 0;
  // Where half of them share the earliest time, the next of those that do not.
  let index = sample.length >> 1;
  while (index < sample.length - 1 && (sample[index] as number) <= earliest) index += 1;
  const later = Math.min(sample[index] as number, Number.MAX_VALUE);
  const earlierEvents = (events * index) / sample.length;
  // Divided before it is subtracted, since the difference may be too large for a number.
  const gapOfWaiting = later / earlierEvents - earliest / earlierEvents;
  return Math.min(EVENTS_PER_BUCKET * Math.min(gap, gapOfWaiting), Number.MAX_VALUE);
}
