/**
 * The shape of two predictions held against each other: `predict A --against B`. Also the JSON on disk. What compares a
 * prediction with a measurement is in compare.ts.
 */
import type { Metric, Stop } from './verdict.ts';

/** `comparison.json` */
export interface Comparison {
  readonly schema: 'foreshock.comparison/v1';
  readonly version: string;
  /** Of both: the same trial of the two has the same luck. */
  readonly seed: string;
  readonly platform: 'kubernetes' | 'embedded';
  /** Of each. */
  readonly trials: number;
  /** What ended the trials of `scenario`; `against` then took as many. */
  readonly stop: Stop;
  readonly scenario: ComparedScenario;
  readonly against: ComparedScenario;
  /** What both have in every trial. */
  readonly metrics: Readonly<Partial<Record<Metric, ComparedMetric>>>;
  /** What the difference of downtime is due to, the largest first; adds up to it. */
  readonly budget: readonly {
    readonly mechanism: string;
    /** Seconds a trial, on average. */
    readonly scenario_s: number;
    readonly against_s: number;
  }[];
  /** What leaves more in doubt than the intervals tell. */
  readonly warnings: readonly string[];
}

export interface ComparedScenario {
  readonly name: string;
  readonly file: string;
  readonly window_s: number;
}

/** In the metric's own unit; every difference is that of `scenario` less that of `against`. */
export interface ComparedMetric {
  /** Means. */
  readonly scenario: number;
  readonly against: number;
  readonly difference: {
    readonly mean: number;
    /** 95 % confidence interval of the mean difference. */
    readonly ci95: readonly [number, number];
    /** Standard deviation of the difference in single trials. */
    readonly sd: number;
  };
  /** Share of trials in which `scenario` has less, and more. */
  readonly less: number;
  readonly more: number;
  /** Variance of the difference in single trials: had the two different luck, and as it is. */
  readonly variance: { readonly independent: number; readonly paired: number };
  /**
   * The one over the other: so many times more trials with different luck would know the difference as well. Left out
   * where it is the same in every trial.
   */
  readonly gain?: number;
}
