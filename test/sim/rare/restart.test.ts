import { describe, expect, it } from 'vitest';
import type { Distribution } from '../../../src/scenario/distribution.ts';
import { exploreChain } from '../../../src/sim/exact/chain.ts';
import { firstPassageWithin } from '../../../src/sim/exact/first-passage.ts';
import { accumulatedRewards } from '../../../src/sim/exact/rewards.ts';
import { RootSum, type SplitEstimate } from '../../../src/sim/rare/estimate.ts';
import { type Levels, NO_LEVELS } from '../../../src/sim/rare/levels.ts';
import { Restart } from '../../../src/sim/rare/restart.ts';
import type { SplitModel } from '../../../src/sim/rare/split-model.ts';
import { Group, TandemQueue, type UnitTimes } from './models.ts';

const H = 3_600_000;
const exponential = (mean_h: number): Distribution => ({ kind: 'exponential', mean_ms: mean_h * H });

function estimate<Model extends SplitModel<Model>>(
  make: () => Model,
  levels: Levels,
  roots: number,
): SplitEstimate {
  const restart = new Restart(make, levels);
  const sum = new RootSum();
  for (let root = 0; root < roots; root += 1) sum.add(restart.run(root));
  return sum.estimate();
}

/** So many standard errors from what is right; seeds are fixed, so what holds once holds for ever. */
function errorsFrom(
  right: number,
  { mean, ci95 }: { mean: number; ci95: readonly [number, number] },
): number {
  return Math.abs(mean - right) / ((ci95[1] - ci95[0]) / 2 / 1.96);
}

/** Units with exponential times, of which all may be taken down at once: the number that works is a Markov chain. */
function exactGroup(
  units: number,
  need: number,
  mttf_h: number,
  mttr_h: number,
  shocks_h: number,
  horizon_h: number,
) {
  const chain = exploreChain<number>({
    initial: units,
    key: (working) => working,
    transitions: function* (working) {
      if (working > 0) {
        yield { rate_per_h: working / mttf_h, to: working - 1 };
        if (shocks_h < Number.POSITIVE_INFINITY) yield { rate_per_h: 1 / shocks_h, to: 0 };
      }
      if (working < units) yield { rate_per_h: (units - working) / mttr_h, to: working + 1 };
    },
  });
  const isDown = (working: number) => working < need;
  const begins = (working: number) => {
    if (isDown(working)) return 0;
    const shock = shocks_h < Number.POSITIVE_INFINITY ? 1 / shocks_h : 0;
    return (working === need ? working / mttf_h : 0) + shock;
  };
  const [downtime_h, outages] = accumulatedRewards(chain, horizon_h, [
    (working) => (isDown(working) ? 1 : 0),
    begins,
  ]);
  return {
    downtime_ms: downtime_h! * H,
    outages: outages!,
    outage_chance: firstPassageWithin(chain, isDown, horizon_h),
  };
}

describe('RESTART', () => {
  it('has the published chances of the tandem queue', () => {
    for (const [full, published, factors] of [
      [8, 5.602364e-6, [6, 5, 5, 5, 5, 5]],
      [10, 3.147278e-7, [6, 5, 5, 5, 5, 5, 5, 5]],
    ] as const) {
      const levels = { thresholds: factors.map((_, index) => index + 2), factors };
      const { outage_chance, complaints } = estimate(() => new TandemQueue('1', full), levels, 80_000);
      expect(complaints).toEqual([]);
      expect(errorsFrom(published, outage_chance)).toBeLessThan(2.6);
      expect((outage_chance.ci95[1] - outage_chance.mean) / published).toBeLessThan(0.15);
    }
  });

  it('has the exact downtime, outages and chance of an outage, however the levels lie', () => {
    const times: UnitTimes = { time_to_failure: exponential(40), time_to_repair: exponential(2) };
    const make = () => new Group({ seed: '2', units: 4, need: 1, horizon_ms: 500 * H, times });
    const exact = exactGroup(4, 1, 40, 2, Number.POSITIVE_INFINITY, 500);
    for (const levels of [
      { thresholds: [-2, -1], factors: [12, 20] },
      { thresholds: [-3, -2, -1], factors: [3, 3, 7] },
      // Those of the first are entered together, from below both; the last is never entered but when down.
      { thresholds: [-2.5, -2, 5], factors: [3, 4, 5] },
    ]) {
      const split = estimate(make, levels, 3000);
      expect(errorsFrom(exact.downtime_ms, split.downtime_ms)).toBeLessThan(2.6);
      expect(errorsFrom(exact.outages, split.outages)).toBeLessThan(2.6);
      expect(errorsFrom(exact.outage_chance, split.outage_chance)).toBeLessThan(2.6);
    }
  });

  it('has them where one event leads through several levels at once', () => {
    const times: UnitTimes = { time_to_failure: exponential(40), time_to_repair: exponential(2) };
    const make = () =>
      new Group({ seed: '3', units: 4, need: 2, horizon_ms: 500 * H, times, shocks_ms: 5000 * H });
    const exact = exactGroup(4, 2, 40, 2, 5000, 500);
    const split = estimate(make, { thresholds: [-3, -2], factors: [4, 6] }, 6000);
    expect(errorsFrom(exact.downtime_ms, split.downtime_ms)).toBeLessThan(2.6);
    expect(errorsFrom(exact.outages, split.outages)).toBeLessThan(2.6);
    expect(errorsFrom(exact.outage_chance, split.outage_chance)).toBeLessThan(2.6);
  });

  it('agrees with plain simulation for times of any distribution, and is more precise', () => {
    const hour = (value: number) => value * H;
    const cases: UnitTimes[] = [
      {
        time_to_failure: { kind: 'lognormal', median_ms: hour(30), sigma: 0.7 },
        time_to_repair: { kind: 'lognormal', median_ms: hour(2), sigma: 0.8 },
      },
      {
        time_to_failure: { kind: 'uniform', min_ms: hour(10), max_ms: hour(70) },
        time_to_repair: { kind: 'constant', value_ms: hour(3) },
      },
      {
        time_to_failure: { kind: 'normal', mean_ms: hour(40), sd_ms: hour(12) },
        time_to_repair: { kind: 'empirical', values_ms: [hour(1), hour(1), hour(6)] },
      },
    ];
    for (const times of cases) {
      const make = () => new Group({ seed: '4', units: 3, need: 1, horizon_ms: 300 * H, times });
      const plain = estimate(make, NO_LEVELS, 12_000);
      const split = estimate(make, { thresholds: [-2, -1], factors: [3, 6] }, 3000);
      const half = ({ downtime_ms: { mean, ci95 } }: SplitEstimate) => ci95[1] - mean;
      const difference = Math.abs(plain.downtime_ms.mean - split.downtime_ms.mean);
      expect(difference).toBeLessThan((2.6 / 1.96) * Math.hypot(half(plain), half(split)));
      // The precision that each would have with as many events.
      const work = (each: SplitEstimate) => half(each) ** 2 * each.events;
      expect(work(split)).toBeLessThan(work(plain) / 1.5);
    }
  });

  it('needs new luck for copies: with what was drawn before they are all the same', () => {
    const times: UnitTimes = { time_to_failure: exponential(100), time_to_repair: exponential(1.5) };
    const variance = (resamples: boolean) => {
      const make = () => new Group({ seed: '5', units: 3, need: 1, horizon_ms: 2000 * H, times, resamples });
      const { downtime_ms, events } = estimate(make, { thresholds: [-2, -1], factors: [20, 50] }, 400);
      return (downtime_ms.ci95[1] / Math.max(1, downtime_ms.mean) - 1) ** 2 * events;
    };
    expect(variance(true)).toBeLessThan(variance(false) / 5);
  });

  it('shows the same of a root whatever was run before it', () => {
    const times: UnitTimes = { time_to_failure: exponential(40), time_to_repair: exponential(2) };
    const make = () => new Group({ seed: '6', units: 4, need: 1, horizon_ms: 500 * H, times });
    const levels = { thresholds: [-2, -1], factors: [12, 20] };
    const one = new Restart(make, levels);
    const other = new Restart(make, levels);
    for (let root = 9; root >= 0; root -= 1) other.run(root);
    for (let root = 0; root < 10; root += 1) expect(one.run(root)).toEqual(other.run(root));
  });
});
