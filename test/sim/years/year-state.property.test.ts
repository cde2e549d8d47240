import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/scenario/plan.ts';
import { compilePlan } from '../../../src/sim/years/plan-model.ts';
import { YearState } from '../../../src/sim/years/year-state.ts';
import { holdsNow, type Snapshot, worksNow } from './evaluate.ts';
import { randomPlan } from './random-plan.ts';

/** Plenty: some hundred units, each with a failure and a repair in some hours. */
const EVENTS_MAX = 100_000;

function begin(plan: Plan, trial = 0): YearState {
  const state = new YearState(compilePlan(plan), []);
  state.begin(trial);
  return state;
}

function snapshot({ model: { plan, units }, working: { failed, out, parent } }: YearState): Snapshot {
  return { plan, units, failed, out, parent };
}

/** All that a horizon shows. */
function accounts({ downtime, working, repairs, events, now_ms }: YearState) {
  const { downtime_ms, outages, lost_ms, causeDowntime_ms, causeOutages } = downtime;
  const { works, failed, out, parent } = working;
  return structuredClone({
    ...{ downtime_ms, outages, lost_ms, causeDowntime_ms, causeOutages },
    ...{ works, failed, out, parent, repairs, events, now_ms },
  });
}

describe('whatever a plan holds', () => {
  it('what works, and what holds, is after every event what it is from scratch', () => {
    fc.assert(
      fc.property(randomPlan, (plan) => {
        const state = begin(plan);
        const { units } = state.model;
        const check = () => {
          const now = snapshot(state);
          const works = Array.from({ length: units.count }, (_, unit) => (worksNow(now, unit) ? 1 : 0));
          expect([...state.working.works]).toEqual(works);
          const working = plan.units.map((_, kind) =>
            works
              .slice(units.first[kind]!, units.first[kind + 1]!)
              .reduce((sum: number, one) => sum + one, 0),
          );
          expect([...state.working.conditions.working]).toEqual(working);
          for (const [service, { up }] of plan.services.entries()) {
            expect(state.working.conditions.isUp(service)).toBe(holdsNow(now, up));
          }
        };
        check();
        while (state.nextEvent_ms <= plan.horizon_ms && state.events < 60) {
          state.step();
          check();
        }
      }),
      { numRuns: 150 },
    );
  });

  it('a copy from the middle of a horizon goes on as the original does', () => {
    fc.assert(
      fc.property(randomPlan, fc.double({ min: 0, max: 1, noNaN: true }), (plan, share) => {
        const whole = begin(plan);
        whole.runUntil(plan.horizon_ms);
        const original = begin(plan);
        while (original.nextEvent_ms <= share * plan.horizon_ms) original.step();
        const copy = new YearState(original.model, []);
        // It has been elsewhere, and must forget that.
        copy.begin(7);
        copy.runUntil(plan.horizon_ms / 2);
        copy.copyFrom(original);
        copy.runUntil(plan.horizon_ms);
        expect(accounts(copy)).toEqual(accounts(whole));
        original.runUntil(plan.horizon_ms);
        expect(accounts(original)).toEqual(accounts(whole));
      }),
      { numRuns: 150 },
    );
  });

  it('time down is what its causes add up to, and no figure is absurd', () => {
    fc.assert(
      fc.property(randomPlan, (plan) => {
        const state = begin(plan);
        state.runUntil(plan.horizon_ms);
        expect(state.events).toBeLessThan(EVENTS_MAX);
        const { downtime } = state;
        for (let service = 0; service < plan.services.length; service += 1) {
          const down_ms = downtime.downtime_ms[service]!;
          const outages = downtime.outages[service]!;
          const of = (values: Float64Array) =>
            values.subarray(service * downtime.causes, (service + 1) * downtime.causes);
          const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
          expect(sum(of(downtime.causeDowntime_ms))).toBeCloseTo(down_ms, 3);
          expect(sum(of(downtime.causeOutages))).toBe(outages);
          expect(down_ms).toBeGreaterThanOrEqual(0);
          expect(down_ms).toBeLessThanOrEqual(plan.horizon_ms + 1e-3);
          expect(outages > 0).toBe(down_ms > 0);
          // No episode is given: what is down loses all.
          expect(downtime.lost_ms[service]).toBeCloseTo(down_ms, 3);
        }
      }),
      { numRuns: 150 },
    );
  });
});
