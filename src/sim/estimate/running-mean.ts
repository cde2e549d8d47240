import { type Moments, skewedMeanInterval } from '../../timeline/interval.ts';

/** Mean, spread and 95 % interval of values as they come, which are not kept (Welford 1962; Terriberry 2007). */
export class RunningMean implements Moments {
  #count = 0;
  #mean = 0;
  /** Sums of squared and of cubed differences from the mean. */
  #squares = 0;
  #cubes = 0;

  static of(values: Iterable<number>): RunningMean {
    const mean = new RunningMean();
    for (const value of values) mean.add(value);
    return mean;
  }

  add(value: number): void {
    this.#count += 1;
    const count = this.#count;
    const before = value - this.#mean;
    const step = before / count;
    const square = before * step * (count - 1);
    this.#mean += step;
    this.#cubes += square * step * (count - 2) - 3 * step * this.#squares;
    this.#squares += square;
  }

  get count(): number {
    return this.#count;
  }

  get mean(): number {
    return this.#mean;
  }

  /** Standard deviation; 0 below two values. */
  get sd(): number {
    return this.#count < 2 ? 0 : Math.sqrt(this.#squares / (this.#count - 1));
  }

  /** As in `Moments`; 0 below three values, and where nothing varies. */
  get skewness(): number {
    const count = this.#count;
    if (count < 3 || this.#squares === 0) return 0;
    const plain = this.#cubes / count / (this.#squares / count) ** 1.5;
    return (plain * Math.sqrt(count * (count - 1))) / (count - 2);
  }

  /** 95 % interval of the mean, in the values' unit; the whole line below two values. */
  get ci95(): [number, number] {
    return skewedMeanInterval(this);
  }

  /** Half of the width of `ci95`; infinite below two values. */
  get half_width(): number {
    const [low, high] = this.ci95;
    return (high - low) / 2;
  }

  /** The half width as a share of the mean; undefined while the mean is 0, of which no share can be taken. */
  get precision(): number | undefined {
    return this.#mean === 0 ? undefined : this.half_width / Math.abs(this.#mean);
  }
}
