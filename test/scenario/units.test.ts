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
    ['1d', 86_400_000],
    ['2w', 14 * 86_400_000],
    ['1y', 365 * 86_400_000],
    ['1y2w3d4h5m6s7ms', (((365 + 14 + 3) * 24 + 4) * 3600 + 5 * 60 + 6) * 1000 + 7],
  ])('%s is %f ms', (text, expected) => {
    expect(text).toMatch(DURATION);
    expect(durationToMs(text)).toBe(expected);
  });

  test.each([
    '',
    '5',
    's',
    '1 s',
    '-1s',
    '1e3s',
    '30s1m',
    '1s1s',
    '1.s',
    '1D',
    '1h1d',
    '1mo',
    '5M',
    '1s ',
    'PT5S',
  ])('"%s" is none', (text) => {
    expect(text).not.toMatch(DURATION);
  });

  test.each([
    [250, '250ms'],
    [1500, '1.5s'],
    [600_000, '600s'],
    [7_200_000, '2h'],
    [20 * 60_000, '20m'],
    [90 * 60_000, '90m'],
    [36 * 3_600_000, '36h'],
    [30 * 86_400_000, '30d'],
    [1.5 * 365 * 86_400_000, '1.5y'],
    [63.7 * 365 * 86_400_000, '63.7y'],
  ])('%f ms is written %s', (duration_ms, text) => {
    expect(msToDuration(duration_ms)).toBe(text);
    expect(durationToMs(text)).toBe(duration_ms);
  });

  test('of hours and years are written as they are read', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 * 365 * 86_400_000 }), (duration_ms) => {
        const text = msToDuration(duration_ms);
        expect(text).toMatch(DURATION);
        expect(durationToMs(text)).toBe(duration_ms);
      }),
    );
  });

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
