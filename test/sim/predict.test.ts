import { describe, expect, it } from 'vitest';
import { loadScenario } from '../../src/scenario/load.ts';
import { Replicator } from '../../src/sim/estimate/replication.ts';
import { predict } from '../../src/sim/predict.ts';
import { wilsonInterval } from '../../src/timeline/interval.ts';

const SCENARIO = 'scenarios/validation/two-all-forced.yaml';

describe('predict', () => {
  it('gives the same bytes for the same scenario and seed, and others for another seed', async () => {
    const bytes = async (seed: string) =>
      JSON.stringify(await predict(loadScenario(SCENARIO, { seed }), { trials: 60 }));
    expect(await bytes('7')).toBe(await bytes('7'));
    expect(await bytes('7')).not.toBe(await bytes('8'));
  });

  it('does not let the number of trials shift the luck of a trial', async () => {
    const kept = async (trials: number) => {
      const lines: string[] = [];
      await predict(loadScenario(SCENARIO), {
        trials,
        recorderForTrial: (trial) =>
          trial === 2 ? { record: (event) => lines.push(JSON.stringify(event)) } : undefined,
      });
      return lines;
    };
    expect(await kept(3)).toEqual(await kept(5));
  });

  it('has a budget that adds up to the downtime, and a band that does too', async () => {
    const { budget, metrics, down_share } = await predict(loadScenario(SCENARIO), { trials: 100 });
    const downtime_s = metrics.downtime_s!.predicted.mean;
    expect(budget.reduce((sum, { seconds }) => sum + seconds, 0)).toBeCloseTo(downtime_s, 9);
    const band_s = (down_share.share.reduce((sum, share) => sum + share, 0) * down_share.step_ms) / 1000;
    expect(Math.abs(band_s - downtime_s)).toBeLessThan((2 * down_share.step_ms) / 1000);
  });

  it('has intervals that hold the trials they are made of', async () => {
    const { metrics } = await predict(loadScenario(SCENARIO), { trials: 200 });
    const { mean, ci95, pi90 } = metrics.downtime_s!.predicted;
    expect(ci95[0]).toBeLessThan(mean);
    expect(ci95[1]).toBeGreaterThan(mean);
    expect(pi90[0]).toBeLessThan(ci95[0]);
    expect(pi90[1]).toBeGreaterThan(ci95[1]);
  });

  it('says how many of its trials meet an objective, which the mean does not', async () => {
    const scenario = loadScenario(SCENARIO);
    const downtimes_s: number[] = [];
    for (let trial = 0; trial < 40; trial += 1) {
      downtimes_s.push(new Replicator(scenario, 'kubernetes').run(trial).values.downtime_s);
    }
    const mean = downtimes_s.reduce((sum, downtime_s) => sum + downtime_s, 0) / downtimes_s.length;
    const below = downtimes_s.filter((downtime_s) => downtime_s <= mean).length;
    const { objectives } = await predict(
      { ...scenario, objectives: { ...scenario.objectives, downtime_s: mean } },
      { trials: 40 },
    );
    expect(objectives[0]).toMatchObject({
      metric: 'downtime_s',
      trials_met: { share: below / 40, ci95: wilsonInterval(below, 40) },
    });
    expect(below).toBeGreaterThan(0);
    expect(below).toBeLessThan(40);
  });

  it('ends by its number of trials, and says how well it knows the downtime', async () => {
    const { stop, trials, metrics } = await predict(loadScenario(SCENARIO), { trials: 40 });
    const { mean, ci95 } = metrics.downtime_s!.predicted;
    expect(trials).toBe(40);
    expect(stop).toEqual({ by: 'trials', reached: expect.closeTo((ci95[1] - ci95[0]) / 2 / mean, 12) });
  });

  it('ends when its time is over, with the trials until then', async () => {
    const limits = { max_time_ms: 100 };
    const { stop, trials, metrics } = await predict(loadScenario(SCENARIO), { limits });
    expect(stop).toMatchObject({ by: 'max-time', max_time_s: 0.1 });
    expect((await predict(loadScenario(SCENARIO), { trials })).metrics).toEqual(metrics);
  });

  it('predicts less for the cluster in the process, which has no sandboxes and no waits', async () => {
    const scenario = loadScenario(SCENARIO);
    const real = await predict(scenario, { trials: 100 });
    const embedded = await predict(scenario, { trials: 100, platform: 'embedded' });
    expect(embedded.platform).toBe('embedded');
    expect(embedded.metrics.downtime_s!.predicted.mean).toBeLessThan(
      real.metrics.downtime_s!.predicted.mean - 0.3,
    );
  });

  it('names every assumption with its source', async () => {
    const { assumptions } = await predict(loadScenario(SCENARIO), { trials: 1 });
    expect(assumptions.length).toBeGreaterThan(20);
    for (const { name, value, source } of assumptions) {
      expect(`${name}: ${value}`).not.toContain('undefined');
      expect(source.length).toBeGreaterThan(5);
    }
  });
});
