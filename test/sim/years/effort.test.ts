/** What follows from an event is counted with it, and what takes too long is given up on the way. */
import { describe, expect, it } from 'vitest';
import { constant, erlang, exponential, weibull } from '../../../src/scenario/distribution.ts';
import type { Plan } from '../../../src/scenario/plan.ts';
import { replications } from '../../../src/sim/estimate/replications.ts';
import { predictPlan } from '../../../src/sim/predict-plan.ts';
import { LOOK_STEPS } from '../../../src/sim/years/effort.ts';
import { checkEvents, expectedEvents } from '../../../src/sim/years/event-limit.ts';
import { HorizonReplicator } from '../../../src/sim/years/horizon.ts';
import { longRun } from '../../../src/sim/years/long-run.ts';
import { compilePlan } from '../../../src/sim/years/plan-model.ts';
import { YearState } from '../../../src/sim/years/year-state.ts';
import {
  atLeast,
  commonCause,
  DAY_MS,
  HOUR_MS,
  kind,
  maintenance,
  placement,
  planOf,
  service,
  YEAR_MS,
} from './plans.ts';

/** Two nodes in turn are gone for a minute or two, and 3,000 replicas go from one to the other. */
const CROWD: Plan = planOf({
  units: [
    kind('node', {
      count: 2,
      time_to_failure: exponential(30 * DAY_MS),
      time_to_repair: exponential(90_000),
    }),
    kind('web', { count: 3000, placed: placement(0, 0, { time_to_replace: exponential(1) }) }),
  ],
  services: [service(atLeast(1, [0]))],
  horizon_ms: 100 * YEAR_MS,
});

const beginningOf = (plan: Plan): YearState => {
  const state = new YearState(compilePlan(plan), []);
  state.begin(0);
  return state;
};

describe('steps', () => {
  it('are events, and the replicas that each of them takes down', () => {
    const state = beginningOf(CROWD);
    state.step();
    expect(state.events).toBe(1);
    expect(state.effort.steps).toBe(1 + 1500);
    while (state.nextEvent_ms < state.now_ms + 1000) state.step();
    // Each of them was replaced, which is an event, and looked for a place: among two nodes, one after the other.
    expect(state.events).toBe(1 + 1500);
    expect(state.effort.steps).toBe(1 + 1500 + 4 * 1500);
  });

  it('are what is within a unit, too, and what a common cause looks at', () => {
    const within = planOf({
      units: [
        kind('zone', { time_to_failure: constant(HOUR_MS), time_to_repair: constant(HOUR_MS) }),
        kind('node', { count: 700, within: 0 }),
      ],
      services: [service(atLeast(1, [1]))],
    });
    const struck = planOf({
      units: [kind('node', { count: 700, time_to_repair: constant(HOUR_MS) })],
      common_causes: [commonCause('power', { every: constant(HOUR_MS), hits: [0], share: 0 })],
      services: [service(atLeast(1, [0]))],
    });
    for (const plan of [within, struck]) {
      const state = beginningOf(plan);
      state.step();
      expect(state.effort.steps).toBe(1 + 700);
    }
  });

  it('are as many as events where each is about one unit', () => {
    const plan = planOf({
      units: [
        kind('node', {
          count: 9,
          time_to_failure: exponential(HOUR_MS),
          time_to_repair: exponential(HOUR_MS),
        }),
      ],
      services: [service(atLeast(3, [0]))],
      horizon_ms: 100 * HOUR_MS,
    });
    const { events, steps } = new HorizonReplicator(plan, []).run(0);
    expect(events).toBeGreaterThan(500);
    expect(steps).toBe(events);
  });

  it('are refused before anything is simulated where times tell that they are too many', () => {
    const often = { ...CROWD, horizon_ms: 10_000 * YEAR_MS };
    expect(expectedEvents(often)).toBeGreaterThan(200_000_000);
    expect(() => checkEvents(often)).toThrow('plan.yaml:1:1: node (time to failure');
    expect(() => checkEvents(CROWD)).not.toThrow();
  });

  it('of a round that takes out all at once do not grow with the square of them', () => {
    const plan = planOf({
      units: [kind('node', { count: 200_000 })],
      maintenance: [
        maintenance('all', { of: 0, every: constant(DAY_MS), takes: constant(HOUR_MS), at_once: 200_000 }),
      ],
      services: [service(atLeast(1, [0]))],
      horizon_ms: 1.5 * DAY_MS,
    });
    const { events, downtime_ms } = new HorizonReplicator(plan, []).run(0);
    expect(events).toBe(200_001);
    expect(downtime_ms[0]).toBe(HOUR_MS);
  });
});

describe('a horizon', () => {
  it('is given up between two looks', () => {
    let looks = 0;
    const given = new HorizonReplicator(CROWD, []).run(0, () => ++looks === 3);
    expect(given).toBeUndefined();
    expect(looks).toBe(3);
    const state = beginningOf(CROWD);
    expect(state.runUntil(CROWD.horizon_ms, () => true)).toBe(false);
    // The event that is under way comes to its end.
    expect(state.effort.steps).toBeLessThan(LOOK_STEPS + 2 * 3000);
  });

  it('that is given up ends the trials', async () => {
    const work = { kind: 'horizon', plan: CROWD, episodes: [] } as const;
    let seen = 0;
    for await (const _ of replications(work, { trials: 5, workers: 1, givesUp: () => true })) seen += 1;
    expect(seen).toBe(0);
  });
});

describe('a prediction whose time is over', () => {
  const inNoTime = (plan: Plan) => predictPlan(plan, { method: 'simulation', limits: { max_time_ms: 0 } });

  it('does not wait for a horizon of millions of steps', async () => {
    await expect(inNoTime(CROWD)).rejects.toThrow(
      'plan.yaml: the time was over before the first horizon of 100y was simulated',
    );
  });

  it('has two horizons all the same where they are short', async () => {
    const { trials, stop, services } = await inNoTime({ ...CROWD, horizon_ms: YEAR_MS });
    expect(trials).toBe(2);
    expect(stop?.by).toBe('max-time');
    expect(services[0]!.unavailability.ci95[1]).toBeLessThanOrEqual(1);
  });

  it('tells that it knows one horizon only', async () => {
    // Of looks at the time the first horizon leaves fewer than the second needs.
    const { trials, services, warnings } = await inNoTime({ ...CROWD, horizon_ms: 6 * YEAR_MS });
    expect(trials).toBe(1);
    // Nothing was lost in it: by Wilson's bound that may be so in one horizon of five.
    expect(services[0]!.unavailability.ci95).toEqual([0, expect.closeTo(3.84 / 4.84, 2)]);
    expect(warnings[0]).toMatch(/^there was time for one horizon only/);
  });
});

describe('the long run', () => {
  it('is cut down where it turns out to be busier than the horizons were', () => {
    // Within the first 30 of 365 days next to nothing of ten phases is over; later each is renewed once a year.
    for (const life of [erlang(YEAR_MS, 10), weibull(YEAR_MS, 5)]) {
      const plan = planOf({
        units: [kind('node', { count: 50, time_to_failure: life, time_to_repair: constant(5 * DAY_MS) })],
        services: [service(atLeast(50, [0]))],
        horizon_ms: 30 * DAY_MS,
      });
      const [known] = longRun(plan, [], 1e-4);
      const mean_ms = life.kind === 'erlang' ? YEAR_MS : 0.9181687 * YEAR_MS;
      const exact = 1 - (mean_ms / (mean_ms + 5 * DAY_MS)) ** 50;
      expect(known!.ci95[0]).toBeLessThan(exact);
      expect(known!.ci95[1]).toBeGreaterThan(exact);
    }
  });
});
