/** Small models with answers known without simulation. */
import type { Distribution } from '../../../src/scenario/distribution.ts';
import { stream } from '../../../src/scenario/random.ts';
import { sample_ms } from '../../../src/scenario/sample.ts';
import { DOWNTIME_MS, OUTAGES, type SplitModel } from '../../../src/sim/rare/split-model.ts';

/** Two queues in a row, begun with one customer in the second, until that is empty or holds so many. */
export class TandemQueue implements SplitModel<TandemQueue> {
  readonly copy_events = 1;
  readonly #seed: string;
  readonly #full: number;
  #random: () => number = Math.random;
  #first = 0;
  #second = 1;
  readonly tallies = new Float64Array(2);

  constructor(seed: string, full: number) {
    this.#seed = seed;
    this.#full = full;
  }

  begin(root: number): void {
    this.#random = stream(this.#seed, root, 'tandem');
    this.#first = 0;
    this.#second = 1;
    this.tallies.fill(0);
  }

  step(): boolean {
    if (this.#second === 0 || this.isDown) return false;
    const [arrive, pass, leave] = [3, this.#first > 0 ? 2 : 0, 6];
    const chance = this.#random() * (arrive + pass + leave);
    if (chance < arrive) this.#first += 1;
    else if (chance < arrive + pass) {
      this.#first -= 1;
      this.#second += 1;
      if (this.isDown) this.tallies.fill(1);
    } else this.#second -= 1;
    return true;
  }

  get isDown(): boolean {
    return this.#second === this.#full;
  }

  /** The first queue grows, so what it holds hardly matters once it holds some. */
  get importance(): number {
    return this.#second + Math.min(this.#first, 3) / 4;
  }

  copyFrom(other: TandemQueue): void {
    this.#first = other.#first;
    this.#second = other.#second;
    this.tallies.set(other.tallies);
  }

  /** Nothing is drawn before it happens. */
  goOn(): void {}
}

export interface UnitTimes {
  readonly time_to_failure: Distribution;
  readonly time_to_repair: Distribution;
}

/** Units repaired each on its own; down while fewer than `need` work. Its events are drawn when their clocks start. */
export class Group implements SplitModel<Group> {
  readonly copy_events: number;
  readonly #seed: string;
  readonly #need: number;
  readonly #horizon_ms: number;
  readonly #times: UnitTimes;
  readonly #resamples: boolean;
  readonly #shocks_ms: number;
  readonly #works: Uint8Array;
  readonly #began_ms: Float64Array;
  readonly #due_ms: Float64Array;
  #random: () => number = Math.random;
  #working = 0;
  #now_ms = 0;
  readonly tallies = new Float64Array(2);

  constructor(options: {
    readonly seed: string;
    readonly units: number;
    readonly need: number;
    readonly horizon_ms: number;
    readonly times: UnitTimes;
    /** Mean time between shocks that take down all units. */
    readonly shocks_ms?: number;
    /** False: copies keep what was drawn. */
    readonly resamples?: boolean;
  }) {
    this.#seed = options.seed;
    this.#need = options.need;
    this.#horizon_ms = options.horizon_ms;
    this.#times = options.times;
    this.#resamples = options.resamples ?? true;
    this.#shocks_ms = options.shocks_ms ?? Number.POSITIVE_INFINITY;
    this.#works = new Uint8Array(options.units);
    // The last is the clock of the shocks.
    this.#began_ms = new Float64Array(options.units + 1);
    this.#due_ms = new Float64Array(options.units + 1);
    this.copy_events = options.units / 4;
  }

  begin(root: number): void {
    this.#random = stream(this.#seed, root, 'group');
    this.#now_ms = 0;
    this.tallies.fill(0);
    this.#works.fill(1);
    this.#working = this.#works.length;
    for (let clock = 0; clock < this.#due_ms.length; clock += 1) this.#start(clock);
  }

  step(): boolean {
    let unit = 0;
    for (let other = 1; other < this.#due_ms.length; other += 1) {
      if (this.#due_ms[other]! < this.#due_ms[unit]!) unit = other;
    }
    const due_ms = this.#due_ms[unit]!;
    const now_ms = Math.min(due_ms, this.#horizon_ms);
    const wasDown = this.isDown;
    if (wasDown) this.tallies[DOWNTIME_MS]! += now_ms - this.#now_ms;
    this.#now_ms = now_ms;
    if (due_ms >= this.#horizon_ms) return false;
    if (unit < this.#works.length) this.#turn(unit);
    else this.#shock();
    if (!wasDown && this.isDown) this.tallies[OUTAGES]! += 1;
    return true;
  }

  get isDown(): boolean {
    return this.#working < this.#need;
  }

  get importance(): number {
    return -this.#working;
  }

  copyFrom(other: Group): void {
    this.#works.set(other.#works);
    this.#began_ms.set(other.#began_ms);
    this.#due_ms.set(other.#due_ms);
    this.#working = other.#working;
    this.#now_ms = other.#now_ms;
    this.tallies.set(other.tallies);
  }

  goOn(): void {
    if (!this.#resamples) return;
    for (let unit = 0; unit < this.#due_ms.length; unit += 1) {
      const began_ms = this.#began_ms[unit]!;
      for (let attempt = 0; attempt < 16; attempt += 1) {
        const due_ms = began_ms + sample_ms(this.#distribution(unit), this.#random);
        if (due_ms <= this.#now_ms) continue;
        this.#due_ms[unit] = due_ms;
        break;
      }
    }
  }

  #turn(unit: number): void {
    this.#works[unit]! ^= 1;
    this.#working += this.#works[unit] === 1 ? 1 : -1;
    this.#start(unit);
  }

  #shock(): void {
    for (let unit = 0; unit < this.#works.length; unit += 1) if (this.#works[unit] === 1) this.#turn(unit);
    this.#start(this.#works.length);
  }

  #distribution(unit: number): Distribution {
    if (unit === this.#works.length) return { kind: 'exponential', mean_ms: this.#shocks_ms };
    return this.#works[unit] === 1 ? this.#times.time_to_failure : this.#times.time_to_repair;
  }

  #start(unit: number): void {
    this.#began_ms[unit] = this.#now_ms;
    this.#due_ms[unit] = this.#now_ms + sample_ms(this.#distribution(unit), this.#random);
  }
}
