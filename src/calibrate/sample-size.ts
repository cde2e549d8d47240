/** Whether there are enough samples to rest a prediction on. */
import { t975 } from '../timeline/interval.ts';

/** With fewer the family cannot be told. */
export const SAMPLES_MIN = 8;

/** The mean should be known to this share of itself, with 95 % confidence. */
const PRECISION = 0.1;

/** More are not asked for by number: what varies so much is not one thing. */
const SAMPLES_MAX = 100_000;

/**
 * What to say of a sample that is too small; undefined where it is large enough.
 *
 * @param sd_ms of the samples
 * @param mean_ms of what is sought, which may be a part of what was sampled
 */
export function tooSmall(n: number, mean_ms: number, sd_ms: number): string | undefined {
  if (n < SAMPLES_MIN) {
    return `${n} ${n === 1 ? 'sample is' : 'samples are'} too few to tell the distribution: at least ${SAMPLES_MIN} are needed`;
  }
  const share = halfWidth(n, sd_ms) / mean_ms;
  if (!(share > PRECISION)) return undefined;
  const needed = samplesFor(mean_ms, sd_ms);
  const more = needed === undefined ? `more than ${SAMPLES_MAX}` : `about ${needed - n} more`;
  return `the mean is known to ±${Math.ceil(share * 100)} %: ${more} samples would make it ±${PRECISION * 100} %`;
}

/** Half of the 95 % interval of the mean (Student), in ms. */
const halfWidth = (n: number, sd_ms: number): number => (t975(n - 1) * sd_ms) / Math.sqrt(n);

function samplesFor(mean_ms: number, sd_ms: number): number | undefined {
  let low = 1;
  let high = SAMPLES_MAX;
  const isEnough = (n: number) => halfWidth(n, sd_ms) <= PRECISION * mean_ms;
  if (!isEnough(high)) return undefined;
  while (high - low > 1) {
    const n = (low + high) >> 1;
    if (isEnough(n)) high = n;
    else low = n;
  }
  return high;
}
