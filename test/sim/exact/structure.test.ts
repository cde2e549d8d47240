import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/scenario/errors.ts';
import { exploreChain } from '../../../src/sim/exact/chain.ts';
import { meanReward, probabilityOf, steadyState } from '../../../src/sim/exact/steady-state.ts';
import { analyseStructure, copies, type Structure } from '../../../src/sim/exact/structure.ts';
import { expectDigits, expectNear } from './near.ts';

const unit = (meanTimeToFailure_h: number, meanTimeToRepair_h: number): Structure => ({
  kind: 'unit',
  meanTimeToFailure_h,
  meanTimeToRepair_h,
});

/** Units numbered from left to right; whether the structure is up with those of the bits down. */
function isUp(structure: Structure, down: number): boolean {
  let next = 0;
  const visit = (node: Structure): boolean => {
    if (node.kind === 'unit') return (down & (1 << next++)) === 0;
    const up = node.parts.map(visit).filter(Boolean).length;
    if (node.kind === 'series') return up === node.parts.length;
    return up >= (node.kind === 'parallel' ? 1 : node.k);
  };
  return visit(structure);
}

const unitsOf = (structure: Structure): Extract<Structure, { kind: 'unit' }>[] =>
  structure.kind === 'unit' ? [structure] : structure.parts.flatMap(unitsOf);

const units = fc
  .tuple(fc.double({ min: 1, max: 5000, noNaN: true }), fc.double({ min: 0.01, max: 100, noNaN: true }))
  .map(([up_h, down_h]) => unit(up_h, down_h));
const { structure } = fc.letrec<{ structure: Structure; parts: Structure[] }>((tie) => ({
  structure: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    units,
    tie('parts').map((parts): Structure => ({ kind: 'series', parts })),
    tie('parts').map((parts): Structure => ({ kind: 'parallel', parts })),
    fc
      .tuple(tie('parts'), fc.nat())
      .map(([parts, k]): Structure => ({ kind: 'k-of-n', k: 1 + (k % parts.length), parts })),
  ),
  parts: fc.array(tie('structure'), { minLength: 1, maxLength: 3 }),
}));

describe('a structure of independent units', () => {
  it('is as the Markov chain of all of its units: availability, failures, outages', () => {
    fc.assert(
      fc.property(structure, (tested) => {
        const all = unitsOf(tested);
        fc.pre(all.length <= 8);
        const chain = exploreChain<number>({
          initial: 0,
          key: (down) => down,
          transitions: (down) =>
            all.map((each, index) => ({
              rate_per_h: 1 / (down & (1 << index) ? each.meanTimeToRepair_h : each.meanTimeToFailure_h),
              to: down ^ (1 << index),
            })),
        });
        const steady = steadyState(chain);
        const result = analyseStructure(tested);
        expectNear(
          result.availability,
          probabilityOf(chain, steady, (down) => isUp(tested, down)),
        );
        expectNear(
          result.unavailability,
          probabilityOf(chain, steady, (down) => !isUp(tested, down)),
        );
        expectNear(
          result.failures_per_h,
          meanReward(chain, steady, (down) =>
            all.reduce((sum, each, index) => {
              const fails = isUp(tested, down) && !isUp(tested, down | (1 << index));
              return fails ? sum + 1 / each.meanTimeToFailure_h : sum;
            }, 0),
          ),
        );
        expectNear(result.meanUpTime_h + result.meanDownTime_h, result.meanTimeBetweenFailures_h, 1e-12);
      }),
    );
  });

  it('keeps the digits of an unavailability that 1 minus the availability has lost', () => {
    const result = analyseStructure({ kind: 'parallel', parts: copies(8, unit(999, 1)) });
    expect(result.availability).toBe(1);
    expectNear(result.unavailability, 1e-24, 1e-12);
  });

  it('takes hundreds of parts', () => {
    const many = analyseStructure({ kind: 'k-of-n', k: 190, parts: copies(200, unit(99, 1)) });
    const odds = Array.from({ length: 11 }, (_, down) => down).reduce((sum, down) => {
      let ways = 1;
      for (let i = 0; i < down; i += 1) ways *= (200 - i) / (i + 1);
      return sum + ways * 0.01 ** down * 0.99 ** (200 - down);
    }, 0);
    expectNear(many.availability, odds, 1e-12);
  });

  it('has the published unavailabilities of the database system', () => {
    // Two sets of processors and two of controllers of R units, six clusters of R + 2 disks; a set is down when R of
    // its units are. A repair takes 1 h or 2 h with equal chance: of independent units only the mean matters.
    const database = (R: number): Structure => {
      const [processor, disk] = [unit((50 * R) / 2, 1.5), unit((150 * R) / 2, 1.5)];
      return {
        kind: 'series',
        parts: [
          ...copies(4, { kind: 'parallel', parts: copies(R, processor) }),
          ...copies(6, { kind: 'k-of-n', k: 3, parts: copies(R + 2, disk) }),
        ],
      };
    };
    expectDigits(analyseStructure(database(2)).unavailability, '6.854845e-3');
    expectDigits(analyseStructure(database(3)).unavailability, '4.740758e-5');
    expectDigits(analyseStructure(database(4)).unavailability, '2.454932e-7');
  });

  it('never fails where no repair takes time', () => {
    const result = analyseStructure({ kind: 'parallel', parts: copies(2, unit(10, 0)) });
    expect(result).toMatchObject({
      availability: 1,
      unavailability: 0,
      failures_per_h: 0,
      meanTimeBetweenFailures_h: Number.POSITIVE_INFINITY,
      meanDownTime_h: 0,
    });
  });

  it('is a number or refused whatever the times, and refuses what would take too long', () => {
    const time_h = fc.oneof(
      fc.double({ min: -300, max: 300, noNaN: true }).map((exponent) => 10 ** exponent),
      fc.constantFrom(0, -1, Number.NaN, Number.POSITIVE_INFINITY, Number.MIN_VALUE, Number.MAX_VALUE),
    );
    const parts = fc.array(
      fc.tuple(time_h, time_h).map(([up_h, down_h]) => unit(up_h, down_h)),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(parts, fc.nat(), (list, k) => {
        try {
          const tested: Structure = { kind: 'k-of-n', k: 1 + (k % list.length), parts: list };
          for (const value of Object.values(analyseStructure(tested)))
            expect(value).toBeGreaterThanOrEqual(0);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      }),
      { numRuns: 500 },
    );
    const different = Array.from({ length: 3000 }, (_, index) => unit(1 + index, 1));
    expect(() => analyseStructure({ kind: 'series', parts: different })).toThrow(/takes too long/);
  });

  it('refuses what cannot be', () => {
    for (const bad of [
      unit(0, 1),
      unit(-1, 1),
      unit(1, -1),
      unit(Number.NaN, 1),
      unit(1, Number.POSITIVE_INFINITY),
    ]) {
      expect(() => analyseStructure({ kind: 'series', parts: [unit(1, 1), bad] })).toThrow(UserError);
    }
    expect(() => analyseStructure({ kind: 'series', parts: [] })).toThrow('needs parts');
    for (const k of [0, 3, 1.5, Number.NaN]) {
      expect(() => analyseStructure({ kind: 'k-of-n', k, parts: copies(2, unit(1, 1)) })).toThrow(UserError);
    }
  });
});
