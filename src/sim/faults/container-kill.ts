import type { ContainerKill } from '../../scenario/scenario.ts';
import { step } from '../cause.ts';
import type { SimulatedCluster } from '../kubernetes/cluster.ts';

/** SIGKILLs the victims' container; the pods stay, and their kubelets restart it. */
export function containerKill(
  cluster: SimulatedCluster,
  fault: ContainerKill,
  victims: readonly string[],
): void {
  const cause = step(undefined, 'fault', cluster.environment.now_ms);
  for (const name of victims) cluster.worker(name)?.container(fault.container)?.kill(cause);
}
