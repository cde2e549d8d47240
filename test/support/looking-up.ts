import type { Lookups, Scenario } from '../../src/scenario/scenario.ts';

/** As the resolver has it by default, for each request. */
export const LOOKUPS: Lookups = { for: ['requests'], timeout_ms: 5000, attempts: 2 };

/** The scenario, with programs of which it says that they look names up so. */
export const lookingUp = (scenario: Scenario, lookups: Lookups | undefined = LOOKUPS): Scenario => ({
  ...scenario,
  workloads: scenario.workloads.map((workload) => ({
    ...workload,
    pod: {
      ...workload.pod,
      containers: workload.pod.containers.map((container) => ({
        ...container,
        application: { ...container.application, lookups },
      })),
    },
  })),
});
