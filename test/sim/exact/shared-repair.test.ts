import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/scenario/errors.ts';
import { meanFirstPassage_h } from '../../../src/sim/exact/first-passage.ts';
import { machineRepair } from '../../../src/sim/exact/queues.ts';
import { sharedRepair } from '../../../src/sim/exact/shared-repair.ts';
import { analyseStructure, copies } from '../../../src/sim/exact/structure.ts';
import { expectDigits, expectNear } from './near.ts';
import { walk } from './random-chain.ts';

const systems = fc
  .record({
    units: fc.integer({ min: 1, max: 12 }),
    spare: fc.nat(11),
    crews: fc.integer({ min: 1, max: 14 }),
    failure_per_h: fc.double({ min: 1e-4, max: 1, noNaN: true }),
    repair_per_h: fc.double({ min: 0.01, max: 10, noNaN: true }),
  })
  .map(({ spare, ...system }) => ({ ...system, needed: Math.max(1, system.units - spare) }));

describe('k of n with shared crews', () => {
  it('has the published unavailability of 8 of 10 with two crews', () => {
    const system = { units: 10, needed: 8, crews: 2, failure_per_h: 0.01, repair_per_h: 1 };
    expectDigits(sharedRepair(system).unavailability, '1.68820586e-4');
  });

  it('is a structure of independent units with a crew for each', () => {
    fc.assert(
      fc.property(systems, (system) => {
        const own = sharedRepair({ ...system, crews: system.units });
        const unit = {
          kind: 'unit' as const,
          meanTimeToFailure_h: 1 / system.failure_per_h,
          meanTimeToRepair_h: 1 / system.repair_per_h,
        };
        const { units, needed } = system;
        const independent = analyseStructure({ kind: 'k-of-n', k: needed, parts: copies(units, unit) });
        expectNear(own.unavailability, independent.unavailability);
        expectNear(own.meanTimeBetweenFailures_h, independent.meanTimeBetweenFailures_h);
        expectNear(own.meanUpTime_h, independent.meanUpTime_h);
      }),
    );
  });

  it('first fails when its Markov chain does, and is as often down as its machines are', () => {
    fc.assert(
      fc.property(systems, (system) => {
        const { units, needed, crews, failure_per_h, repair_per_h } = system;
        const result = sharedRepair(system);
        const chain = walk(
          Array.from({ length: units }, (_, down) => (units - down) * failure_per_h),
          Array.from({ length: units }, (_, index) => Math.min(index + 1, crews) * repair_per_h),
        );
        expectNear(
          result.meanTimeToFirstFailure_h,
          meanFirstPassage_h(chain, (down) => units - down < needed),
        );
        const { p } = machineRepair({ machines: units, ...system });
        const down = p.subarray(units - needed + 1).reduce((sum, share) => sum + share, 0);
        expectNear(result.unavailability, down, 1e-12);
      }),
    );
  });

  it('tells times up and down that agree with the shares of time', () => {
    fc.assert(
      fc.property(systems, (system) => {
        const result = sharedRepair(system);
        expectNear(result.unavailability, result.meanDownTime_h / result.meanTimeBetweenFailures_h, 1e-12);
        expectNear(result.availability, result.meanUpTime_h / result.meanTimeBetweenFailures_h, 1e-12);
      }),
    );
  });

  it('knows how long an outage lasts that is too rare for a double', () => {
    const rare = sharedRepair({ units: 200, needed: 1, crews: 200, failure_per_h: 1e-5, repair_per_h: 1 });
    expect(rare.unavailability).toBe(0);
    expect(rare.meanTimeBetweenFailures_h).toBe(Number.POSITIVE_INFINITY);
    expectNear(rare.meanDownTime_h, 1 / 200, 1e-12);
  });

  it('refuses what cannot be', () => {
    const system = { units: 3, needed: 2, crews: 1, failure_per_h: 1, repair_per_h: 1 };
    for (const bad of [
      { units: 0 },
      { needed: 0 },
      { needed: 4 },
      { crews: 0 },
      { crews: 1.5 },
      { failure_per_h: 0 },
      { repair_per_h: Number.POSITIVE_INFINITY },
      { failure_per_h: Number.NaN },
    ]) {
      expect(() => sharedRepair({ ...system, ...bad })).toThrow(UserError);
    }
  });
});
