import type { Scale } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';
import type { SimulatedCluster } from '../kubernetes/cluster.ts';
import { findWorkload } from '../kubernetes/rollout.ts';

/** How many there were before each act that is not undone yet, the earliest first. */
const before = new WeakMap<SimulatedCluster, Map<Scale, number[]>>();

/** `kubectl scale`; undone: scaled back, unless an autoscaler has scaled it meanwhile. */
export const scale: FaultAction<Scale> = {
  apply(cluster, fault, _victims, cause) {
    const object = findWorkload(cluster.operator, fault);
    if (object === undefined) return;
    remembered(cluster, fault).push(object.replicas);
    cluster.operator.workloads.update(object.name, { replicas: fault.replicas }, cause);
  },
  undo(cluster, fault, _victims, cause) {
    const object = findWorkload(cluster.operator, fault);
    const replicas = remembered(cluster, fault).shift();
    if (object === undefined || replicas === undefined) return;
    const back = (current: typeof object) => (current.replicas === fault.replicas ? { replicas } : undefined);
    cluster.operator.workloads.update(object.name, back, cause);
  },
};

function remembered(cluster: SimulatedCluster, fault: Scale): number[] {
  const ofCluster = before.get(cluster) ?? new Map<Scale, number[]>();
  before.set(cluster, ofCluster);
  const counts = ofCluster.get(fault) ?? [];
  ofCluster.set(fault, counts);
  return counts;
}
