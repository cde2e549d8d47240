import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Crew, Plan } from '../../../../src/scenario/plan.ts';
import { answerExactly } from '../../../../src/sim/exact/plan/answer.ts';
import { atLeast, hours, planOf } from './plans.ts';

/** Every number of an answer. */
function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(numbersIn);
}

/** Nothing but whole figures, or a refusal in words. */
function expectSense(plan: Plan): void {
  const answer = answerExactly(plan, { states_max: 1000, work_max: 1e6 });
  if ('refused' in answer) {
    expect(answer.refused).toMatch(/\w+ \w+/);
    return;
  }
  for (const { unavailability, outage_chance, long_run_unavailability } of answer.services) {
    for (const share of [unavailability, outage_chance, long_run_unavailability]) {
      if (share === undefined) continue;
      expect(share.mean).toBeGreaterThanOrEqual(0);
      expect(share.mean).toBeLessThanOrEqual(1);
    }
  }
  for (const value of numbersIn(answer)) expect(value).toBeGreaterThanOrEqual(0);
}

describe('a plan of times that are out of this world', () => {
  const time = fc.oneof(
    fc.constantFrom(1e-300, 1e-30, 1e-3, 1, 1e30, 1e300, Number.MIN_VALUE, Number.MAX_VALUE),
    fc.double({ min: -9, max: 15, noNaN: true }).map((exponent) => 10 ** exponent),
  );

  it('is answered with sense, or refused, and soon', () => {
    fc.assert(
      fc.property(
        fc.record({
          fails: time,
          repaired: time,
          inspected: time,
          struck: time,
          phases: fc.constantFrom(1, 2, 6),
          isShared: fc.boolean(),
          isStruck: fc.boolean(),
          horizon: time,
        }),
        ({ fails, repaired, inspected, struck, phases, isShared, isStruck, horizon }) => {
          const units = [
            {
              name: 'node',
              count: 3,
              time_to_failure: { kind: 'erlang' as const, mean_ms: fails, phases },
              time_to_repair: { kind: 'exponential' as const, mean_ms: repaired },
              crew: isShared ? 0 : undefined,
            },
          ];
          const plan = planOf({
            units,
            crews: [{ inspection: { kind: 'exponential', mean_ms: inspected } }],
            common_causes: isStruck ? [{ every: { kind: 'exponential', mean_ms: struck }, hits: [0] }] : [],
            services: [atLeast(2, 0)],
          });
          expectSense({ ...plan, horizon_ms: horizon });
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is refused with the time where it is beyond doubles', () => {
    const plan = planOf({
      units: [{ name: 'node', count: 2, time_to_failure: hours(1e-300), crew: 0 }],
      crews: [{}],
      services: [atLeast(1, 0)],
    });
    const answer = answerExactly(plan);
    expect(answer).toMatchObject({
      refused: 'the mean of a phase, in hours, must be from 1e-100 to 1e+100, not 1e-300',
    });
  });
});

describe('a plan of very many units', () => {
  it('is refused at once, with a crew and without', () => {
    const refusal = (count: number, crew: number | undefined, size: number) => {
      const answer = answerExactly(
        planOf({
          units: [{ name: 'pod', count, time_to_failure: hours(100), crew }],
          crews: [{ size }],
          services: [atLeast(count / 2, 0)],
        }),
      );
      return 'refused' in answer ? answer.refused : 'answered';
    };
    expect(refusal(2_000_000, undefined, 1)).toMatch(/^too many combinations/);
    expect(refusal(2_000_000, 0, 1)).toBe('a class of units is too large to be counted');
    expect(refusal(60_000, 0, 10_000)).toBe('its Markov chain would have far too many states');
  });
});

describe('a plan of many units in several racks that wait for one crew', () => {
  const refusal = (count: number, racks: number, crew: Partial<Crew>) => {
    const answer = answerExactly(
      planOf({
        units: [
          { name: 'rack', count: racks },
          { name: 'node', count, within: 0, time_to_failure: hours(100), crew: 0 },
        ],
        crews: [crew],
        services: [atLeast(1, 1)],
      }),
    );
    return 'refused' in answer ? answer.refused : 'answered';
  };

  it('is refused before the test is over: to count its states is work, too', () => {
    const tooMany = 'its Markov chain would have far too many states';
    expect(refusal(3000, 6, { order: 'first-come' })).toBe(tooMany);
    expect(refusal(4, 700, { order: 'random', size: 1000 })).toBe(tooMany);
  });
});

describe('a plan for which there is little time', () => {
  it('is refused before its states are looked for, with how many they are', () => {
    const plan = planOf({
      units: [{ name: 'node', count: 3000, time_to_failure: hours(100), crew: 0 }],
      crews: [{}],
      services: [atLeast(2990, 0)],
    });
    expect(answerExactly(plan, { work_max: 1e6 })).toMatchObject({
      refused:
        'its Markov chain would have about 3e3 states, and finding them takes longer than there is time',
    });
    expect(answerExactly(plan, { work_max: 1e9 })).toHaveProperty('services');
  });
});

describe('a condition that never holds', () => {
  it('is down from the start, in one outage', () => {
    for (const crew of [undefined, 0]) {
      const plan = planOf({
        units: [{ name: 'node', count: 2, time_to_failure: hours(100), crew }],
        crews: [{}],
        services: [atLeast(3, 0)],
      });
      const answer = answerExactly(plan);
      if ('refused' in answer) throw new Error(answer.refused);
      const [service] = answer.services;
      const figures = [service!.unavailability, service!.outages, service!.outage_chance];
      for (const figure of figures) expect(figure!.mean).toBeCloseTo(1, 12);
    }
  });
});
