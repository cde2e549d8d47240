/** Values that are averaged before they are judged, so that noise is not taken for a trend (White, Cobb and Spratt 2000). */
const BATCH = 5;

/**
 * How many of the first values still show how a run began and should be dropped (MSER-5, White 1997): that number
 * which makes the rest's standard error the smallest, as if its values were independent. Dropping what is off lowers
 * it, dropping what is not raises it.
 *
 * @param values of one run, in the order of time
 * @returns a multiple of 5; undefined where it would be more than half: the run is too short to tell
 */
export function warmUp(values: ArrayLike<number>): number | undefined {
  const batches = Math.floor(values.length / BATCH);
  if (batches < 2) return undefined;
  let best = { dropped: 0, error: Number.POSITIVE_INFINITY };
  let mean = 0;
  let squares = 0;
  // From the end, so that each step adds one batch to those kept; of equals the longer rest wins.
  for (let dropped = batches - 1; dropped >= 0; dropped -= 1) {
    const kept = batches - dropped;
    const value = batchMean(values, dropped);
    const before = value - mean;
    mean += before / kept;
    squares += before * (value - mean);
    // Of the last few alone the variance says nothing; they are never all that is kept.
    if (kept < KEPT_LEAST) continue;
    const error = squares / kept ** 2;
    if (error <= best.error) best = { dropped, error };
  }
  return best.dropped > batches / 2 ? undefined : best.dropped * BATCH;
}

/** As in White, Cobb and Spratt: a handful of batches that happen to be alike would always win. */
const KEPT_LEAST = 5;

function batchMean(values: ArrayLike<number>, batch: number): number {
  let sum = 0;
  for (let index = batch * BATCH; index < (batch + 1) * BATCH; index += 1) sum += values[index]!;
  return sum / BATCH;
}
