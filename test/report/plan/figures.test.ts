import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  availability,
  availabilityBeside,
  chance,
  horizon,
  number,
  plusMinus,
  roughSpan,
  span,
  spanBeside,
  spanTarget,
  spanWithin,
  unavailability,
  withInterval,
  YEAR_S,
} from '../../../src/report/plan/figures.ts';
import type { Estimate } from '../../../src/timeline/plan-prediction.ts';

const between = (mean: number, low: number, high: number): Estimate => ({ mean, ci95: [low, high] });
const exact = (mean: number): Estimate => between(mean, mean, mean);

describe('a time', () => {
  test.each([
    [between(3120, 2880, 3360), '52 min (95 %: 48 to 56)'],
    [between(7.742, 5.9, 9.6), '7.7 s (95 %: 5.9 to 9.6)'],
    [between(7.742, 7.73, 7.754), '7.742 s (95 %: 7.730 to 7.754)'],
    [between(0.0315, 0.021, 0.042), '32 ms (95 %: 21 to 42)'],
    [between(100_000, 86_000, 114_000), '28 h (95 %: 24 to 32)'],
    [between(2_500_000, 2_400_000, 2_600_000), '28.9 days (95 %: 27.8 to 30.1)'],
    [between(60, -30, 150), '60 s (95 %: 0 to 150)'],
    [between(0, 0, 190), '0 min (95 %: 0 to 3.2)'],
    [exact(7.74187), '7.742 s'],
    [exact(7.883e-12), '7.883e-9 ms'],
    [between(0, 0, 3e-11), '0 ms (95 %: 0 to 3.0e-8)'],
    [exact(0), '0 s'],
  ])('%j is told as %s', (estimate, text) => {
    expect(withInterval(span(estimate))).toBe(text);
  });

  test('is told in the unit of another where it stands beside that', () => {
    expect(span(exact(123), exact(100)).value).toBe('123.0 s');
  });

  test('has the digits that half its interval supports, one or, where that begins with a 1, two', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-6, max: 1e7, noNaN: true }),
        fc.double({ min: 1e-3, max: 0.9, noNaN: true }),
        (mean, share) => {
          const { value } = span(between(mean, mean * (1 - share), mean * (1 + share)));
          const [figure = '', unit = ''] = value.split(' ');
          const seconds = { ms: 0.001, s: 1, min: 60, h: 3600, days: 86_400 }[unit];
          const shown = Number(figure.replaceAll(',', '')) * seconds!;
          const half = mean * share;
          // Rounding is off by half a digit at the most, and a whole number has its digits before the point.
          expect(Math.abs(shown - mean)).toBeLessThanOrEqual(Math.max(half / 2, 5e-13));
          const step = 10 ** -(figure.split('.')[1]?.length ?? 0) * seconds!;
          expect(figure.includes('.') ? step : half).toBeGreaterThan(half / 20.001);
        },
      ),
    );
  });

  test('without an interval is rough, and none is nothing', () => {
    expect([0, 0.0421, 11_160, 2536].map(roughSpan)).toEqual(['nothing', '42 ms', '3.1 h', '42 min']);
  });

  test('as a part of another has its unit and its digits', () => {
    expect([1490, 380, 4].map(spanWithin(3120))).toEqual(['24.8 min', '6.3 min', '0.1 min']);
  });

  test('beside a target has the digits to be told from it, where it differs', () => {
    expect(spanBeside(3601, 3600)).toBe('60.02 min');
    expect(spanBeside(3600, 3600)).toBe('60.0 min');
    expect(spanBeside(0, 60)).toBe('0 s');
    expect([spanTarget(1800), spanTarget(90), spanTarget(1e6)]).toEqual([
      '30 min',
      '90 s',
      '11.5740740741 days',
    ]);
  });

  test('meanwhile comes with half its interval', () => {
    expect(plusMinus(between(3120, 2880, 3360))).toBe('52 min a year ± 4');
    expect(plusMinus(exact(3120))).toBe('52.00 min a year');
  });
});

describe('an unavailability', () => {
  test.each([
    [exact(2.454932e-7), '2.455e-7'],
    [between(9.894e-5, 9.13e-5, 10.65e-5), '9.9e-5 (95 %: 9.1e-5 to 10.7e-5)'],
    [between(9.96e-5, 8e-5, 12e-5), '1.00e-4 (95 %: 0.80e-4 to 1.20e-4)'],
    [between(2.454e-7, 2.37e-7, 2.54e-7), '2.45e-7 (95 %: 2.37e-7 to 2.54e-7)'],
    [between(0.0423, 0.041, 0.0437), '0.0423 (95 %: 0.0410 to 0.0437)'],
    [between(0, 0, 0.0037), '0 (95 %: 0 to 3.7e-3)'],
    [exact(0), '0'],
  ])('%j reads %s', (estimate, text) => {
    expect(withInterval(unavailability(estimate))).toBe(text);
  });
});

describe('an availability', () => {
  test.each([
    [9.894e-5, '99.990 %'],
    [2.454932e-7, '99.99997 %'],
    [0.0123, '98.77 %'],
    [0.001, '99.90 %'],
    [2.5e-19, '99.999999999999 %'],
    [0, '100.00 %'],
    [1, '0.00 %'],
  ])('with %d down is %s', (down, text) => {
    expect(availability(down)).toBe(text);
  });

  test('is never rounded up, and reads 100 % only where it is', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-11, max: 1, noNaN: true }), (down) => {
        const shown = Number.parseFloat(availability(down));
        expect(shown).toBeLessThan(100);
        expect(shown).toBeLessThanOrEqual((1 - down) * 100 + 1e-9);
      }),
    );
  });

  test('beside a target that it misses never reads as the target', () => {
    expect(availabilityBeside(1.000_001e-4, 0.9999)).toBe('99.98 %');
    expect(availabilityBeside(9.894e-5, 0.9999)).toBe('99.9901 %');
    expect(availabilityBeside(1 - 0.9999, 0.9999)).toBe('99.99 %');
  });
});

describe('a chance', () => {
  test.each([
    [between(0.412, 0.382, 0.443), '41 % (95 %: 38 to 44)'],
    [between(0.9999, 0.9997, 1), '99.990 % (95 %: 99.970 to 100.000)'],
    [exact(0.9877303), '98.77 %'],
    [exact(0.00004), '0.004 %'],
    [exact(1), '100.00 %'],
  ])('%j is %s', (estimate, text) => {
    expect(withInterval(chance(estimate))).toBe(text);
  });

  test('is neither 0 % nor 100 % unless it is', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true }), (mean) => {
        const shown = Number.parseFloat(chance(between(mean, mean / 2, (1 + mean) / 2)).value);
        expect(shown).toBeGreaterThan(0);
        expect(shown).toBeLessThan(100);
      }),
    );
  });
});

test('a number of things is grouped, and never below zero', () => {
  expect(withInterval(number(between(12_345, 12_105, 12_585)))).toBe('12,345 (95 %: 12,105 to 12,585)');
  expect(withInterval(number(between(0.1, -0.1, 0.3)))).toBe('0.1 (95 %: 0 to 0.3)');
});

test('a horizon goes by its largest whole unit', () => {
  expect(horizon(YEAR_S)).toMatchObject({ one: 'a year', many: 'years' });
  expect(horizon(YEAR_S).count(1000)).toBe('1,000 years');
  expect(
    [horizon(10 * YEAR_S), horizon(30 * 86_400), horizon(7_200_000), horizon(90)].map(({ one }) => one),
  ).toEqual(['10 years', '30 days', '2,000 hours', '90 seconds']);
  expect(horizon(86_400).count(2)).toBe('2 horizons of 1 day');
});
