import { describe, expect, it } from 'vitest';
import { constant, exponential } from '../../src/scenario/distribution.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import type { Plan } from '../../src/scenario/plan.ts';
import {
  answerBy,
  METHODS,
  type MethodOptions,
  type Methods,
  type PlanAnswer,
} from '../../src/sim/method.ts';
import { predict } from '../../src/sim/predict.ts';
import { type PredictPlanOptions, predictPlan } from '../../src/sim/predict-plan.ts';
import { EPISODE_TRIALS } from '../../src/sim/years/predict-episodes.ts';
import {
  atLeast,
  DAY_MS,
  deployments,
  HOUR_MS,
  hours,
  kind,
  placement,
  planOf,
  service,
} from './years/plans.ts';

const simulation = { method: 'simulation' } as const;

/** A service of three replicas over three zones. */
const ZONES: Plan = planOf({
  units: [
    kind('zone', { count: 3, time_to_failure: exponential(60 * DAY_MS), time_to_repair: hours(4) }),
    kind('node', {
      count: 2,
      within: 0,
      time_to_failure: exponential(30 * DAY_MS),
      time_to_repair: hours(2),
    }),
    kind('replica', {
      count: 3,
      time_to_failure: exponential(7 * DAY_MS),
      time_to_repair: constant(60_000),
      placed: placement(1, 0),
    }),
  ],
  deployments: [
    deployments('releases', { every: exponential(14 * DAY_MS), bad: 0.1, time_to_roll_back: hours(1) }),
  ],
  services: [
    service(atLeast(2, [2]), { name: 'web', objectives: { availability: 0.9, downtime_s: 1 } }),
    service(atLeast(3, [2]), { name: 'all' }),
  ],
});

describe('a prediction of a plan', () => {
  it('is the same bytes on any number of threads', async () => {
    const bytes = async (workers: number, options: PredictPlanOptions = {}) =>
      JSON.stringify(
        await predictPlan(ZONES, { trials: 300, workers, threads: 'at-once', ...simulation, ...options }),
      );
    const alone = await bytes(1);
    expect(await bytes(2)).toBe(alone);
    expect(await bytes(3)).toBe(alone);
    expect(JSON.parse(alone)).toMatchObject({ method: 'simulation', trials: 300, plan: 'plan', seed: '1' });
  });

  it('counts as its time what was over before it, as with episodes, and has an interval all the same', async () => {
    const { trials, stop, services } = await predictPlan(ZONES, {
      ...simulation,
      limits: { max_time_ms: 3000 },
      begin_ms: performance.now() - 4000,
    });
    expect(trials).toBe(2);
    expect(stop).toMatchObject({ by: 'max-time', max_time_s: 3 });
    const { mean, ci95 } = services[0]!.downtime_s;
    expect(ci95[1]).toBeGreaterThan(mean);
  });

  it('knows of one horizon only that the mean lies in it', async () => {
    const { services, horizon_s } = await predictPlan(ZONES, { trials: 1, ...simulation });
    expect(services[1]!.downtime_s.mean).toBeGreaterThan(0);
    expect(services[1]!.downtime_s.ci95).toEqual([0, horizon_s]);
  });

  it('is another under another seed', async () => {
    const downtime_s = async (seed: string) =>
      (await predictPlan({ ...ZONES, seed }, { trials: 50, ...simulation })).services[0]!.downtime_s.mean;
    expect(await downtime_s('1')).not.toBe(await downtime_s('2'));
  });

  it('says of each service how long it is down, how often and why, and of each objective whether it is met', async () => {
    const { services, horizon_s } = await predictPlan(ZONES, { trials: 300, ...simulation });
    const [web, all] = services;
    expect(web!.downtime_s.mean).toBeLessThan(all!.downtime_s.mean);
    expect(web!.unavailability.mean).toBeCloseTo(web!.downtime_s.mean / horizon_s, 12);
    expect(web!.downtime_min_per_year.mean).toBeCloseTo(web!.downtime_s.mean / 60, 9);
    for (const { causes, downtime_s, outages } of services) {
      const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
      expect(sum(causes.map((cause) => cause.downtime_s))).toBeCloseTo(downtime_s.mean, 6);
      expect(sum(causes.map((cause) => cause.outages))).toBeCloseTo(outages!.mean, 9);
      expect(causes.map((cause) => cause.downtime_s)).toEqual(
        causes.map((cause) => cause.downtime_s).sort((a, b) => b - a),
      );
    }
    expect(all!.causes.map(({ cause }) => cause).sort()).toEqual(['node', 'replica', 'zone']);
    expect(web!.causes.map(({ cause }) => cause)).toContain('releases');
    expect(web!.objectives).toMatchObject([
      { metric: 'availability', target: 0.9, met: true, trials_met: { share: 1 } },
      { metric: 'downtime_s', target: 1, met: false, trials_met: { share: expect.closeTo(0, 1) } },
    ]);
    expect(web!.lost_requests_s).toBeUndefined();
  });

  it('ends where the precision of every service is reached', async () => {
    const told: number[] = [];
    const { stop, trials, services } = await predictPlan(ZONES, {
      limits: { precision: 0.05 },
      ...simulation,
      onProgress: ({ done }) => told.push(done),
    });
    expect(stop).toMatchObject({ by: 'precision', precision: 0.05 });
    for (const { downtime_s } of services) {
      const [low, high] = downtime_s.ci95;
      expect((high - low) / 2 / downtime_s.mean).toBeLessThanOrEqual(0.05);
    }
    expect(told.at(-1)).toBe(trials);
  });

  it('warns where outages were too few to tell', async () => {
    const rare = planOf({
      units: [kind('unit', { count: 4, time_to_failure: hours(5000), time_to_repair: hours(1) })],
      services: [service(atLeast(1, [0]))],
    });
    const { warnings, services } = await predictPlan(rare, { trials: 20, ...simulation });
    expect(services[0]!.downtime_s.mean).toBe(0);
    expect(services[0]!.long_run_unavailability).toBeUndefined();
    expect(warnings).toEqual(['service: an outage in 0 of 20 horizons only: its figures may be far off']);
  });
});

describe('an episode', () => {
  const scenario = loadScenario('scenarios/validation/two-all-forced.yaml');

  it('costs each failure what the request-level prediction of it says', async () => {
    // Each of two replicas fails ten times in a horizon, one at a time: up holds all the time.
    const plan = planOf({
      units: [
        kind('replica', {
          count: 2,
          time_to_failure: exponential(DAY_MS),
          time_to_repair: constant(0),
          episodes: { 0: 0 },
        }),
      ],
      services: [service(atLeast(1, [0]))],
      episodes: [scenario],
      horizon_ms: 10 * DAY_MS,
    });
    const { services, warnings } = await predictPlan(plan, { trials: 400 });
    const episode = await predict({ ...scenario, seed: plan.seed }, { trials: EPISODE_TRIALS });
    const { downtime_s, lost_requests_s, outages } = services[0]!;
    const cost_s = episode.metrics.downtime_s!.predicted.mean;
    expect(cost_s).toBeGreaterThan(1);
    const standardError = (downtime_s.ci95[1] - downtime_s.mean) / 1.96;
    // 20 failures, and hardly ever two at a time.
    expect(Math.abs(downtime_s.mean - 20 * cost_s)).toBeLessThan(4 * standardError);
    expect(outages!.mean).toBeGreaterThan(15);
    expect(lost_requests_s!.mean).toBeGreaterThan(0.5 * downtime_s.mean);
    expect(lost_requests_s!.mean).toBeLessThanOrEqual(downtime_s.mean * (1 + 1e-9));
    expect(warnings).toEqual([]);
  });
});

describe('a plan in which something happens all the time', () => {
  const failing = (parts: Parameters<typeof kind>[1]) =>
    planOf({ units: [kind('unit', parts)], services: [service(atLeast(1, [0]))] });

  it.each([
    ['fails every millisecond', failing({ time_to_failure: constant(1) })],
    ['fails and is repaired at once', failing({ time_to_failure: constant(0) })],
  ])('%s: is refused at once, and says what it is', async (_name, plan) => {
    await expect(predictPlan(plan, { ...simulation, trials: 1 })).rejects.toThrow(
      /^plan\.yaml:1:1: unit \(time to failure: .*\): more than 200,000,000 things happen in /,
    );
  });

  it('is answered all the same where an exact method can', async () => {
    const busy = failing({ time_to_failure: exponential(2), time_to_repair: exponential(1) });
    const { method, services } = await predictPlan(busy);
    expect(method).toBe('exact');
    expect(services[0]!.long_run_unavailability!.mean).toBeCloseTo(1 / 3, 9);
  });

  it('is refused with too many units to hold', async () => {
    await expect(predictPlan(failing({ count: 6_000_000 }), simulation)).rejects.toThrow(
      'more than 5,000,000 units',
    );
  });
});

describe('the method', () => {
  const OPTIONS: MethodOptions = {
    limits: {},
    trials: 40,
    workers: 1,
    threads: undefined,
    onProgress: undefined,
  };
  const NO_EPISODES = { costs: [], warnings: [] };
  const refusing: Methods['exact'] = () => ({ refused: 'too large', long_run_unavailability: [undefined] });
  const split: PlanAnswer = {
    method: 'splitting',
    warnings: [],
    trials: 7,
    stop: undefined,
    services: [],
    repairs: undefined,
  };
  const splitting: Methods['splitting'] = () => Promise.resolve(split);
  const methods = (parts: Partial<Methods>): Methods => ({
    ...METHODS,
    exact: refusing,
    splitting: () => Promise.resolve({ refused: 'not rare' }),
    ...parts,
  });
  const unit = { time_to_failure: hours(100), time_to_repair: hours(1) };
  const often = planOf({ units: [kind('unit', unit)], services: [service(atLeast(1, [0]))] });
  const seldom = planOf({
    units: [kind('unit', { ...unit, count: 5 })],
    services: [service(atLeast(1, [0]))],
    horizon_ms: 1000 * HOUR_MS,
  });

  it('is exact where that is within reach', async () => {
    const { method, trials, services } = await predictPlan(seldom);
    expect({ method, trials }).toEqual({ method: 'exact', trials: 0 });
    expect(services[0]!.long_run_unavailability!.mean).toBeCloseTo((1 / 101) ** 5, 18);
  });

  it('is simulation where it sees enough outages', async () => {
    const answer = await answerBy('auto', often, NO_EPISODES, OPTIONS, methods({ splitting }));
    expect(answer).toMatchObject({
      method: 'simulation',
      because: 'no exact answer: too large',
      warnings: [],
    });
  });

  it('is splitting where simulation sees too few', async () => {
    const answer = await answerBy('auto', seldom, NO_EPISODES, OPTIONS, methods({ splitting }));
    expect(answer).toMatchObject({
      method: 'splitting',
      because: 'no exact answer: too large; of 40 simulated horizons 0 had an outage',
    });
  });

  it('is splitting soon where that shows soon, and not where outages are but few', async () => {
    const many = { ...OPTIONS, trials: 5000 };
    const answer = await answerBy('auto', seldom, NO_EPISODES, many, methods({ splitting }));
    expect(answer.because).toBe('no exact answer: too large; of 200 simulated horizons 0 had an outage');
    // 5 horizons, each with outages: more of them are what is wanted.
    const few = await answerBy('auto', often, NO_EPISODES, { ...OPTIONS, trials: 5 }, methods({ splitting }));
    expect(few).toMatchObject({ method: 'simulation', trials: 5 });
    expect(few.warnings).toHaveLength(1);
  });

  it('falls back on simulation, with its warning, where splitting does not answer', async () => {
    const no: Methods['splitting'] = () => Promise.resolve({ refused: 'its roots differ too much' });
    const answer = await answerBy('auto', seldom, NO_EPISODES, OPTIONS, methods({ splitting: no }));
    expect(answer.method).toBe('simulation');
    expect(answer.because).toBe('no exact answer: too large; and no splitting: its roots differ too much');
    expect(answer.warnings).toHaveLength(1);
  });

  it('keeps to the time there is, whatever is tried in it', async () => {
    const limits = { max_time_ms: 60_000 };
    const given: (number | undefined)[] = [];
    const no: Methods['splitting'] = (_plan, _episodes, options) => {
      given.push(options.limits.max_time_ms);
      return Promise.resolve({ refused: 'its roots differ too much' });
    };
    const simulation: Methods['simulation'] = (_plan, _episodes, options) => {
      given.push(options.limits.max_time_ms);
      return Promise.resolve({ ...split, method: 'simulation', stop: { by: 'max-time', max_time_s: 7 } });
    };
    const parts = methods({ splitting: no, simulation });
    const answer = await answerBy('auto', seldom, NO_EPISODES, { ...OPTIONS, limits }, parts);
    expect(given[0]).toBeLessThan(30_000);
    expect(given[1]).toBeLessThan(60_000);
    // What was asked for is told, and not what was left of it.
    expect(answer.stop).toEqual({ by: 'max-time', max_time_s: 60 });
  });

  it('is simulation where its time is over before it shows how rare outages are', async () => {
    const options = { ...OPTIONS, limits: { max_time_ms: 0 } };
    const answer = await answerBy('auto', seldom, NO_EPISODES, options, methods({ splitting }));
    expect(answer).toMatchObject({ method: 'simulation', trials: 2, stop: { by: 'max-time' } });
    expect(answer.warnings).toHaveLength(1);
  });

  it('has the exact share of time down in the long run where only that is known', async () => {
    const knows: Methods['exact'] = () => ({ refused: 'too large', long_run_unavailability: [0.125] });
    const answer = await answerBy('auto', often, NO_EPISODES, OPTIONS, methods({ exact: knows }));
    expect(answer.services[0]!.long_run_unavailability).toEqual({ mean: 0.125, ci95: [0.125, 0.125] });
  });

  it('that was asked for and cannot answer is an error that says why', async () => {
    const ask = (choice: 'exact' | 'splitting') => answerBy(choice, often, NO_EPISODES, OPTIONS, methods({}));
    await expect(ask('exact')).rejects.toThrow('plan.yaml: the exact method cannot answer: too large');
    await expect(ask('splitting')).rejects.toThrow('plan.yaml: the splitting method cannot answer: ');
  });
});
