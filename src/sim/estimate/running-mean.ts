import { t975 } from '../../timeline/interval.ts';

/** Mean and 95 % interval of values as they come (Welford 1962), which are not kept. */
export class RunningMean {
  #count = 0;
  #mean = 0;
  /** Sum of squared differences from the mean. */
  #squares = 0;

  add(value: number): void {
    this.#count += 1;
    const before = value - this.#mean;
    this.#mean += before / this.#count;
    this.#squares += before * (value - this.#mean);
  }

  get count(): number {
    return this.#count;
  }

  get mean(): number {
    return this.#mean;
  }

  /** Half of the 95 % interval of the mean (Student), in the values' unit; infinite below two values. */
  get half_width(): number {
    if (this.#count < 2) return Number.POSITIVE_INFINITY;
    const variance = this.#squares / (this.#count - 1);
    return t975(this.#count - 1) * Math.sqrt(variance / this.#count);
  }

  /** The half width as a share of the mean; undefined while the mean is 0, of which no share can be taken. */
  get precision(): number | undefined {
    return this.#mean === 0 ? undefined : this.half_width / Math.abs(this.#mean);
  }
}
