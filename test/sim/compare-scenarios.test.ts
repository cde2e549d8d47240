import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderJson } from '../../src/report/json.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { comparedMetric, compareScenarios } from '../../src/sim/compare-scenarios.ts';

const load = (name: string, seed = '1') => loadScenario(`scenarios/${name}.yaml`, { seed });
const FASTER = load('slow-start-x2-archive');
const AS_IT_IS = load('slow-start-x2');
const QUICK = load('validation/two-all-forced');

describe('the shipped pair', () => {
  it('is known from a tenth of the trials, and less, that different luck would take', async () => {
    const { metrics, trials, budget, warnings } = await compareScenarios(FASTER, AS_IT_IS, { trials: 400 });
    const downtime_s = metrics.downtime_s!;
    expect(trials).toBe(400);
    expect(downtime_s.gain).toBeGreaterThan(10);
    expect(metrics.failed_requests!.gain).toBeGreaterThan(10);
    // What it says of different luck is what different luck shows.
    const elsewhere = await compareScenarios(load('slow-start-x2-archive', '2'), load('slow-start-x2', '2'), {
      trials: 400,
    });
    const across = elsewhere.metrics.downtime_s!.scenario - downtime_s.against;
    const error = Math.sqrt(downtime_s.variance.independent / 400);
    expect(Math.abs(across - downtime_s.difference.mean)).toBeLessThan(3 * error);
    // The change is in the start of the application, and so is the difference.
    expect(budget[0]!.mechanism).toBe('application start');
    const changes = budget.reduce((sum, { scenario_s, against_s }) => sum + scenario_s - against_s, 0);
    expect(changes).toBeCloseTo(downtime_s.difference.mean, 9);
    expect(warnings).toEqual([]);
  });
});

describe('two scenarios', () => {
  it('are the same where they do not differ: no trial does', async () => {
    const { metrics } = await compareScenarios(QUICK, QUICK, { trials: 20 });
    expect(metrics.downtime_s).toMatchObject({
      difference: { mean: 0, ci95: [0, 0], sd: 0 },
      less: 0,
      more: 0,
      variance: { paired: 0 },
    });
    expect(metrics.downtime_s).not.toHaveProperty('gain');
  });

  it('give the same bytes on any number of threads', async () => {
    const bytes = async (workers: number) =>
      renderJson(
        await compareScenarios(QUICK, load('validation/two-one-forced'), {
          trials: 40,
          workers,
          threads: 'at-once',
        }),
      );
    expect(await bytes(2)).toBe(await bytes(1));
  });

  it('take as many trials as the first needs', async () => {
    const told: string[] = [];
    const { trials, stop } = await compareScenarios(QUICK, load('validation/two-one-forced'), {
      limits: { max_trials: 30 },
      onProgress: (which, { done }) => told.push(`${which} ${done}`),
    });
    expect(trials).toBe(30);
    expect(stop.by).toBe('max-trials');
    expect(told).toContain('scenario 30');
    expect(told.at(-1)).toBe('against 30');
  });

  it('must share their seed', async () => {
    await expect(compareScenarios(FASTER, load('slow-start-x2', '2'))).rejects.toThrow('no luck in common');
  });

  it('are told apart where they do not observe the same time, or hardly any trial differs', async () => {
    const shorter: Scenario = { ...QUICK, load: { ...QUICK.load, duration_ms: QUICK.load.duration_ms - 1 } };
    const { warnings } = await compareScenarios(QUICK, shorter, { trials: 2 });
    expect(warnings).toEqual([expect.stringContaining('what one loses the other may not see')]);
  });
});

describe('a metric of two', () => {
  const pairs = fc.array(
    fc.tuple(fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: -1000, max: 1000 })),
    { minLength: 2, maxLength: 50 },
  );

  it('turns round with them', () => {
    fc.assert(
      fc.property(pairs, (list) => {
        const [ours, theirs] = [list.map(([one]) => one), list.map(([, other]) => other)];
        const there = comparedMetric(ours, theirs);
        const back = comparedMetric(theirs, ours);
        expect(back.difference.mean).toBeCloseTo(-there.difference.mean, 9);
        expect(back.difference.ci95[0]).toBeCloseTo(-there.difference.ci95[1], 6);
        expect(back).toMatchObject({ less: there.more, more: there.less });
        expect(back.variance.paired).toBeCloseTo(there.variance.paired, 6);
      }),
    );
  });

  it('gains what the two have in common: var(A - B) = var A + var B - 2 cov(A, B)', () => {
    fc.assert(
      fc.property(pairs, (list) => {
        const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
        const [ours, theirs] = [list.map(([one]) => one), list.map(([, other]) => other)];
        const covariance =
          list.reduce((sum, [one, other]) => sum + (one - mean(ours)) * (other - mean(theirs)), 0) /
          (list.length - 1);
        const { variance } = comparedMetric(ours, theirs);
        expect(variance.independent - variance.paired).toBeCloseTo(2 * covariance, 5);
      }),
    );
  });
});
