import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scaleInProportion } from '../../../src/sim/kubernetes/deployment-scale.ts';

/** Sizes from the oldest set to the newest. */
function scaled(
  sizes: readonly number[],
  before: number,
  wanted: number,
  surgeBefore = 0,
  surge = surgeBefore,
): number[] {
  const sets = sizes.map((replicas, index) => ({
    name: `set-${index}`,
    replicas,
    max_replicas: before + surgeBefore,
  }));
  const resized = new Map(
    scaleInProportion(sets, wanted, surge).map(({ name, replicas }) => [name, replicas] as const),
  );
  return sets.map(({ name, replicas }) => resized.get(name) ?? replicas);
}

describe('scaleInProportion', () => {
  // Kubernetes 1.35 pkg/controller/deployment/sync_test.go TestScale.
  it.each([
    ['5 -> 10', [3, 2], 5, 10, [6, 4]],
    ['5 -> 3', [3, 2], 5, 3, [2, 1]],
    ['9 -> 4', [1, 8], 9, 4, [0, 4]],
    ['7 -> 10', [2, 3, 2], 7, 10, [3, 4, 3]],
    ['13 -> 8', [3, 8, 2], 13, 8, [2, 5, 1]],
    ['leftover 3 -> 4', [1, 1, 1], 3, 4, [1, 1, 2]],
    ['leftover 3 -> 2', [1, 1, 1], 3, 2, [0, 1, 1]],
    ['no new set 4 -> 5', [2, 2], 4, 5, [2, 3]],
    ['6 -> 0', [1, 2, 3], 6, 0, [0, 0, 0]],
    ['size and template 10 -> 14', [3, 7], 10, 14, [4, 10]],
  ] as const)('%s: %j', (_, sizes, before, wanted, expected) => {
    expect(scaled(sizes, before, wanted)).toEqual(expected);
  });

  it('counts the surge in', () => {
    expect(scaled([6, 6], 10, 20, 2)).toEqual([11, 11]);
    expect(scaled([8, 5], 10, 50, 3, 6)).toEqual([34, 22]);
  });

  it('comes to exactly what is wanted with the surge, and keeps every set at nothing or more', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 2, maxLength: 4 }),
        fc.nat(60),
        fc.nat(5),
        (sizes, wanted, surge) => {
          const total = sizes.reduce((a, b) => a + b, 0);
          const result = scaled(sizes, total, wanted, 0, surge);
          expect(result.every((size) => size >= 0)).toBe(true);
          expect(result.reduce((a, b) => a + b, 0)).toBe(wanted === 0 ? 0 : wanted + surge);
        },
      ),
    );
  });
});
