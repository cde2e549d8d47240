import { describe, expect, it } from 'vitest';
import { constant } from '../../src/scenario/distribution.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { predict } from '../../src/sim/predict.ts';
import { type Configuration, scenarioFileOf } from './configurations.ts';
import { judge, judgedOf, unexplained } from './judge.ts';
import type { MeasuredTrial, Sorted } from './measured-trials.ts';
import { observed } from './observations.ts';
import { predictTrials } from './predictions.ts';

const ONE: Configuration = { name: 'one-forced', title: 'one' };
const SCENARIO = loadScenario(scenarioFileOf(ONE), { trials: { predict: 60 } });

const trial = (failed: number): MeasuredTrial => ({
  schema: 'foreshock.measured-trial/v1',
  date: '2026-11-21T10:00:00.000Z',
  version: '0.1.0',
  where: 'kubernetes v1.35.4, 2 nodes',
  machine: '2 cores',
  fingerprint: 'today',
  seed: 'validation-1',
  trial: 0,
  observation: observed([failed]),
  events: [],
});
const measured = (...failed: number[]): Sorted => ({ valid: failed.map(trial), invalid: [], stale: [] });

/** As if every container of this cluster took ten seconds to start. */
const slow = (scenario: Scenario): Scenario => ({
  ...scenario,
  timing: { ...scenario.timing, container_start: constant(10_000) },
});

describe('predictTrials', () => {
  it('has every trial of the prediction, and the mean that it tells', async () => {
    const { observations, budget } = await predictTrials(SCENARIO);
    const { metrics, budget: told } = await predict(SCENARIO);
    expect(observations.map(({ trial: number }) => number)).toEqual(Array.from({ length: 60 }, (_, k) => k));
    const mean = observations.reduce((sum, { downtime_s }) => sum + downtime_s, 0) / 60;
    expect(mean).toBeCloseTo(metrics.downtime_s!.predicted.mean, 9);
    expect(budget).toEqual(told);
  });
});

describe('judge', () => {
  it('has nothing to say where nothing valid is measured', async () => {
    const none: Sorted = { valid: [], invalid: [trial(300)], stale: [trial(300)] };
    expect(await judge(ONE, SCENARIO, none, undefined)).toBeUndefined();
  });

  it('judges the defaults as long as nothing is calibrated', async () => {
    const outcome = (await judge(ONE, SCENARIO, measured(310, 320), undefined))!;
    expect(outcome.calibrated).toBeUndefined();
    expect(judgedOf(outcome)).toBe(outcome.defaults);
    expect(outcome.defaults.figures.trials).toBe(2);
  });

  it('judges the calibrated prediction where there is one, and has both', async () => {
    const outcome = (await judge(ONE, SCENARIO, measured(310, 320), slow))!;
    expect(judgedOf(outcome)).toBe(outcome.calibrated);
    const { defaults, calibrated } = outcome;
    expect(calibrated!.figures.predicted.mean).toBeGreaterThan(defaults.figures.predicted.mean + 3);
    expect(outcome.missed.map(({ id }) => id)).toContain('downtime');
    expect(unexplained(outcome).length).toBeGreaterThan(0);
    expect(unexplained({ ...outcome, configuration: { ...ONE, explanation: 'slow' } })).toEqual([]);
  });
});
