/** Plans as files, with numbers that are out of this world, and with such that more than one method knows. */
import { join } from 'node:path';
import fc, { type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { UserError } from '../../src/scenario/errors.ts';
import { loadPlan } from '../../src/scenario/plan/load.ts';
import type { Plan } from '../../src/scenario/plan.ts';
import { ScenarioError } from '../../src/scenario/problem.ts';
import { answerExactly } from '../../src/sim/exact/plan/answer.ts';
import { predictPlan } from '../../src/sim/predict-plan.ts';
import { EVENTS_MAX, expectedEvents } from '../../src/sim/years/event-limit.ts';
import type { Estimate, PlanPrediction, ServicePrediction } from '../../src/timeline/plan-prediction.ts';
import { folderWith } from '../scenario/files.ts';
import { type Taste, writtenPlan } from './written-plan.ts';

/** `FUZZ_RUNS=5000 FUZZ_SEED=7 npx vitest run test/sim/predict-plan.property.test.ts` looks further. */
const { FUZZ_RUNS, FUZZ_SEED } = process.env;

/** Undefined where the file is refused: each problem at its place in it. */
function loaded(file: unknown): Plan | undefined {
  try {
    return loadPlan(join(folderWith({ 'plan.yaml': stringify(file) }), 'plan.yaml'));
  } catch (error) {
    expect(error).toBeInstanceOf(ScenarioError);
    const { problems, message } = error as ScenarioError;
    for (const { position } of problems) {
      expect(position.line).toBeGreaterThan(0);
      expect(position.column).toBeGreaterThan(0);
    }
    expect(message).toMatch(/plan\.yaml:\d+:\d+: \S/);
    expectWords(message);
    return undefined;
  }
}

const expectWords = (message: string) => expect(message).not.toMatch(/NaN|undefined|\[object|Infinity/);

/** Every number of a prediction, by where it stands. */
function numbersIn(value: unknown, path = ''): [string, number][] {
  if (typeof value === 'number') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => numbersIn(each, `${path}.${key}`));
}

/** Rounding of what was added up. */
const SLIVER = 1e-9;

function expectWithin({ mean, ci95: [low, high] }: Estimate, most: number): void {
  expect(low).toBeGreaterThanOrEqual(0);
  expect(low).toBeLessThanOrEqual(mean * (1 + SLIVER));
  expect(high).toBeGreaterThanOrEqual(mean * (1 - SLIVER));
  expect(high).toBeLessThanOrEqual(most * (1 + SLIVER));
}

function expectSense(services: readonly ServicePrediction[], plan: Plan): void {
  for (const [where, value] of numbersIn(services)) {
    if (!Number.isFinite(value) || value < 0) throw new Error(`${where} is ${value}`);
  }
  for (const service of services) {
    expectWithin(service.unavailability, 1);
    expectWithin(service.downtime_s, plan.horizon_ms / 1000);
    expectWithin(service.downtime_min_per_year, 365 * 24 * 60);
    if (service.long_run_unavailability) expectWithin(service.long_run_unavailability, 1);
    if (service.outage_chance) expectWithin(service.outage_chance, 1);
    if (service.outages) expectWithin(service.outages, Number.MAX_VALUE);
    const byCause = service.causes.reduce((sum, { downtime_s }) => sum + downtime_s, 0);
    expect(byCause).toBeLessThanOrEqual(service.downtime_s.mean * (1 + SLIVER));
  }
}

const someOf = (...texts: string[]): Arbitrary<string> => fc.constantFrom(...texts);

/** Of each family, about as long as one of these; and far from it where there is a parameter for that. */
function timesOf(duration: Arbitrary<string>): Arbitrary<unknown> {
  return fc.oneof(
    duration,
    fc.record({ exponential: fc.record({ mean: duration }) }),
    // Of shape 0.1 the mean is 3,628,800 times the scale.
    fc.record({ weibull: fc.record({ scale: duration, shape: fc.constantFrom(0.1, 0.5, 1, 2, 100) }) }),
    // Of sigma 5 the mean is 268,337 times the median.
    fc.record({ lognormal: fc.record({ median: duration, sigma: fc.constantFrom(0, 0.5, 2, 5) }) }),
    fc.record({ erlang: fc.record({ mean: duration, phases: fc.constantFrom(1, 2, 100) }) }),
    fc.record({ uniform: fc.record({ min: fc.constant('0s'), max: duration }) }),
    fc.record({ normal: fc.record({ mean: duration, sd: duration }) }),
    fc.record({ empirical: fc.array(duration, { minLength: 1, maxLength: 3 }) }),
    fc.tuple(duration, duration).map(([one, other]) => ({
      hyperexponential: [
        { weight: 1e-6, mean: one },
        { weight: 1e6, mean: other },
      ],
    })),
  );
}

/** One in some hundred times is none: a plan has a dozen of them, and most plans shall be accepted. */
const orNone = (times: Arbitrary<unknown>): Arbitrary<unknown> =>
  fc.oneof(
    { weight: 200, arbitrary: times },
    someOf('0s', '-1s', '1e400s', '.inf', '9999999y', '0.0000001ms'),
    fc.constantFrom<unknown>(
      { weibull: { scale: '1y', shape: 0 } },
      { lognormal: { median: '1h' } },
      7,
      null,
    ),
  );

function phasedOr(times: Arbitrary<unknown>, duration: Arbitrary<string>): Arbitrary<unknown> {
  const mean = fc.record({ mean: duration });
  return fc.oneof(
    { weight: 20, arbitrary: mean.map((exponential) => ({ exponential })) },
    { weight: 2, arbitrary: duration.map((each) => ({ erlang: { mean: each, phases: 2 } })) },
    times,
  );
}

const OUT_OF_THIS_WORLD: Taste = {
  life: orNone(timesOf(someOf('1h', '30d', '1y', '100y', '1000000y'))),
  time: orNone(timesOf(someOf('1ms', '1s', '90s', '1h', '30d', '1y', '100y', '1000000y'))),
  horizon: someOf('1ms', '1h', '30d', '1y', '100y'),
  count: fc.oneof(
    { weight: 60, arbitrary: fc.integer({ min: 1, max: 4 }) },
    { weight: 3, arbitrary: fc.constant(70) },
    fc.constantFrom(0, 3000, 2_000_000),
  ),
  share: someOf('0%', '0.000001%', '50%', '100%'),
  at_least: fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom<number | string>(1, '1%', '50%', '100%') },
    fc.constantFrom<number | string>(0, 2, 100, '0%'),
  ),
  isComplete: true,
};

/** Without what no exact method knows, and mostly in phases. */
const PHASED: Taste = {
  ...OUT_OF_THIS_WORLD,
  life: phasedOr(OUT_OF_THIS_WORLD.life, someOf('1h', '30d', '1y', '1000000y')),
  time: phasedOr(OUT_OF_THIS_WORLD.time, someOf('1ms', '90s', '1h', '30d', '1000000y')),
  isComplete: false,
};

/** Of a horizon: more take longer than a test should; beyond all measure they are refused at once. */
const EVENTS_TESTED = 20_000;

/** What is asked of each plan. Limits keep those short that would go on for minutes by themselves. */
const METHODS: Readonly<Record<string, (plan: Plan) => Promise<Pick<PlanPrediction, 'services'>>>> = {
  auto: (plan) => predictPlan(plan, { limits: { max_trials: 20, max_time_ms: 60 } }),
  simulation: (plan) => predictPlan(plan, { method: 'simulation', trials: 10 }),
  splitting: (plan) =>
    predictPlan(plan, { method: 'splitting', limits: { max_trials: 50, max_time_ms: 60 } }),
  exact: async (plan) => {
    const answer = answerExactly(plan, { states_max: 1000, work_max: 1e7 });
    if (!('refused' in answer)) return answer;
    expect(answer.refused).toMatch(/\w+ \w+/);
    expectWords(answer.refused);
    return { services: [] };
  },
};

describe('a plan with numbers out of this world', () => {
  const numRuns = Number(FUZZ_RUNS ?? 80);
  for (const [name, ask] of Object.entries(METHODS)) {
    it(`is refused at its place, or answered with finite figures and intervals: ${name}`, {
      timeout: 2000 * numRuns,
    }, async () => {
      let answered = 0;
      await fc.assert(
        fc.asyncProperty(writtenPlan(name === 'exact' ? PHASED : OUT_OF_THIS_WORLD), async (file) => {
          const plan = loaded(file);
          if (plan === undefined) return;
          const events = expectedEvents(plan);
          if (events > EVENTS_TESTED && events <= EVENTS_MAX) return;
          try {
            const { services } = await ask(plan);
            expectSense(services, plan);
            answered += services.length;
          } catch (error) {
            if (!(error instanceof UserError)) throw error;
            expect(error.message).toMatch(/plan\.yaml/);
            expectWords(error.message);
          }
        }),
        { numRuns, seed: Number(FUZZ_SEED ?? 20261122) },
      );
      // Else all that was tested is refusals. Splitting may find its time over on a busy machine; it answers below.
      if (name !== 'splitting') expect(answered).toBeGreaterThan(0);
    });
  }
});

const hours = fc.integer({ min: 1, max: 40 }).map((mean_h) => `${mean_h}h`);

const KNOWN_TO_ALL: Taste = {
  life: fc.oneof(
    { weight: 3, arbitrary: fc.record({ exponential: fc.record({ mean: hours }) }) },
    fc.record({ erlang: fc.record({ mean: hours, phases: fc.constant(2) }) }),
  ),
  time: fc.record({ exponential: fc.record({ mean: hours }) }),
  horizon: someOf('30h', '100h'),
  count: fc.integer({ min: 1, max: 2 }),
  share: someOf('30%', '100%'),
  at_least: fc.constantFrom(1, 2),
  isComplete: false,
};

/** Standard errors between an estimate and the truth. */
const errors = ({ mean, ci95: [low, high] }: Estimate, truth: number): number =>
  Math.abs(mean - truth) <= SLIVER * truth ? 0 : Math.abs(mean - truth) / ((high - low) / 2 / 1.96);

/** Of fewer horizons with an outage, or without, an interval may be too narrow for what comes next. */
const SEEN_LEAST = 50;
const TRIALS = 300;

describe('a plan that has an exact answer', () => {
  it('has the same by simulation and by splitting', { timeout: 120_000 }, async () => {
    const compared = { simulation: 0, splitting: 0 };
    await fc.assert(
      fc.asyncProperty(writtenPlan(KNOWN_TO_ALL), async (file) => {
        const plan = loaded(file);
        const exact = plan && answerExactly(plan, { states_max: 500, work_max: 1e8 });
        if (plan === undefined || exact === undefined || 'refused' in exact) return;
        expectSense(exact.services, plan);
        const isSeen = exact.services.map(({ outage_chance }) => {
          const seen = TRIALS * (outage_chance?.mean ?? 0);
          return seen >= SEEN_LEAST && TRIALS - seen >= SEEN_LEAST;
        });
        for (const method of ['simulation', 'splitting'] as const) {
          const answer = await predictPlan(plan, { method, trials: TRIALS }).catch((error: unknown) => {
            if (!(error instanceof UserError)) throw error;
            return undefined;
          });
          for (const [index, service] of (answer?.services ?? []).entries()) {
            if (!isSeen[index]) continue;
            const truth = exact.services[index]!;
            for (const figure of ['downtime_s', 'outages', 'outage_chance'] as const) {
              const [seen, known] = [service[figure]!, truth[figure]];
              if (known === undefined) continue;
              const text = `${figure} by ${method}: ${JSON.stringify(seen)} of ${known.mean}`;
              expect(errors(seen, known.mean), text).toBeLessThan(6);
            }
            compared[method] += 1;
          }
        }
      }),
      { numRuns: Number(FUZZ_RUNS ?? 30), seed: Number(FUZZ_SEED ?? 20261122) },
    );
    expect(compared.simulation).toBeGreaterThan(0);
    expect(compared.splitting).toBeGreaterThan(0);
  });
});
