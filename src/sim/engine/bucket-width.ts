/** How many events a bucket should hold when it is reached; 2 to 12 are about as quick (docs/engine.md). */
const EVENTS_PER_BUCKET = 4;

/** The smallest width whose inverse is finite. */
const WIDTH_MIN = 2 ** -1022;

/**
 * How wide to make as many buckets as there are events.
 *
 * So wide that a bucket will hold a few events at the pace at which events have been taken so far; but wide enough
 * for the buckets to hold about half of what waits (or cutting again and again would cost more than it saves), and no
 * wider than the events that wait already are apart. The median, unlike the last, is not moved by outliers.
 *
 * @param earliest time of the earliest event, finite
 * @param sample some of the times, sorted
 * @param gap mean time between the events that were taken lately; Infinity where none were
 */
export function bucketWidth(earliest: number, sample: Float64Array, events: number, gap: number): number {
  let index = sample.length >> 1;
  while (index < sample.length - 1 && (sample[index] as number) <= earliest) index += 1;
  const share = index / sample.length;
  const late = Math.min(sample[index] as number, Number.MAX_VALUE);
  // Divided before they are subtracted, since the difference may be too large for a number.
  const widthMin = late / events - earliest / events;
  const widthMax = (widthMin / share) * EVENTS_PER_BUCKET;
  const width = Math.min(Math.max(gap * EVENTS_PER_BUCKET, widthMin), widthMax);
  return Math.min(Math.max(width, Math.abs(earliest) * Number.EPSILON, WIDTH_MIN), Number.MAX_VALUE);
}
