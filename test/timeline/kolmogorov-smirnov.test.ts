import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stream } from '../../src/scenario/random.ts';
import { ksTwoSample } from '../../src/timeline/kolmogorov-smirnov.ts';

/** Evenly spread over [0, 1) without repeats, the same in every language. */
const golden = (count: number) => Array.from({ length: count }, (_, i) => (i * 0.618033988749895) % 1);
const plastic = (count: number, power: number, shift = 0) =>
  Array.from({ length: count }, (_, i) => ((i * 0.7548776662466927) % 1) ** power + shift);

interface Row {
  readonly of: string;
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly statistic: number;
  readonly p: number;
}

/** scipy 1.17.1, stats.ks_2samp(a, b, method='exact'); no value comes twice. */
const EXACT: readonly Row[] = [
  { of: 'disjoint', a: [1, 2, 3, 4, 5], b: [6, 7, 8, 9, 10], statistic: 1, p: 0.007936507936507936 },
  { of: 'interleaved', a: [1, 3, 5, 7], b: [2, 4, 6, 8, 10], statistic: 0.4, p: 0.7460317460317459 },
  {
    of: 'of unequal size',
    a: [0.5, 1.5, 9],
    b: [1, 2, 3, 4, 5, 6, 7, 8],
    statistic: 0.5416666666666666,
    p: 0.4242424242424242,
  },
  { of: 'of one value each', a: [1], b: [2], statistic: 1, p: 1 },
  {
    of: 'downtimes',
    a: [2.62, 2.58, 2.67, 2.75, 3.56, 3.42, 2.54, 3.51, 2.92, 2.88],
    b: [2.81, 2.72, 3.27, 2.79, 3.2, 3.16, 3.13, 2.77],
    statistic: 0.4,
    p: 0.39174550939256825,
  },
  {
    of: '60 and 45',
    a: golden(60),
    b: plastic(45, 1.5, 1e-7),
    statistic: 0.19444444444444445,
    p: 0.2561700318896052,
  },
  {
    of: '60 and 45, far apart',
    a: golden(60),
    b: plastic(45, 3, 1e-7),
    statistic: 0.42777777777777776,
    p: 0.00010181735001192076,
  },
];

/** All ways to deal the pooled values enumerated, distances by scipy 1.17.1; p = those as far apart / all. */
const TIED: readonly Row[] = [
  { of: 'one of three tied', a: [1, 1, 2, 3], b: [2, 3, 3, 4, 4], statistic: 0.55, p: 26 / 126 },
  { of: 'of two values', a: [0, 0, 0, 1], b: [0, 1, 1, 1], statistic: 0.5, p: 34 / 70 },
  { of: 'all equal', a: [5, 5, 5], b: [5, 5, 5, 5], statistic: 0, p: 1 },
  { of: 'tied in the middle', a: [1, 2, 2, 3, 3], b: [3, 3, 4, 4, 5], statistic: 0.6, p: 72 / 252 },
];

/** 3,000 and 2,500 values: distances by scipy 1.17.1, p by its special.kolmogorov(D sqrt(nm / (n + m))). */
const LIMIT: readonly Row[] = [
  {
    of: 'alike',
    a: golden(3000),
    b: plastic(2500, 1.05),
    statistic: 0.019133333333333336,
    p: 0.7003135653438834,
  },
  {
    of: 'apart',
    a: golden(3000),
    b: plastic(2500, 1.2),
    statistic: 0.06813333333333332,
    p: 6.3486717469248055e-6,
  },
];

describe('ksTwoSample', () => {
  it.each([...EXACT, ...TIED, ...LIMIT])('has the reference values of samples $of', (row) => {
    const { statistic, p } = ksTwoSample(row.a, row.b);
    expect(statistic).toBeCloseTo(row.statistic, 12);
    expect(Math.abs(p / row.p - 1)).toBeLessThan(1e-10);
  });

  it('is far above any doubt for equal samples, and exact far below any for disjoint ones', () => {
    const values = golden(100);
    expect(ksTwoSample(values, values)).toEqual({ statistic: 0, p: 1 });
    // 2 of the C(200, 100) ways.
    const ways = Array.from({ length: 100 }, (_, i) => (101 + i) / (1 + i)).reduce((a, b) => a * b, 1);
    const apart = ksTwoSample(
      values,
      values.map((value) => value + 1),
    );
    expect(apart.p * (ways / 2)).toBeCloseTo(1, 9);
  });

  it('agrees with the limit law where the exact computation ends', () => {
    const a = golden(2000);
    const b = plastic(2000, 1.06);
    const exact = ksTwoSample(a, b);
    const limit = ksTwoSample([...a, 0.5], b);
    expect(exact.p).toBeGreaterThan(0.01);
    expect(limit.p).toBeLessThan(0.99);
    expect(Math.abs(limit.p - exact.p)).toBeLessThan(0.03);
  });

  it('rejects at the stated rate: p is at most 0.1 in a tenth of the cases where nothing differs', () => {
    const random = stream('kolmogorov-smirnov', 0, 'null');
    let rejected = 0;
    for (let round = 0; round < 2000; round += 1) {
      const a = Array.from({ length: 20 }, random);
      const b = Array.from({ length: 30 }, random);
      if (ksTwoSample(a, b).p <= 0.1) rejected += 1;
    }
    // An exact test of whole distances rejects a little less often than it may.
    expect(rejected).toBeGreaterThan(140);
    expect(rejected).toBeLessThan(230);
  });

  it('does not mind the order of samples or values, nor a monotone change of scale; and leaves its input be', () => {
    const values = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(values, values, (a, b) => {
        const before = structuredClone({ a, b });
        const result = ksTwoSample(a, b);
        expect({ a, b }).toEqual(before);
        expect(result.statistic).toBeGreaterThanOrEqual(0);
        expect(result.statistic).toBeLessThanOrEqual(1);
        expect(result.p).toBeGreaterThan(0);
        expect(result.p).toBeLessThanOrEqual(1);
        const swapped = ksTwoSample(b, [...a].reverse());
        expect(swapped.statistic).toBeCloseTo(result.statistic, 12);
        expect(swapped.p).toBeCloseTo(result.p, 12);
        const scaled = ksTwoSample(a.map(Math.exp), b.map(Math.exp));
        expect(scaled).toEqual(result);
      }),
    );
  });

  it('refuses what is no sample', () => {
    expect(() => ksTwoSample([], [1])).toThrow(RangeError);
    expect(() => ksTwoSample([1], [])).toThrow(RangeError);
    expect(() => ksTwoSample([1, Number.NaN], [1])).toThrow(RangeError);
    expect(() => ksTwoSample([1], [Number.POSITIVE_INFINITY])).toThrow(RangeError);
  });
});
