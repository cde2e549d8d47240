/** The shape of the results on disk, as far as a report leans on it (src/timeline/verdict.ts has their meaning). */
import { z } from 'zod';
import type { ComparedMetric, ComparedScenario, Comparison } from '../timeline/comparison.ts';
import {
  METRICS,
  type Measurement,
  type MetricVerdict,
  type ObjectiveResult,
  type Predicted,
  type Prediction,
  type TrialsMet,
  type Verdict,
} from '../timeline/verdict.ts';
import {
  assumptions,
  interval,
  number,
  type Shape,
  STORED_PLAN,
  type StoredPlan,
  stop,
  texts,
} from './stored-plan.ts';

const predicted = z.object({
  mean: number,
  ci95: interval,
  sd: number,
  pi90: interval,
  pi90_ci95: z.tuple([interval, interval]).optional(),
  trials: number,
} satisfies Shape<Predicted>);
const measured = z.object({
  mean: number,
  ci95: interval,
  values: z.array(number),
  give_or_take: number.optional(),
});
const metric = z.enum(METRICS);
const verdict = z.enum(['agrees', 'differs', 'inconclusive']);

const objectives = z.array(
  z.object({
    metric,
    target: number,
    bound: z.enum(['at-least', 'at-most']),
    predicted: number.optional(),
    measured: number.optional(),
    met: z.boolean(),
    trials_met: z.object({ share: number, ci95: interval } satisfies Shape<TrialsMet>).optional(),
  } satisfies Shape<ObjectiveResult>),
);

const about = { scenario: z.string(), seed: z.string(), version: z.string() };

const ofMetrics = <T extends z.ZodType>(schema: T) =>
  z.object(Object.fromEntries(METRICS.map((name) => [name, schema.optional()])));

const comparedScenario = z.object({
  name: z.string(),
  file: z.string(),
  window_s: number,
} satisfies Shape<ComparedScenario>);

/** What each file must be for a report to be made of it; fields that it does not know do not disturb it. */
const STORED = {
  ...STORED_PLAN,
  prediction: z.object({
    ...about,
    schema: z.literal('foreshock.prediction/v1'),
    platform: z.enum(['kubernetes', 'embedded']),
    trials: number,
    stop,
    window_s: number,
    metrics: ofMetrics(z.object({ predicted })),
    budget: z.array(z.object({ mechanism: z.string(), seconds: number })),
    down_share: z.object({ step_ms: number, share: z.array(number) }),
    faults: z.array(z.object({ name: z.string(), at_ms: number })),
    objectives,
    warnings: texts,
    assumptions,
    ignored: texts,
  } satisfies Shape<Prediction>),
  measurement: z.object({
    ...about,
    schema: z.literal('foreshock.measurement/v1'),
    where: z.string(),
    trials: number,
    invalid_trials: z.array(z.object({ trial: number, because: texts })),
    window_s: number,
    metrics: ofMetrics(z.object({ measured })),
    outages: z.array(
      z.object({
        trial: number,
        outages: z.array(z.object({ begin_ms: number, end_ms: number, failed_requests: number })),
      }),
    ),
    faults: z.array(
      z.object({
        trial: number,
        name: z.string(),
        begin_ms: number,
        end_ms: number,
        targets: texts,
        lasting: z.object({ nominal_ms: number, effective_ms: number }).optional(),
      }),
    ),
    objectives,
    tells: z.array(metric).optional(),
    notes: texts,
  } satisfies Shape<Measurement>),
  verdict: z.object({
    ...about,
    schema: z.literal('foreshock.verdict/v1'),
    verdict,
    reason: z.string(),
    metrics: ofMetrics(
      z.object({
        predicted,
        measured: measured.optional(),
        verdict,
        reason: z.string(),
      } satisfies Shape<MetricVerdict>),
    ),
    objectives,
  } satisfies Shape<Verdict>),
  comparison: z.object({
    schema: z.literal('foreshock.comparison/v1'),
    version: z.string(),
    seed: z.string(),
    platform: z.enum(['kubernetes', 'embedded']),
    trials: number,
    stop,
    scenario: comparedScenario,
    against: comparedScenario,
    metrics: ofMetrics(
      z.object({
        scenario: number,
        against: number,
        difference: z.object({ mean: number, ci95: interval, sd: number }),
        less: number,
        more: number,
        variance: z.object({ independent: number, paired: number }),
        gain: number.optional(),
      } satisfies Shape<ComparedMetric>),
    ),
    budget: z.array(z.object({ mechanism: z.string(), scenario_s: number, against_s: number })),
    warnings: texts,
  } satisfies Shape<Comparison>),
} as const;

/** Of each kind of file, what it holds. */
export interface Stored extends StoredPlan {
  readonly prediction: Prediction;
  readonly measurement: Measurement;
  readonly verdict: Verdict;
  readonly comparison: Comparison;
}

export const isStored = <Kind extends keyof Stored>(kind: Kind, value: unknown): value is Stored[Kind] =>
  STORED[kind].safeParse(value).success;

/** The first field that keeps a value from being one: `metrics`, `budget[0].seconds`; undefined where none does. */
export function misfit(kind: keyof Stored, value: unknown): string | undefined {
  const path = STORED[kind].safeParse(value).error?.issues[0]?.path ?? [];
  return path.length === 0 ? undefined : z.core.toDotPath(path);
}
