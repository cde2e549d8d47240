import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../../src/scenario/plan.ts';
import { answerExactly } from '../../../../src/sim/exact/plan/answer.ts';
import { answerByChain, type ChainAnswer, type Refused } from '../../../../src/sim/exact/plan/by-chain.ts';
import { relevantKinds } from '../../../../src/sim/exact/plan/relevant.ts';
import { kindsNamed } from '../../../../src/sim/exact/plan/tallies.ts';
import { randomPlan } from './random-plan.ts';

/** As much as a test has time for. */
const STATES_MAX = 3000;

function byChain(plan: Plan, isLumped: boolean): ChainAnswer | Refused {
  const [{ up }] = plan.services as [Plan['services'][0]];
  const kinds = relevantKinds(plan, kindsNamed(plan, up));
  return answerByChain(plan, kinds, [up], new Set(kinds), plan.horizon_ms / 3_600_000, {
    states_max: STATES_MAX,
    isLumped,
  });
}

/** Equal to nine digits, or to nothing beside what a probability is. */
function expectSame(actual: number | undefined, expected: number | undefined, what: string): void {
  const off = Math.abs(actual! - expected!);
  expect(off, `${what}: ${actual} instead of ${expected}`).toBeLessThanOrEqual(
    1e-9 * Math.abs(expected!) + 1e-15,
  );
}

function expectSameFigures(actual: ChainAnswer, expected: ChainAnswer): void {
  for (const [index, figures] of expected.figures.entries()) {
    for (const [name, value] of Object.entries(figures)) {
      expectSame(actual.figures[index]![name as keyof typeof figures], value, name);
    }
  }
  expectSame(actual.repairs, expected.repairs, 'repairs');
}

describe('the chain of a plan', () => {
  it('says the same with equal parts lumped as with every unit apart, and never has more states', () => {
    let compared = 0;
    fc.assert(
      fc.property(randomPlan(true), (plan) => {
        const apart = byChain(plan, false);
        fc.pre(!('refused' in apart));
        const lumped = byChain(plan, true);
        if ('refused' in lumped) throw new Error(lumped.refused);
        expectSameFigures(lumped, apart);
        expect(lumped.states).toBeLessThanOrEqual(apart.states);
        compared += 1;
      }),
      { numRuns: 60 },
    );
    expect(compared).toBe(60);
  });

  it('says the same as counting where units are independent', () => {
    fc.assert(
      fc.property(randomPlan(false), (plan) => {
        const chain = byChain(plan, true);
        fc.pre(!('refused' in chain));
        const counted = answerExactly(plan);
        if ('refused' in counted) throw new Error(counted.refused);
        const [service] = counted.services;
        const [figures] = chain.figures;
        expect(counted.because).toBe('all units fail and are repaired each on its own');
        expectSame(service!.unavailability.mean, figures!.unavailability, 'unavailability');
        expectSame(service!.long_run_unavailability!.mean, figures!.long_run_unavailability, 'long run');
        expectSame(service!.outages!.mean, figures!.outages, 'outages');
        expectSame(service!.outage_chance!.mean, figures!.outage_chance, 'chance');
      }),
      { numRuns: 60 },
    );
  });
});
