/** The random numbers of a horizon. */
import type { Distribution } from '../../scenario/distribution.ts';
import { stream } from '../../scenario/random.ts';
import { sample_ms } from '../../scenario/sample.ts';
import { Threefry } from '../engine/threefry.ts';

const WORD = 2 ** 32;

/**
 * Every unit has a stream of its own for each purpose ("time to failure", "time to repair", ...), found by the unit's
 * path: second zone, fifth node, first pod. Its third life is as long whatever else the plan holds, so two plans under
 * one seed share the luck of all that they have in common, and their difference is known from few trials.
 *
 * What is kept of a stream is how many numbers were drawn from it.
 */
export class Luck {
  readonly #purposes: Uint32Array;
  /** By purpose, worked out when first asked for: whether it is there, and the two words. */
  readonly #hasKey: Uint8Array;
  readonly #keys: Uint32Array;
  #trial = 0;
  #branch = 0;
  readonly #drawn: Uint32Array;
  readonly #threefry = new Threefry();
  #key0 = 0;
  #key1 = 0;
  #high = 0;
  #low = 0;

  /** @param streams that count their draws */
  constructor(seed: string, purposes: readonly string[], streams: number) {
    this.#purposes = new Uint32Array(2 * purposes.length);
    for (const [index, purpose] of purposes.entries()) {
      const random = stream(seed, 0, purpose);
      this.#purposes[2 * index] = Math.floor(random() * WORD);
      this.#purposes[2 * index + 1] = Math.floor(random() * WORD);
    }
    this.#hasKey = new Uint8Array(purposes.length);
    this.#keys = new Uint32Array(2 * purposes.length);
    this.#drawn = new Uint32Array(streams);
  }

  /**
   * Takes new luck from here on, for all streams.
   *
   * @param branch tells apart what goes on several times from one state of a trial; each from 0 to 2^32 - 1
   */
  begin(trial: number, branch = 0): void {
    this.#trial = trial;
    this.#branch = branch;
    this.#hasKey.fill(0);
  }

  /**
   * The next value of a stream, at least 0.
   *
   * @param high and low: the path of whose stream it is
   */
  draw_ms(
    purpose: number,
    streamIndex: number,
    high: number,
    low: number,
    distribution: Distribution,
  ): number {
    if (distribution.kind === 'constant') return distribution.value_ms;
    const drawn = this.#drawn[streamIndex]!;
    this.#find(purpose);
    this.#high = high;
    this.#low = low + drawn;
    const value = sample_ms(distribution, this.#next);
    this.#drawn[streamIndex] = this.#low - low;
    return value;
  }

  /** The next uniform number of a stream. */
  uniform(purpose: number, streamIndex: number, high: number, low: number): number {
    return this.uniformAt(purpose, high, low, this.#drawn[streamIndex]!++);
  }

  /** Number `index` of a stream that does not count its draws. */
  uniformAt(purpose: number, high: number, low: number, index: number): number {
    this.#find(purpose);
    return this.#threefry.uniform(this.#key0, this.#key1, high, low + index);
  }

  copyFrom(other: Luck): void {
    this.begin(other.#trial, other.#branch);
    this.#drawn.set(other.#drawn);
  }

  #find(purpose: number): void {
    const at = 2 * purpose;
    if (this.#hasKey[purpose] === 0) {
      this.#threefry.block(this.#purposes[at]!, this.#purposes[at + 1]!, this.#trial, this.#branch);
      this.#keys[at] = this.#threefry.high;
      this.#keys[at + 1] = this.#threefry.low;
      this.#hasKey[purpose] = 1;
    }
    this.#key0 = this.#keys[at]!;
    this.#key1 = this.#keys[at + 1]!;
  }

  readonly #next = (): number => this.#threefry.uniform(this.#key0, this.#key1, this.#high, this.#low++);
}
