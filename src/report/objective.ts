/** An objective as every format shows it. */
export interface ObjectiveRow {
  readonly met: boolean;
  /** "availability by time at least 99.9 %" */
  readonly what: string;
  /** "predicted 99.93 %, measured 99.91 %" */
  readonly shown: string;
  /** "98.7 % [97.8, 99.2] of simulated trials meet it"; empty where that is not known. */
  readonly each: string;
  /** Why it may yet turn out otherwise; left out where that is not known, or cannot be. */
  readonly doubt?: string;
}
