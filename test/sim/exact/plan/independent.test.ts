import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Condition } from '../../../../src/scenario/plan.ts';
import { IndependentUnits } from '../../../../src/sim/exact/plan/independent.ts';
import { analyseStructure, copies } from '../../../../src/sim/exact/structure.ts';
import { expectNear } from '../near.ts';
import { all, atLeast, planOf, some } from './plans.ts';

const q = fc.double({ min: -12, max: -0.1, noNaN: true }).map((exponent) => 10 ** exponent);
const unit = (down: number, failures_per_h = 0) => ({ up: 1 - down, down, failures_per_h });

describe('conditions on independent units', () => {
  it('are what structures of series, parallel and k-of-n are', () => {
    const hours = fc.integer({ min: 1, max: 1000 });
    fc.assert(
      fc.property(hours, hours, hours, hours, (upA, downA, upB, downB) => {
        const a = { kind: 'unit', meanTimeToFailure_h: upA, meanTimeToRepair_h: downA } as const;
        const b = { kind: 'unit', meanTimeToFailure_h: upB, meanTimeToRepair_h: downB } as const;
        const expected = analyseStructure({
          kind: 'parallel',
          parts: [
            { kind: 'series', parts: [b, ...copies(2, b)] },
            { kind: 'k-of-n', k: 3, parts: copies(5, a) },
          ],
        });
        const plan = planOf({
          units: [
            { name: 'a', count: 5 },
            { name: 'b', count: 3 },
          ],
          services: [some(1, atLeast(3, 1), atLeast(3, 0))],
        });
        const chances = [
          [upA, downA],
          [upB, downB],
        ].map(([up, down]) => ({
          up: up! / (up! + down!),
          down: down! / (up! + down!),
          failures_per_h: 1 / (up! + down!),
        }));
        const found = new IndependentUnits(plan, plan.services[0]!.up).evaluate(chances);
        expectNear(found.up, expected.availability, 1e-12);
        expectNear(found.down, expected.unavailability, 1e-12);
        expectNear(found.failures_per_h, expected.failures_per_h, 1e-11);
      }),
    );
  });

  it('know that a parent takes down all that is within it, and counts once', () => {
    fc.assert(
      fc.property(q, q, (rack, node) => {
        const plan = planOf({
          units: [
            { name: 'rack', count: 2 },
            { name: 'node', count: 2, within: 0 },
          ],
          // In some rack both nodes; and two nodes somewhere: the second follows from the first.
          services: [
            all(
              { kind: 'units', at_least: 1, of: [0], connected: false, where: atLeast(2, 1) },
              atLeast(2, 1),
            ),
          ],
        });
        const { down } = new IndependentUnits(plan, plan.services[0]!.up).evaluate([unit(rack), unit(node)]);
        // A rack with both of its nodes: 1 - (1 - rack) (1 - node)^2, in positive terms.
        const bad = rack + (1 - rack) * (node + (1 - node) * node);
        expectNear(down, bad ** 2, 1e-12);
      }),
    );
  });

  it('count rows of units in a line, across racks', () => {
    const row = (of: number, length: number): Condition => ({ kind: 'no-row', row: length, of });
    fc.assert(
      fc.property(q, q, (rack, node) => {
        const plan = planOf({
          units: [
            { name: 'rack', count: 2 },
            { name: 'node', count: 2, within: 0 },
          ],
          services: [row(1, 2)],
        });
        const { down } = new IndependentUnits(plan, plan.services[0]!.up).evaluate([unit(rack), unit(node)]);
        let expected = 0;
        for (let state = 0; state < 64; state += 1) {
          const fails = Array.from({ length: 6 }, (_, bit) => (state >> bit) & 1);
          const chance = fails.reduce((product, isFailed, index) => {
            const each = index < 2 ? rack : node;
            return product * (isFailed ? each : 1 - each);
          }, 1);
          const line = [0, 0, 1, 1].map((own, place) => fails[own] === 1 || fails[2 + place] === 1);
          if (line.some((isDown, place) => place > 0 && isDown && line[place - 1]!)) expected += chance;
        }
        expectNear(down, expected, 1e-12);
      }),
    );
  });

  it('take hundreds of units under many parents, and refuse what is too much', () => {
    const plan = planOf({
      units: [
        { name: 'zone', count: 3 },
        { name: 'rack', count: 20, within: 0 },
        { name: 'node', count: 10, within: 1 },
      ],
      services: [atLeast(380, 2)],
    });
    const { up, down } = new IndependentUnits(plan, plan.services[0]!.up).evaluate(
      [1e-3, 1e-3, 1e-2].map((each) => unit(each)),
    );
    // The number of nodes that work, by convolution: of a rack, a zone, all.
    const both = (one: readonly number[], other: readonly number[]): number[] => {
      const sum = new Array<number>(one.length + other.length - 1).fill(0);
      for (const [i, a] of one.entries()) for (const [j, b] of other.entries()) sum[i + j]! += a * b;
      return sum;
    };
    const times = (count: number, one: readonly number[]): number[] =>
      Array.from({ length: count }, () => one).reduce<readonly number[]>(both, [1]) as number[];
    const within = (fails: number, working: readonly number[]): number[] =>
      working.map((chance, count) => (1 - fails) * chance + (count === 0 ? fails : 0));
    const rack = within(1e-3, times(10, [1e-2, 0.99]));
    const nodes = times(3, within(1e-3, times(20, rack)));
    expectNear(
      down,
      nodes.slice(0, 380).reduce((sum, chance) => sum + chance, 0),
      1e-11,
    );
    expectNear(up + down, 1, 1e-12);
    const kinds = Array.from({ length: 12 }, (_, index) => ({ name: `kind ${index}`, count: 9 }));
    const tangled = planOf({
      units: kinds,
      services: [
        some(7, ...kinds.flatMap((_, kind) => [3, 5, 7].map((step) => atLeast(9, kind, (kind + step) % 12)))),
      ],
    });
    expect(() => new IndependentUnits(tangled, tangled.services[0]!.up)).toThrow(/too many combinations/);
  });
});
