import type { RolloutRestart } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';
import { findWorkload, rollOut } from '../kubernetes/rollout.ts';

/** Has every pod replaced, as the workload's strategy says: the template changes in nothing but an annotation. */
export const rolloutRestart: FaultAction<RolloutRestart> = {
  apply({ operator }, fault, _victims, cause) {
    const object = findWorkload(operator, fault);
    if (object !== undefined) rollOut(operator, object.name, ({ template }) => ({ ...template }), cause);
  },
};
