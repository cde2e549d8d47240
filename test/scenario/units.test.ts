import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  DURATION,
  durationToMs,
  msToDuration,
  PERCENTAGE,
  percentageToFraction,
  RATE,
  rateToPerSecond,
} from '../../src/scenario/units.ts';

describe('durations', () => {
  test.each([
    ['500ms', 500],
    ['2s', 2000],
    ['1m30s', 90_000],
    ['1.5h', 5_400_000],
    ['.5s', 500],
    ['0s', 0],
    ['1h1m1s1ms', 3_661_001],
    ['2m5ms', 120_005],
    ['0.1ms', 0.1],
  ])('%s is %f ms', (text, expected) => {
    expect(text).toMatch(DURATION);
    expect(durationToMs(text)).toBe(expected);
  });

  test.each(['', '5', 's', '1 s', '-1s', '1e3s', '30s1m', '1s1s', '1.s', '1d', '5M', '1s ', 'PT5S'])(
    '"%s" is none',
    (text) => {
      expect(text).not.toMatch(DURATION);
    },
  );

  test('are written as they are read', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000 }), (microseconds) => {
        const text = msToDuration(microseconds / 1000);
        expect(text).toMatch(DURATION);
        expect(durationToMs(text)).toBeCloseTo(microseconds / 1000, 9);
      }),
    );
  });
});

describe('percentages', () => {
  test.each([
    ['99.9%', 0.999],
    ['100%', 1],
    ['0 %', 0],
    ['99.999%', 0.99999],
    ['7%', 0.07],
  ])('%s is the fraction %f', (text, expected) => {
    expect(text).toMatch(PERCENTAGE);
    expect(percentageToFraction(text)).toBe(expected);
  });

  test.each(['99.9', '%', '-1%', '1%%'])('"%s" is none', (text) => {
    expect(text).not.toMatch(PERCENTAGE);
  });
});

describe('rates', () => {
  test.each([
    ['100/s', 100],
    ['0.5 / s', 0.5],
  ])('%s is %f a second', (text, expected) => {
    expect(text).toMatch(RATE);
    expect(rateToPerSecond(text)).toBe(expected);
  });

  test.each(['100', '100/m', '/s', '-1/s', '100/sec'])('"%s" is none', (text) => {
    expect(text).not.toMatch(RATE);
  });
});
