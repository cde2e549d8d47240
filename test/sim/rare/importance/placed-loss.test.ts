import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binomialTail } from '../../../../src/sim/rare/importance/binomial.ts';
import { placedLoss } from '../../../../src/sim/rare/importance/placed-loss.ts';

describe('the loss of replicas from where they run', () => {
  it('is a binomial one where nothing holds them, and that of their holders where each has its own', () => {
    const alone = [[], [], [], [], []];
    expect(placedLoss(alone, 3, 0.1, [])).toBeCloseTo(binomialTail(5, 3, 0.1), 14);
    const apart = [[1], [2], [3]];
    expect(placedLoss(apart, 2, 0, [0.01])).toBeCloseTo(binomialTail(3, 2, 0.01), 14);
    expect(placedLoss([[7], [7], [7]], 3, 0, [0.01])).toBeCloseTo(0.01, 14);
  });

  it('is nothing where there are too few to lose, and certain where none must be lost', () => {
    expect(placedLoss([[1]], 2, 0.5, [0.5])).toBe(0);
    expect(placedLoss([], 0, 0.5, [0.5])).toBe(1);
  });

  it('is what counting every case says, of zones with nodes with replicas', () => {
    const chance = fc.double({ min: 0, max: 1, noNaN: true });
    const replicas = fc.array(fc.tuple(fc.nat(1), fc.nat(1)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(replicas, fc.nat(4), chance, chance, chance, (places, failed, own, zone, node) => {
        const holdings = places.map(([z, n]) => [z, 10 * z + n]);
        // Two zones, two nodes in each, and the replicas: which of them are lost.
        const chances = [zone, zone, node, node, node, node, ...places.map(() => own)];
        let expected = 0;
        for (let state = 0; state < 2 ** chances.length; state += 1) {
          const isGone = (index: number) => ((state >> index) & 1) === 1;
          const lost = places.filter(
            ([z, n], replica) => isGone(z) || isGone(2 + 2 * z + n) || isGone(6 + replica),
          ).length;
          if (lost < failed) continue;
          expected += chances.reduce(
            (product, each, index) => product * (isGone(index) ? each : 1 - each),
            1,
          );
        }
        expect(placedLoss(holdings, failed, own, [zone, node])).toBeCloseTo(expected, 12);
      }),
      { numRuns: 60 },
    );
  });
});
