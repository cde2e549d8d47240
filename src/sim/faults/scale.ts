import type { Scale } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';
import { findWorkload } from '../kubernetes/rollout.ts';

/** `kubectl scale`; undone: scaled back, unless an autoscaler has scaled it meanwhile. */
export const scale: FaultAction<Scale, number | undefined> = {
  remember: ({ operator }, fault) => findWorkload(operator, fault)?.replicas,
  apply({ operator }, fault, _victims, cause) {
    const object = findWorkload(operator, fault);
    if (object === undefined) return;
    operator.workloads.update(object.name, { replicas: fault.replicas }, cause);
  },
  undo({ operator }, fault, _victims, cause, replicas) {
    const object = findWorkload(operator, fault);
    if (object === undefined || replicas === undefined) return;
    const back = (current: typeof object) => (current.replicas === fault.replicas ? { replicas } : undefined);
    operator.workloads.update(object.name, back, cause);
  },
};
