import fc from 'fast-check';
import { expect, it } from 'vitest';
import { tooSmall } from '../../src/calibrate/sample-size.ts';
import { t975 } from '../../src/timeline/interval.ts';

it('is silent about enough samples', () => {
  expect(tooSmall(8, 100, 1)).toBeUndefined();
  expect(tooSmall(400, 50, 50)).toBeUndefined();
  expect(tooSmall(8, 0, 0)).toBeUndefined();
});

it('asks for eight at the least', () => {
  expect(tooSmall(7, 100, 1)).toBe('7 samples are too few to tell the distribution: at least 8 are needed');
  expect(tooSmall(1, 100, 0)).toMatch(/^1 sample is too few/);
});

it('says how well the mean is known', () => {
  // t(0.975, 24) = 2.0639: 2.0639 * 50 / 5 = 20.6.
  expect(tooSmall(25, 100, 50)).toBe('the mean is known to ±21 %: about 74 more samples would make it ±10 %');
});

it('asks for as many more as make the mean known to a tenth, and no less', () => {
  const positive = (max: number) => fc.double({ min: 0.01, max, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 8, max: 200 }), positive(1e4), positive(5), (n, mean_ms, share) => {
      const sd_ms = share * mean_ms;
      const more = Number(/about (\d+) more/.exec(tooSmall(n, mean_ms, sd_ms) ?? '')?.[1] ?? 0);
      const half = (count: number) => (t975(count - 1) * sd_ms) / Math.sqrt(count);
      expect(half(n + more)).toBeLessThanOrEqual(0.1 * mean_ms * (1 + 1e-9));
      if (more > 0) expect(half(n + more - 1)).toBeGreaterThan(0.1 * mean_ms);
    }),
  );
});

it('does not count samples that nobody would take', () => {
  expect(tooSmall(8, 0.001, 1000)).toMatch(/more than 100000 samples would make it ±10 %$/);
});
