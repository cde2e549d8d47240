/** The two arms and the judge, as the commands call them. */
import type { Readable } from 'node:stream';
import type { Kill } from '../calibrate/observation.ts';
import type { SamplesHeader } from '../calibrate/samples.ts';
import type { Subject } from '../calibrate/subject.ts';
import type { Restored } from '../chaos/restore.ts';
import type { Place } from '../chaos/world.ts';
import type { Plan } from '../scenario/plan.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { StoppingLimits } from '../sim/estimate/stopping.ts';
import type { MethodChoice } from '../sim/method.ts';
import type { PredictionProgress } from '../sim/predict.ts';
import type { Comparison } from '../timeline/comparison.ts';
import type { DryRun } from '../timeline/dry-run.ts';
import type { Recorder } from '../timeline/event.ts';
import type { PlanPrediction } from '../timeline/plan-prediction.ts';
import type { Measurement, Prediction, Verdict } from '../timeline/verdict.ts';
import type { ClusterKind, Target } from './options.ts';
import type { Progress } from './progress.ts';

export interface PredictRequest {
  readonly scenario: Scenario;
  /** The kind of cluster it is made for. */
  readonly cluster: ClusterKind;
  /** Instead of the scenario's number of trials: until when. */
  readonly limits: StoppingLimits;
  /** Threads at most; default: the cores. */
  readonly workers: number | undefined;
  readonly onProgress: (progress: PredictionProgress) => void;
  readonly recorderForTrial: (trial: number) => Recorder | undefined;
}

export interface CompareRequest extends Pick<PredictRequest, 'cluster' | 'limits' | 'workers'> {
  readonly scenario: Scenario;
  /** With the same seed. */
  readonly against: Scenario;
  readonly onProgress: (which: 'scenario' | 'against', progress: PredictionProgress) => void;
}

export interface PredictPlanRequest {
  readonly plan: Plan;
  readonly method: MethodChoice;
  /** Instead of the plan's number of trials: until when. */
  readonly limits: StoppingLimits;
  /** Threads at most; default: the cores. */
  readonly workers: number | undefined;
  readonly onProgress: (progress: PredictionProgress) => void;
}

/** Asks whether faults may be caused there; throws where they may not. */
export type Confirm = (place: Place) => Promise<void>;

export interface MeasureRequest {
  readonly scenario: Scenario;
  readonly target: Target;
  /** File that lists what must be put back, written before each act. */
  readonly journal: string;
  readonly progress: Progress;
  readonly recorderForTrial: (trial: number) => Recorder;
  readonly confirm: Confirm;
  readonly signal: AbortSignal;
}

export interface PreflightRequest extends Pick<MeasureRequest, 'target'> {
  readonly scenarios: readonly Scenario[];
}

export type DryRunRequest = Pick<MeasureRequest, 'scenario' | 'target' | 'journal'>;

/** Where something is to be put back. */
export interface RestoreRequest {
  /** File; undefined: going by the cluster alone. */
  readonly journal: string | undefined;
  readonly namespaces: readonly string[] | undefined;
  readonly context: string | undefined;
  readonly provider_command: string | undefined;
  readonly tell: (text: string) => void;
  readonly signal: AbortSignal;
}

export interface GuardRequest extends RestoreRequest {
  /** From the run; of one with a journal. */
  readonly line: Readable;
  /** Called when all that it needs is there. */
  readonly ready: () => void;
}

export interface ObserveRequest {
  readonly scenario: Scenario;
  readonly subject: Subject;
  readonly kills: number;
  readonly context: string | undefined;
  readonly source_addresses: string | undefined;
  readonly no_guard: boolean;
  readonly journal: string;
  readonly progress: Progress;
  readonly confirm: Confirm;
  readonly signal: AbortSignal;
  /** Told what cluster it is, before anything is done to it. */
  readonly reached: (cluster: SamplesHeader['cluster']) => void;
  readonly seen: (kill: Kill) => void;
}

export interface Arms {
  /** Kills pods as a chaos run does, and has it observed; throws as `measure` does. */
  observe(request: ObserveRequest): Promise<void>;
  predict(request: PredictRequest): Promise<Prediction>;
  /** Predicts two scenarios, and holds them against each other. */
  compareScenarios(request: CompareRequest): Promise<Comparison>;
  predictPlan(request: PredictPlanRequest): Promise<PlanPrediction>;
  /** @throws UserError; with EXIT.aborted after `signal`, with EXIT.notRestored where something remains */
  measure(request: MeasureRequest): Promise<Measurement>;
  /** Whether `measure` can and may do all that it takes for each of them; throws as that does, with nothing touched. */
  preflight(request: PreflightRequest): Promise<void>;
  /** What `measure` would do; throws where the cluster cannot be reached. */
  dryRun(request: DryRunRequest): Promise<DryRun>;
  /** @throws UserError, with EXIT.notRestored where something remains */
  restore(request: RestoreRequest): Promise<Restored>;
  /** Ends when the run says goodbye or is restored; without a journal at `signal`. */
  guard(request: GuardRequest): Promise<void>;
  compare(scenario: Scenario, prediction: Prediction, measurement: Measurement): Promise<Verdict>;
}
