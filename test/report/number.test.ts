import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  count,
  decimalsFor,
  figure,
  figureBeside,
  share,
  shareWithin,
  target,
} from '../../src/report/number.ts';
import { METRICS } from '../../src/timeline/verdict.ts';

describe('availabilities', () => {
  test('are cut, never rounded up', () => {
    expect(figure('availability_time', 0.99999, 2)).toBe('99.99');
    expect(figure('availability_time', 0.999, 2)).toBe('99.90');
    expect(figure('availability_time', 1, 2)).toBe('100.00');
  });

  test('are not cut by what floating point takes off: 0.57 is 57 %', () => {
    expect(figure('availability_requests', 0.57, 0)).toBe('57');
    expect(figure('availability_requests', 0.29, 2)).toBe('29.00');
  });

  test('below 1 never read 100 %, at any number of decimals', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.integer({ min: 0, max: 6 }),
        (availability, decimals) => {
          expect(Number(figure('availability_time', availability, decimals))).toBeLessThan(100);
        },
      ),
    );
  });

  test('never read more than they are', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 0, max: 6 }),
        (availability, decimals) => {
          const shown = Number(figure('availability_time', availability, decimals));
          expect(shown).toBeLessThanOrEqual(availability * 100 + 1e-9);
          expect(shown).toBeGreaterThan(availability * 100 - 10 ** -decimals - 1e-9);
        },
      ),
    );
  });

  test('get the decimals that show what is lost', () => {
    expect(decimalsFor('availability_time', [0.99999], 0)).toBe(3);
    expect(decimalsFor('availability_time', [1], 0)).toBe(2);
  });
});

describe('decimals', () => {
  test('follow the spread: two digits of the half-width', () => {
    expect(decimalsFor('downtime_s', [], 0.7)).toBe(2);
    expect(decimalsFor('downtime_s', [], 7)).toBe(1);
    expect(decimalsFor('downtime_s', [], 70)).toBe(0);
    expect(decimalsFor('failed_requests', [], 70)).toBe(0);
  });

  test('stay within what the metric can resolve, whatever the spread', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...METRICS),
        fc.double({ min: 0, max: 1e9, noNaN: true }),
        (metric, half_width) => {
          const decimals = decimalsFor(metric, [], half_width);
          expect(decimals).toBeGreaterThanOrEqual(0);
          expect(decimals).toBeLessThanOrEqual(6);
        },
      ),
    );
  });
});

test('a figure that misses its target does not read as the target', () => {
  expect(figureBeside('downtime_s', 2.504, 2.5, 1)).toBe('2.504');
  expect(figureBeside('downtime_s', 2.5, 2.5, 2)).toBe('2.50');
  expect(figureBeside('throughput_rps', 98.9996, 99, 1)).toBe('98.9996');
  expect(figureBeside('availability_time', 0.99949, 0.9995, 2)).toBe('99.94');
});

test('a target reads as it was written', () => {
  expect(target('availability_time', 0.9995)).toBe('99.95');
  expect(target('availability_time', 0.57)).toBe('57');
  expect(target('downtime_s', 2.5)).toBe('2.5');
});

test('thousands are grouped, before the point only', () => {
  expect(figure('throughput_rps', 1234567.891, 2)).toBe('1,234,567.89');
  expect(figure('downtime_s', 0.12345, 3)).toBe('0.123');
  expect(count(1000, 'trial')).toBe('1,000 trials');
  expect(count(1, 'trial')).toBe('1 trial');
});

test('a share that is not nothing never reads 0 %', () => {
  expect(share(0.001, 10)).toBe('<1 %');
  expect(share(0, 10)).toBe('0 %');
  expect(share(5, 10)).toBe('50 %');
  expect(share(0, 0)).toBe('0 %');
});

describe('a share with its interval', () => {
  test.each([
    [0.987, [0.9781, 0.9923], '98.7 % [97.8, 99.2]'],
    [1, [0.9961, 1], '100.0 % [99.6, 100.0]'],
    [0.99999, [0.99993, 0.999998], '99.999 % [99.993, 99.999]'],
    [0.5, [0.2366, 0.7634], '50 % [23, 76]'],
  ] as const)('%d', (share, ci95, shown) => {
    expect(shareWithin(share, ci95)).toBe(shown);
  });
});
