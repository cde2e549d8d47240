/** The shape of a comparison: what `compare` decides and every report renders. Also the JSON on disk. */

/** Metrics, in the order reports show them. Names carry their units. */
export const METRICS = [
  'downtime_s',
  'failed_requests',
  'availability_time',
  'availability_requests',
  'throughput_rps',
  'capacity_rps',
  'latency_p50_ms',
  'latency_p99_ms',
] as const;
export type Metric = (typeof METRICS)[number];

export type Judgement = 'agrees' | 'differs' | 'inconclusive';

/** What many simulated trials say about one metric. */
export interface Predicted {
  readonly mean: number;
  /** 95 % confidence interval of the mean; the mean twice where there is one trial. */
  readonly ci95: readonly [number, number];
  /** Standard deviation of single runs; 0 where there is one trial. */
  readonly sd: number;
  /** 90 % prediction interval: where a single run is expected. */
  readonly pi90: readonly [number, number];
  /** 95 % confidence intervals of its two ends; left out where there are too few trials to have any. */
  readonly pi90_ci95?: readonly [readonly [number, number], readonly [number, number]];
  readonly trials: number;
}

/** What the trials on a cluster say about one metric. */
export interface Measured {
  readonly mean: number;
  /** 95 % confidence interval of the mean (Student); equals the mean twice where there is one trial. */
  readonly ci95: readonly [number, number];
  /** One value a valid trial. */
  readonly values: readonly number[];
  /** Of what was measured elsewhere: how far each may be off, because nobody looked more often. */
  readonly give_or_take?: number;
}

export interface MetricVerdict {
  readonly predicted: Predicted;
  readonly measured: Measured | undefined;
  readonly verdict: Judgement;
  /** One sentence with the numbers that decided. */
  readonly reason: string;
}

/** One mechanism's share of the predicted downtime, in seconds a trial, averaged over the trials. */
export interface BudgetLine {
  readonly mechanism: string;
  readonly seconds: number;
}

export interface ObjectiveResult {
  readonly metric: Metric;
  readonly target: number;
  /** Whether more is better (availability) or less is (downtime). */
  readonly bound: 'at-least' | 'at-most';
  readonly predicted: number | undefined;
  readonly measured: number | undefined;
  readonly met: boolean;
  /** Of the simulated trials; in `prediction.json` alone. */
  readonly trials_met?: TrialsMet;
}

/** How many of the simulated trials meet an objective, each by itself. */
export interface TrialsMet {
  readonly share: number;
  /** 95 % confidence interval of the share (Wilson). */
  readonly ci95: readonly [number, number];
}

/** Why a prediction took no more trials. */
export interface Stop {
  /** `trials`: so many were asked for. The others are named as the options are. */
  readonly by: 'trials' | 'precision' | 'max-trials' | 'max-time';
  /** Asked for: half of the 95 % interval of mean `downtime_s`, as a share of it. */
  readonly precision?: number;
  /** Asked for; where it ended the prediction, the number of trials depends on the machine. */
  readonly max_time_s?: number;
  /** What half of the interval is in the end; left out where no trial lost anything, for then there is no share. */
  readonly reached?: number;
}

/** `prediction.json` */
export interface Prediction {
  readonly schema: 'foreshock.prediction/v1';
  readonly scenario: string;
  readonly seed: string;
  /** Of foreshock; the bytes of a prediction are the same for the same scenario, seed and version. */
  readonly version: string;
  /** The kind of cluster it is made for. */
  readonly platform: 'kubernetes' | 'embedded';
  readonly trials: number;
  readonly stop: Stop;
  readonly window_s: number;
  /** As in verdict.json, the predicted half of it. */
  readonly metrics: Readonly<Partial<Record<Metric, { readonly predicted: Predicted }>>>;
  /** Adds up to the mean of `downtime_s`. */
  readonly budget: readonly BudgetLine[];
  /** Share of trials in which the system is down, at equally spaced times; for the picture's band. */
  readonly down_share: { readonly step_ms: number; readonly share: readonly number[] };
  /** What is caused, and when, from the start of a trial; without what is caused at drawn times. */
  readonly faults: readonly { readonly name: string; readonly at_ms: number }[];
  readonly objectives: readonly ObjectiveResult[];
  /** Where so many trials, or what they showed, leave more in doubt than the intervals tell. */
  readonly warnings: readonly string[];
  /** What the prediction rests on: every timer that took part, its value for people, its source. */
  readonly assumptions: readonly { readonly name: string; readonly value: string; readonly source: string }[];
  /** Objects of the manifests that the model does not know. */
  readonly ignored: readonly string[];
}

/** `measurement.json` */
export interface Measurement {
  readonly schema: 'foreshock.measurement/v1';
  readonly scenario: string;
  readonly seed: string;
  readonly version: string;
  readonly where: string;
  readonly trials: number;
  readonly invalid_trials: readonly { readonly trial: number; readonly because: readonly string[] }[];
  readonly window_s: number;
  /** As in verdict.json, the measured half of it. */
  readonly metrics: Readonly<Partial<Record<Metric, { readonly measured: Measured }>>>;
  /** Per valid trial: its outages, for the picture. */
  readonly outages: readonly {
    readonly trial: number;
    readonly outages: readonly {
      readonly begin_ms: number;
      readonly end_ms: number;
      readonly failed_requests: number;
    }[];
  }[];
  /** Faults as they happened, per trial. */
  readonly faults: readonly {
    readonly trial: number;
    readonly name: string;
    readonly begin_ms: number;
    readonly end_ms: number;
    readonly targets: readonly string[];
    /** How long it was to last, and how long it did; undefined where the scenario leaves its end to that of the load. */
    readonly lasting?: { readonly nominal_ms: number; readonly effective_ms: number } | undefined;
  }[];
  readonly objectives: readonly ObjectiveResult[];
  /** Of what was measured elsewhere: all that it can tell. Of the others only downtime is judged, as not known. */
  readonly tells?: readonly Metric[];
  /** What a reader must know of how it was measured: route, source ports, waits between trials. */
  readonly notes: readonly string[];
}

/** `verdict.json` */
export interface Verdict {
  readonly schema: 'foreshock.verdict/v1';
  readonly scenario: string;
  readonly seed: string;
  readonly version: string;
  readonly verdict: Judgement;
  readonly reason: string;
  readonly metrics: Readonly<Partial<Record<Metric, MetricVerdict>>>;
  readonly objectives: readonly ObjectiveResult[];
}
