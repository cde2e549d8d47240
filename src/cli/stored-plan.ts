/** The shape of a plan's results on disk, and what they have in common with those of an experiment. */
import { z } from 'zod';
import type { CurvePoint, PlanCurve, VariedCount } from '../timeline/plan-curve.ts';
import type { Estimate, PlanPrediction, ServicePrediction } from '../timeline/plan-prediction.ts';
import type { Stop } from '../timeline/verdict.ts';

export type Shape<T> = Readonly<Record<keyof T, z.ZodType>>;

export const number = z.number();
export const interval = z.tuple([number, number]);
export const texts = z.array(z.string());

export const stop = z.object({
  by: z.enum(['trials', 'precision', 'max-trials', 'max-time']),
  precision: number.optional(),
  max_time_s: number.optional(),
  reached: number.optional(),
} satisfies Shape<Stop>);

export const assumptions = z.array(z.object({ name: z.string(), value: z.string(), source: z.string() }));

const estimate = z.object({ mean: number, ci95: interval } satisfies Shape<Estimate>);

const service = z.object({
  name: z.string(),
  unavailability: estimate,
  long_run_unavailability: estimate.optional(),
  downtime_s: estimate.extend({ pi90: interval.optional() }),
  downtime_min_per_year: estimate,
  outages: estimate.optional(),
  outage_chance: estimate.optional(),
  lost_requests_s: estimate.optional(),
  causes: z.array(z.object({ cause: z.string(), downtime_s: number, outages: number })),
  objectives: z.array(
    z.object({
      metric: z.enum(['availability', 'downtime_s']),
      target: number,
      predicted: number,
      met: z.boolean(),
      trials_met: z.object({ share: number, ci95: interval }).optional(),
    } satisfies Shape<ServicePrediction['objectives'][number]>),
  ),
} satisfies Shape<ServicePrediction>);

const answered = {
  method: z.enum(['exact', 'simulation', 'splitting']),
  because: z.string(),
  warnings: texts,
  trials: number,
  stop: stop.optional(),
  services: z.array(service),
};

const about = { plan: z.string(), seed: z.string(), version: z.string(), horizon_s: number };

export const STORED_PLAN = {
  'plan-prediction': z.object({
    ...about,
    ...answered,
    schema: z.literal('foreshock.plan-prediction/v1'),
    repairs: estimate.optional(),
    assumptions,
  } satisfies Shape<PlanPrediction>),
  'plan-curve': z.object({
    ...about,
    schema: z.literal('foreshock.plan-curve/v1'),
    varied: z.array(
      z.object({
        name: z.string(),
        what: z.string(),
        written: number,
        counts: z.array(number),
      } satisfies Shape<VariedCount>),
    ),
    points: z.array(z.object({ ...answered, counts: z.array(number) } satisfies Shape<CurvePoint>)),
  } satisfies Shape<PlanCurve>),
} as const;

/** Of each kind of file, what it holds. */
export interface StoredPlan {
  readonly 'plan-prediction': PlanPrediction;
  readonly 'plan-curve': PlanCurve;
}
