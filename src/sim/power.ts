import type { Cause } from './cause.ts';
import type { SimulatedCluster } from './kubernetes/cluster.ts';

/** What all that takes the power from nodes does; undone: they boot, and their kubelets start their pods again. */
export const POWER_CUT = {
  apply(cluster: SimulatedCluster, _fault: unknown, victims: readonly string[], cause: Cause): void {
    for (const victim of victims) cluster.machine(victim)?.powerOff(cause);
  },
  undo(cluster: SimulatedCluster, _fault: unknown, victims: readonly string[], cause: Cause): void {
    for (const victim of victims) cluster.machine(victim)?.powerOn(cause);
  },
} as const;
