import type { RegistryOutage } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';

const REASON = 'registry-outage';

/** No image can be pulled; what is being pulled breaks off. Undone: the next attempts succeed. */
export const registryOutage: FaultAction<RegistryOutage> = {
  apply(cluster) {
    cluster.registry.cut(REASON);
  },
  undo(cluster) {
    cluster.registry.mend(REASON);
  },
};
