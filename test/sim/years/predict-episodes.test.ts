import { describe, expect, it } from 'vitest';
import { actTimes } from '../../../src/scenario/act-times.ts';
import { loadScenario } from '../../../src/scenario/load.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import { costOf, EPISODE_TRIALS, predictEpisodes } from '../../../src/sim/years/predict-episodes.ts';
import { atLeast, kind, planOf, service } from './plans.ts';

const SCENARIO = loadScenario('scenarios/validation/two-all-forced.yaml');

const at = (fault_ms: number): Scenario => ({
  ...SCENARIO,
  load: { ...SCENARIO.load, rate_per_s: 100, steps: [], duration_ms: 60_000 },
  faults: SCENARIO.faults.map((fault) => ({ ...fault, at_ms: [fault_ms] })),
});

describe('the cost of an episode', () => {
  it('counts from its fault on, and drops what was lost before', () => {
    const cost = costOf(at(5000), [
      [
        { begin_ms: 1000, end_ms: 2000, failed_requests: 100 },
        { begin_ms: 4990, end_ms: 6000, failed_requests: 101 },
      ],
      [],
      [{ begin_ms: 7000, end_ms: 9000, failed_requests: 50 }],
    ]);
    expect(cost.trials).toBe(3);
    expect([...cost.first]).toEqual([0, 1, 1, 2]);
    expect([...cost.begin_ms]).toEqual([0, 2000]);
    expect([...cost.end_ms]).toEqual([1000, 4000]);
    // All that were sent, and a quarter of 200.
    expect([...cost.loss]).toEqual([1, 0.25]);
  });

  it('is the same for the same seed, on any number of threads', async () => {
    const plan = (seed: string) =>
      planOf({ units: [kind('unit')], services: [service(atLeast(1, [0]))], episodes: [SCENARIO], seed });
    const alone = await predictEpisodes(plan('1'), 1);
    expect(alone.costs[0]!.trials).toBe(EPISODE_TRIALS);
    expect(await predictEpisodes(plan('1'), 2)).toEqual(alone);
    expect(await predictEpisodes(plan('2'), 1)).not.toEqual(alone);
  });

  it('says where an episode had not ended with its window, for more would be lost', async () => {
    const fault_ms = Math.min(...actTimes(SCENARIO, 0).flat());
    const short = { ...SCENARIO, load: { ...SCENARIO.load, duration_ms: fault_ms + 500 } };
    const plan = planOf({ units: [kind('unit')], services: [service(atLeast(1, [0]))], episodes: [short] });
    const { warnings } = await predictEpisodes(plan, 1);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^\d+ of 200 trials of the episode .* were down when their window ended: /);
  });

  it('has fewer trials where there is no time for all, and says so', async () => {
    const plan = planOf({
      units: [kind('unit')],
      services: [service(atLeast(1, [0]))],
      episodes: [SCENARIO, at(5000)],
    });
    const { costs, warnings } = await predictEpisodes(plan, 1, 0);
    expect(costs.map(({ trials }) => trials)).toEqual([20, 20]);
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toMatch(/^there was time for 20 trials of the episode .* instead of 200: /);
  });
});
