/** Rules, budgets and modes at random, for workloads of so many pods. */
import fc from 'fast-check';
import { SAFETY_DEFAULT } from '../../../src/scenario/safety.ts';
import type { DisruptionBudget, IntOrPercent, Safety } from '../../../src/scenario/scenario.ts';

const limit = (most: number): fc.Arbitrary<IntOrPercent> =>
  fc.oneof(
    fc.integer({ min: 0, max: most }).map((pods) => ({ pods })),
    fc.integer({ min: 0, max: 100 }).map((percent) => ({ percent })),
  );

export const MODES = fc.oneof(
  fc.constant({ mode: 'one', value: undefined } as const),
  fc.constant({ mode: 'all', value: undefined } as const),
  fc.record({ mode: fc.constant('fixed' as const), value: fc.integer({ min: 1, max: 4 }) }),
  fc.record({
    mode: fc.constantFrom('fixed-percent' as const, 'random-max-percent' as const),
    value: fc.integer({ min: 1, max: 100 }),
  }),
);

export const safetyOf = (replicas: number): fc.Arbitrary<Safety> =>
  fc
    .record({
      max_victims: fc.option(limit(replicas), { nil: undefined }),
      max_per_node: fc.option(limit(replicas), { nil: undefined, freq: 1 }),
      max_per_zone: fc.option(limit(replicas), { nil: undefined, freq: 1 }),
      min_healthy: fc.option(limit(replicas - 1), { nil: undefined, freq: 5 }),
      ignore_disruption_budgets: fc.boolean(),
    })
    .map((rules) => ({ ...SAFETY_DEFAULT, ...rules, protected_labels: { protected: 'yes' } }));

export const budgetOf = (replicas: number): fc.Arbitrary<readonly DisruptionBudget[]> =>
  fc.option(fc.tuple(fc.boolean(), limit(replicas)), { nil: undefined }).map((given) => {
    if (given === undefined) return [];
    const [isMin, value] = given;
    return [
      {
        ...{ name: 'nginx', namespace: 'default', position: { file: '', line: 1, column: 1 } },
        selector: { app: 'nginx' },
        min_available: isMin ? value : undefined,
        max_unavailable: isMin ? undefined : value,
        unhealthy_pod_eviction_policy: 'IfHealthyBudget',
      },
    ];
  });
