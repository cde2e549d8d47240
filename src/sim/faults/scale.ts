import { scaledTo } from '../../scenario/scaled-to.ts';
import type { Scale } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';
import { findWorkload } from '../kubernetes/rollout.ts';

/** `kubectl scale`; undone: scaled back, unless an autoscaler has scaled it meanwhile. */
export const scale: FaultAction<Scale, Scaled> = {
  remember({ operator }, fault) {
    const replicas = findWorkload(operator, fault)?.replicas ?? 0;
    return { replicas, to: scaledTo(replicas, fault.replicas) };
  },
  apply({ operator }, fault, _victims, cause, { to }) {
    const object = findWorkload(operator, fault);
    if (object !== undefined) operator.workloads.update(object.name, { replicas: to }, cause);
  },
  undo({ operator }, fault, _victims, cause, { replicas, to }) {
    const object = findWorkload(operator, fault);
    if (object === undefined) return;
    const back = (current: typeof object) => (current.replicas === to ? { replicas } : undefined);
    operator.workloads.update(object.name, back, cause);
  },
};

interface Scaled {
  /** How many there were before. */
  readonly replicas: number;
  readonly to: number;
}
