import { describe, expect, it } from 'vitest';
import { databaseOf } from '../../../bench/rare.ts';
import { analyseStructure, copies, type Structure } from '../../../src/sim/exact/structure.ts';
import { predictPlan } from '../../../src/sim/predict-plan.ts';

/** Sets of R units, and of R + 2, of which R must be down. */
function exactUnavailability(R: number): number {
  const unit = (mttf_h: number): Structure => ({
    kind: 'unit',
    meanTimeToFailure_h: (mttf_h * R) / 2,
    meanTimeToRepair_h: 1.5,
  });
  const set: Structure = { kind: 'k-of-n', k: 1, parts: copies(R, unit(50)) };
  const cluster: Structure = { kind: 'k-of-n', k: 3, parts: copies(R + 2, unit(150)) };
  return analyseStructure({ kind: 'series', parts: [...copies(4, set), ...copies(6, cluster)] })
    .unavailability;
}

describe('the database of the literature on rare events', () => {
  for (const [R, published] of [
    [4, 2.454932e-7],
    [5, undefined],
  ] as const) {
    it(`with R = ${R} is known within 30 % after a million events or two`, async () => {
      const exact = exactUnavailability(R);
      if (published !== undefined) expect(exact).toBeCloseTo(published, 12);
      const { services, warnings } = await predictPlan(databaseOf(R), { method: 'splitting', trials: 80 });
      const { mean, ci95 } = services[0]!.unavailability;
      expect(warnings).toEqual([]);
      expect((ci95[1] - mean) / mean).toBeLessThan(0.3);
      // A year is long against a repair, so that the start, with all units new, hardly matters.
      expect(Math.abs(mean - exact)).toBeLessThan((2.6 / 1.96) * (ci95[1] - mean));
    });
  }
});
