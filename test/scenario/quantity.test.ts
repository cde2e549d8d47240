import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cpuMillis, QUANTITY, quantityToNumber, wholeBytes } from '../../src/scenario/quantity.ts';

describe('quantities', () => {
  test.each([
    ['100m', 0.1],
    ['1.1m', 0.0011],
    ['2', 2],
    ['.5', 0.5],
    ['5.', 5],
    ['+1', 1],
    ['1k', 1000],
    ['128Mi', 134_217_728],
    ['1.5Gi', 1_610_612_736],
    ['129e6', 129_000_000],
    ['1E3', 1000],
    ['2E', 2e18],
    ['250u', 0.00025],
  ])('%s is %f', (text, expected) => {
    expect(text).toMatch(QUANTITY);
    expect(quantityToNumber(text)).toBe(expected);
  });

  test.each(['', '-1', 'm', '1KB', '1K', '1 Gi', '1gi', '1mi', '1e', '1.2.3', '0x10', 'Infinity'])(
    '"%s" is none',
    (text) => {
      expect(text).not.toMatch(QUANTITY);
    },
  );

  test('of a number with a suffix are the number times what the suffix stands for', () => {
    const suffix = fc.constantFrom<[string, number]>(['', 1], ['m', 0.001], ['k', 1000], ['Ki', 1024]);
    fc.assert(
      fc.property(fc.nat(1_000_000), suffix, (number, [text, factor]) => {
        expect(quantityToNumber(`${number}${text}`)).toBeCloseTo(number * factor, 9);
      }),
    );
  });
});

test('processors are counted in thousandths and memory in bytes, both rounded up', () => {
  expect(cpuMillis(quantityToNumber('0.29'))).toBe(290);
  expect(cpuMillis(quantityToNumber('1u'))).toBe(1);
  expect(wholeBytes(quantityToNumber('100m'))).toBe(1);
});
