import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Deployment, IntOrPercent } from '../../../src/scenario/scenario.ts';
import { fenceposts, newSetReplicas, shrinkOld } from '../../../src/sim/kubernetes/deployment-rolling.ts';

const rolling = (max_surge: IntOrPercent, max_unavailable: IntOrPercent): Deployment['strategy'] => ({
  type: 'RollingUpdate',
  max_surge,
  max_unavailable,
});

describe('fenceposts', () => {
  // Kubernetes 1.35 pkg/controller/deployment/util/deployment_util_test.go TestResolveFenceposts, and the examples above
  // ResolveFenceposts.
  it.each([
    [{ percent: 39 }, { percent: 39 }, 10, { surge: 4, unavailable: 3 }],
    [{ pods: 0 }, { percent: 39 }, 10, { surge: 0, unavailable: 3 }],
    [{ percent: 39 }, { pods: 0 }, 10, { surge: 4, unavailable: 0 }],
    [{ pods: 0 }, { pods: 0 }, 10, { surge: 0, unavailable: 1 }],
    [{ percent: 0 }, { percent: 1 }, 2, { surge: 0, unavailable: 1 }],
    [{ percent: 0 }, { percent: 1 }, 1, { surge: 0, unavailable: 1 }],
    [{ percent: 1 }, { percent: 25 }, 2, { surge: 1, unavailable: 0 }],
    [{ percent: 1 }, { percent: 25 }, 1, { surge: 1, unavailable: 0 }],
    [{ percent: 25 }, { percent: 25 }, 2, { surge: 1, unavailable: 0 }],
    [{ percent: 25 }, { percent: 25 }, 4, { surge: 1, unavailable: 1 }],
    [{ percent: 25 }, { percent: 25 }, 10, { surge: 3, unavailable: 2 }],
    [{ pods: 0 }, { pods: 7 }, 3, { surge: 0, unavailable: 3 }],
  ])('surge %j and unavailable %j of %i are %j', (surge, unavailable, replicas, expected) => {
    expect(fenceposts(rolling(surge, unavailable), replicas)).toEqual(expected);
  });
});

describe('newSetReplicas', () => {
  // pkg/controller/deployment/rolling_test.go TestDeploymentController_reconcileNewReplicaSet, util TestNewRSNewReplicas.
  it.each([
    // wanted, surge, old, new, expected
    [10, 0, 10, 0, 0],
    [10, 2, 10, 0, 2],
    [10, 2, 5, 0, 7],
    [10, 2, 10, 2, 2],
    [10, 2, 2, 11, 10],
    [6, 10, 3, 2, 6],
  ])('%i wanted with a surge of %i, %i old and %i new: %i', (wanted, surge, old, current, expected) => {
    expect(newSetReplicas(wanted, current, old + current, { surge, unavailable: 0 })).toBe(expected);
  });
});

describe('shrinkOld', () => {
  const shrunk = (
    wanted: number,
    unavailable: number,
    fresh: readonly [replicas: number, available: number],
    old: readonly (readonly [replicas: number, available: number])[],
  ) => {
    const sets = old.map(([replicas, available], index) => ({ name: `old-${index}`, replicas, available }));
    const left = new Map(sets.map(({ name, replicas }) => [name, replicas]));
    const newSet = { name: 'new', replicas: fresh[0], available: fresh[1] };
    for (const { name, replicas } of shrinkOld(wanted, newSet, sets, { surge: 0, unavailable })) {
      left.set(name, replicas);
    }
    return [...left.values()];
  };

  // pkg/controller/deployment/rolling_test.go TestDeploymentController_reconcileOldReplicaSets.
  it.each([
    // unavailable, new [replicas, available], old [replicas, available], expected
    [1, [0, 0], [10, 10], 9],
    [2, [0, 0], [10, 10], 8],
    [2, [0, 0], [10, 8], 8],
    [2, [0, 0], [10, 9], 8],
    [2, [2, 0], [8, 8], 8],
  ] as const)(
    'of 10 with %i unavailable, new %j, old %j: %i old are left',
    (unavailable, fresh, old, expected) => {
      expect(shrunk(10, unavailable, fresh, [old])).toEqual([expected]);
    },
  );

  it('clears away what is unavailable in every old set before it takes what serves, the oldest first', () => {
    expect(
      shrunk(
        10,
        0,
        [3, 3],
        [
          [4, 2],
          [6, 6],
        ],
      ),
    ).toEqual([1, 6]);
    expect(
      shrunk(
        4,
        1,
        [0, 0],
        [
          [2, 2],
          [2, 2],
        ],
      ),
    ).toEqual([1, 2]);
  });

  it('keeps its hands off while a status still counts pods that were already scaled away', () => {
    expect(shrunk(4, 1, [1, 1], [[3, 4]])).toEqual([3]);
  });

  it('never takes so much that fewer than wanted are available, whatever the sets', () => {
    const set = fc
      .tuple(fc.nat(10), fc.nat(10))
      .map(([replicas, out]) => [replicas, Math.max(0, replicas - out)] as const);
    fc.assert(
      fc.property(fc.nat(20), fc.nat(5), set, fc.array(set, { maxLength: 3 }), (wanted, out, fresh, old) => {
        const left = shrunk(wanted, out, fresh, old);
        // Those that are not available go first.
        const available = left.reduce((sum, replicas, i) => sum + Math.min(replicas, old[i]![1]), fresh[1]);
        const before = old.reduce((sum, [, ready]) => sum + ready, fresh[1]);
        expect(available).toBeGreaterThanOrEqual(Math.min(before, wanted - out));
        expect(left.every((replicas, index) => replicas >= 0 && replicas <= old[index]![0])).toBe(true);
      }),
    );
  });
});
