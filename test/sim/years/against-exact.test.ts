/** The simulation held to what is known exactly: published values, and small plans as Markov chains. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadPlan } from '../../../src/scenario/plan/load.ts';
import type { Plan } from '../../../src/scenario/plan.ts';
import { answerExactly } from '../../../src/sim/exact/plan/answer.ts';
import { sharedRepair } from '../../../src/sim/exact/shared-repair.ts';
import { predictPlan } from '../../../src/sim/predict-plan.ts';
import { HorizonReplicator } from '../../../src/sim/years/horizon.ts';
import { HorizonSummary } from '../../../src/sim/years/horizon-summary.ts';
import { compilePlan } from '../../../src/sim/years/plan-model.ts';
import { YearState } from '../../../src/sim/years/year-state.ts';
import type { Estimate } from '../../../src/timeline/plan-prediction.ts';
import { atLeast, crew, HOUR_MS, hours, kind, planOf, service } from './plans.ts';
import { markovPlan } from './random-plan.ts';

const simulate = (plan: Plan, trials: number) => predictPlan(plan, { trials, method: 'simulation' });

/** Standard errors between an estimate and the truth, taken from its 95 % interval. */
function errors({ mean, ci95: [low, high] }: Estimate, truth: number): number {
  // What never varies is right but for rounding.
  if (Math.abs(mean - truth) <= 1e-9 * truth) return 0;
  return Math.abs(mean - truth) / ((high - low) / 2 / 1.96);
}

/** One check in a thousand would fail of itself; seeds are fixed. */
const ONE_IN_1000 = 3.29;

describe('shared repair', () => {
  it('8 of 10 with two crews is down for the published share of time', async () => {
    const plan = planOf({
      units: [kind('unit', { count: 10, time_to_failure: hours(100), time_to_repair: hours(1), crew: 0 })],
      crews: [crew('two', { size: 2 })],
      services: [service(atLeast(8, [0]))],
      horizon_ms: 10_000 * HOUR_MS,
    });
    const { services } = await simulate(plan, 300);
    const exact = sharedRepair({ units: 10, needed: 8, crews: 2, failure_per_h: 0.01, repair_per_h: 1 });
    expect(exact.unavailability).toBeCloseTo(1.68820586e-4, 12);
    expect(errors(services[0]!.unavailability, exact.unavailability)).toBeLessThan(ONE_IN_1000);
    expect(errors(services[0]!.outages!, exact.failures_per_h * 10_000)).toBeLessThan(ONE_IN_1000);
    expect(errors(services[0]!.long_run_unavailability!, exact.unavailability)).toBeLessThan(ONE_IN_1000);
  });
});

describe("PRISM's cluster of workstations", () => {
  it('with 4 a side has the published hours below minimum, chance of any, and repairs', async () => {
    const { services, repairs } = await simulate(loadPlan('scenarios/plans/prism-cluster.yaml'), 30_000);
    const minimum = services[1]!;
    expect(minimum.name).toBe('minimum');
    expect(errors(minimum.downtime_s, 7.363146871e-3 * 3600)).toBeLessThan(ONE_IN_1000);
    expect(errors(minimum.outage_chance!, 1.822105149e-3)).toBeLessThan(ONE_IN_1000);
    expect(errors(repairs!, 33.34469884)).toBeLessThan(ONE_IN_1000);
  });
});

/** 40 plans of 4 or 5 figures each: all of them within this but once in some thousand such tests. */
const OF_ALL = 5;

describe('plans that a Markov chain answers', () => {
  it('have its downtime, outages and repairs, whatever the crews, common causes and conditions', () => {
    fc.assert(
      fc.property(markovPlan, (plan) => {
        // One that can never be up is refused where plans are read.
        fc.pre(new YearState(compilePlan(plan), []).isUp(0));
        const exact = answerExactly(plan, { states_max: 1000 });
        fc.pre(!('refused' in exact));
        const replicator = new HorizonReplicator(plan, []);
        const simulated = new HorizonSummary(plan);
        for (let trial = 0; trial < 400; trial += 1) simulated.add(replicator.run(trial));
        const [truth, estimate] = [exact.services[0]!, simulated.services([undefined])[0]!];
        const pairs = (['downtime_s', 'outages', 'outage_chance'] as const).map(
          (figure) => [figure, estimate[figure], truth[figure]] as const,
        );
        for (const [figure, seen, known] of [
          ...pairs,
          ['repairs', simulated.repairs, exact.repairs] as const,
        ]) {
          if (known === undefined) continue;
          expect(errors(seen!, known.mean), `${figure}: ${describeBoth(seen!, known)}`).toBeLessThan(OF_ALL);
        }
      }),
      { numRuns: 40, seed: 20261121 },
    );
  });
});

const describeBoth = (seen: Estimate, known: Estimate): string => `${JSON.stringify(seen)} of ${known.mean}`;
