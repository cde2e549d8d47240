import type { Stop } from '../../timeline/verdict.ts';
import type { RunningMean } from './running-mean.ts';

/** When to end, where not a number of trials was asked for but a precision or a budget. */
export interface StoppingLimits {
  /** Half of the 95 % interval of mean downtime, as a share of it: 0.05. */
  readonly precision?: number | undefined;
  readonly max_trials?: number | undefined;
  readonly max_time_ms?: number | undefined;
}

/** Where a precision or a time is asked for and no number: a scenario that loses nothing would never end. */
export const MAX_TRIALS_DEFAULT = 100_000;

/**
 * The precision is looked at after 500 trials, then after a quarter more each time: 500, 625, 782, ...
 *
 * Fixed numbers, so that the end depends on scenario and seed alone. Whoever looks often, and stops when the interval
 * is narrow enough, stops too early now and then: where the variance is underestimated. Chow and Robbins (1965, for
 * independent values) and Glynn and Whitt (1992, for processes) show that this vanishes as the precision grows, so no
 * correction is made; a first look that is late, and few looks after it, keep small what is left. How often intervals
 * of runs that were ended at 10 % hold the mean is in docs/estimation.md.
 */
const FIRST_LOOK = 500;
const NEXT_LOOK = 1.25;

/**
 * Of a trial that is under way when the time is over: looks after which it is given up. What is shorter, some tenths of a
 * second, comes to its end: if all were given up those that last would be missing among what was seen.
 */
const LATE_LOOKS = 20;

/** Says after which trial a prediction ends, and why. */
export class StoppingRule {
  /** It never takes more. */
  readonly trials: number;
  readonly #limits: StoppingLimits;
  readonly #isOpen: boolean;
  readonly #now_ms: () => number;
  readonly #begin_ms: number;
  #look = FIRST_LOOK;
  #late = 0;

  /** @param trials taken where there are no limits */
  constructor(trials: number, limits: StoppingLimits, now_ms: () => number = () => performance.now()) {
    this.#isOpen = Object.values(limits).some((limit) => limit !== undefined);
    this.trials = this.#isOpen ? (limits.max_trials ?? MAX_TRIALS_DEFAULT) : trials;
    this.#limits = limits;
    this.#now_ms = now_ms;
    this.#begin_ms = now_ms();
  }

  /** @param downtime of the trials so far, asked after each in order; undefined: more of them */
  after(downtime: RunningMean): Stop | undefined {
    const { precision } = this.#limits;
    const isLast = downtime.count >= this.trials;
    if (precision !== undefined && (downtime.count >= this.#look || isLast)) {
      this.#look = Math.ceil(this.#look * NEXT_LOOK);
      if ((downtime.precision ?? Number.POSITIVE_INFINITY) <= precision)
        return this.#stop('precision', downtime);
    }
    if (isLast) return this.#stop(this.#isOpen ? 'max-trials' : 'trials', downtime);
    // One trial has no spread, and so no interval.
    if (this.#isOver() && downtime.count > 1) return this.givenUp(downtime);
    return undefined;
  }

  /** Asked again and again during a trial: whether the time has been over for so long that it must end. */
  readonly givesUp = (): boolean => {
    if (!this.#isOver()) return false;
    this.#late += 1;
    return this.#late > LATE_LOOKS;
  };

  /** The end of what was given up. */
  givenUp(downtime: RunningMean): Stop {
    return this.#stop('max-time', downtime);
  }

  #isOver(): boolean {
    const { max_time_ms = Number.POSITIVE_INFINITY } = this.#limits;
    return this.#now_ms() - this.#begin_ms >= max_time_ms;
  }

  #stop(by: Stop['by'], { precision: reached }: RunningMean): Stop {
    const { precision, max_time_ms } = this.#limits;
    return {
      by,
      ...(precision !== undefined && { precision }),
      ...(by === 'max-time' && max_time_ms !== undefined && { max_time_s: max_time_ms / 1000 }),
      ...(reached !== undefined && Number.isFinite(reached) && { reached }),
    };
  }
}

/** The end of a part of a prediction as one of the whole: its time is told as it was asked for. */
export const withLimit = (stop: Stop, { max_time_ms }: StoppingLimits): Stop =>
  stop.by === 'max-time' && max_time_ms !== undefined ? { ...stop, max_time_s: max_time_ms / 1000 } : stop;
