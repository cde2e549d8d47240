import type { Autoscaler } from '../../../../src/scenario/scenario.ts';

const POLICIES_UP = [
  { type: 'Pods', value: 4, period_s: 15 },
  { type: 'Percent', value: 100, period_s: 15 },
] as const;

/** An autoscaler of the Deployment web with Kubernetes' defaults. */
export function autoscaler(change: Partial<Autoscaler> = {}): Autoscaler {
  return {
    name: 'web',
    namespace: 'default',
    position: { file: '', line: 1, column: 1 },
    workload: 'web',
    min_replicas: 1,
    max_replicas: 10,
    metrics: [{ type: 'cpu-utilization', target_percent: 50 }],
    has_behavior: true,
    scale_up: { stabilization_window_s: 0, select_policy: 'Max', policies: POLICIES_UP, tolerance: 0.1 },
    scale_down: {
      stabilization_window_s: 300,
      select_policy: 'Max',
      policies: [{ type: 'Percent', value: 100, period_s: 15 }],
      tolerance: 0.1,
    },
    ...change,
  };
}
