/** What a plan's prediction becomes with other numbers of units: `curve.json`. */
import type { PlanPrediction } from './plan-prediction.ts';

export interface PlanCurve {
  readonly schema: 'foreshock.plan-curve/v1';
  readonly plan: string;
  /** The same for every point, so that they share their luck, and differ by what was varied alone. */
  readonly seed: string;
  readonly version: string;
  readonly horizon_s: number;
  readonly varied: readonly VariedCount[];
  /** Every combination, the counts of the last rising fastest. */
  readonly points: readonly CurvePoint[];
}

/** Units of one kind, or replicas. */
export interface VariedCount {
  /** As the plan names the kind. */
  readonly name: string;
  /** What is counted: "zones", "nodes in each zone", "replicas of shop". */
  readonly what: string;
  /** What the plan itself says. */
  readonly written: number;
  /** In rising order. */
  readonly counts: readonly number[];
}

export interface CurvePoint
  extends Pick<PlanPrediction, 'method' | 'because' | 'warnings' | 'trials' | 'stop' | 'services'> {
  /** One of each that is varied, in their order. */
  readonly counts: readonly number[];
}
