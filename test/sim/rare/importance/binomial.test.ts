import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  binomialPoint,
  binomialTail,
  FailureTail,
  rowChance,
} from '../../../../src/sim/rare/importance/binomial.ts';

const chance = fc.double({ min: 1e-9, max: 1, noNaN: true });

describe('binomial chances', () => {
  it('are those of few trials worked out by hand', () => {
    expect(binomialPoint(4, 2, 0.1)).toBeCloseTo(6 * 0.01 * 0.81, 12);
    expect(binomialTail(4, 3, 0.1)).toBeCloseTo(4 * 0.001 * 0.9 + 0.0001, 12);
    expect(binomialTail(100_000, 60, 1e-9)).toBeGreaterThan(0);
    expect(binomialTail(5, 0, 0.1)).toBe(1);
    expect(binomialTail(5, 6, 0.1)).toBe(0);
  });

  it('add up, and agree with trials that are looked at one by one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.nat(61), chance, (count, failed, each) => {
        const tail = binomialTail(count, failed, each);
        const further = binomialTail(count, failed + 1, each) + binomialPoint(count, failed, each);
        expect(Math.abs(tail - further)).toBeLessThan(1e-7 * tail + 1e-12);
        const one = new FailureTail().begin(failed);
        for (let trial = 0; trial < count; trial += 1) one.add(each);
        expect(Math.abs(tail - one.chance)).toBeLessThan(1e-7 * tail + 1e-12);
      }),
    );
  });

  it('never fall when one more has failed for certain', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.nat(100), chance, (count, least, each) => {
        const failed = Math.max(0, count - least) + 1;
        expect(binomialTail(count - 1, failed - 1, each)).toBeGreaterThanOrEqual(
          binomialTail(count, failed, each) * (1 - 1e-9),
        );
      }),
    );
  });
});

describe('the chance of a row', () => {
  it('is that of all patterns added up', () => {
    fc.assert(
      fc.property(
        fc.array(chance, { minLength: 1, maxLength: 9 }),
        fc.integer({ min: 1, max: 4 }),
        (chances, row) => {
          let sum = 0;
          for (let pattern = 0; pattern < 2 ** chances.length; pattern += 1) {
            const failed = chances.map((_, at) => ((pattern >> at) & 1) === 1);
            if (
              !failed
                .map((is) => (is ? 'x' : ' '))
                .join('')
                .includes('x'.repeat(row))
            )
              continue;
            sum += chances.reduce((all, each, at) => all * (failed[at] ? each : 1 - each), 1);
          }
          expect(Math.abs(rowChance(chances, row) - sum)).toBeLessThan(1e-9 * sum + 1e-15);
        },
      ),
    );
  });
});
