import { describe, expect, it } from 'vitest';
import { stream } from '../../../src/scenario/random.ts';
import { batchMeans } from '../../../src/sim/estimate/batch-means.ts';
import { warmUp } from '../../../src/sim/estimate/warm-up.ts';

type Random = () => number;
const exponential = (random: Random) => -Math.log(1 - random());
/** Mean 0, variance 1. */
const noise = (random: Random) => (random() - 0.5) * Math.sqrt(12);

/** Each value nine tenths of the one before and some noise: mean 0, standard deviation 2.3. */
function autoregressive(random: Random, length: number, from: number): Float64Array {
  const values = new Float64Array(length);
  let value = from;
  for (let index = 0; index < length; index += 1) {
    value = 0.9 * value + noise(random);
    values[index] = value;
  }
  return values;
}

/** How long customers of an M/M/1 queue wait (Lindley), from an empty queue on; the mean is rho/(1 - rho). */
function waits(random: Random, length: number, rho: number): Float64Array {
  const values = new Float64Array(length);
  let wait = 0;
  for (let index = 1; index < length; index += 1) {
    wait = Math.max(0, wait + exponential(random) - exponential(random) / rho);
    values[index] = wait;
  }
  return values;
}

describe('the warm-up', () => {
  it('is what a run shows of its beginning', () => {
    // From 60 nine tenths at a time: within the noise after some 40 values.
    for (let seed = 0; seed < 20; seed += 1) {
      const dropped = warmUp(autoregressive(stream(`warm-up/${seed}`, 0, 'far'), 2000, 60));
      expect(dropped).toBeGreaterThanOrEqual(15);
      expect(dropped).toBeLessThanOrEqual(300);
    }
  });

  it('is nothing where every value is the same', () => {
    expect(warmUp(new Float64Array(1000).fill(7))).toBe(0);
  });

  it('is exactly the stretch before a run settles', () => {
    expect(warmUp(Float64Array.from({ length: 400 }, (_, index) => (index < 90 ? 5 : index % 2)))).toBe(90);
  });

  it('cannot be told of a run that goes up to its end, nor of a few values', () => {
    expect(warmUp(Float64Array.from({ length: 400 }, (_, index) => index))).toBeUndefined();
    expect(warmUp([1, 2, 3, 4, 5, 6])).toBeUndefined();
  });
});

describe('the mean of a long run', () => {
  const SEEDS = 300;

  it.each([
    {
      name: 'values that follow each other, from far off',
      run: (random: Random) => autoregressive(random, 10_000, 20),
      mean: 0,
    },
    {
      name: 'waits in a queue at half load, empty at first',
      run: (random: Random) => waits(random, 10_000, 0.5),
      mean: 1,
    },
  ])(
    'is within its interval in 93 to 97 of 100 runs: $name',
    ({ name, run, mean }) => {
      let told = 0;
      let covered = 0;
      for (let seed = 0; seed < SEEDS; seed += 1) {
        const steady = batchMeans(run(stream(`batch means/${seed}`, 0, name)));
        if (steady === undefined) continue;
        told += 1;
        if (steady.ci95[0] <= mean && mean <= steady.ci95[1]) covered += 1;
      }
      expect(told / SEEDS).toBeGreaterThan(0.9);
      expect(covered / told).toBeGreaterThanOrEqual(0.93);
      expect(covered / told).toBeLessThanOrEqual(0.97);
    },
    30_000,
  );

  it('is not told from a run that is too short for it', () => {
    let told = 0;
    for (let seed = 0; seed < 50; seed += 1) {
      if (batchMeans(waits(stream(`short/${seed}`, 0, 'waits'), 1000, 0.95)) !== undefined) told += 1;
    }
    expect(told).toBeLessThan(15);
  });

  it('of a constant is that, with no width', () => {
    expect(batchMeans(new Float64Array(100).fill(3))).toEqual({ mean: 3, ci95: [3, 3], warm_up: 0 });
  });
});
