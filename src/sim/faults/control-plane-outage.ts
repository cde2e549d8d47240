import type { ControlPlaneOutage } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';

/**
 * Kills processes of the control plane; undone: they are started again, the API server first, for the others want it to
 * be there.
 */
export const controlPlaneOutage: FaultAction<ControlPlaneOutage> = {
  apply({ controlPlane }, { component }) {
    if (component !== 'all') controlPlane.stop(component);
    else
      for (const each of ['api-server', 'controller-manager', 'scheduler'] as const) controlPlane.stop(each);
  },
  undo({ controlPlane }, { component }) {
    if (component !== 'all') {
      controlPlane.start(component);
      return;
    }
    controlPlane.start('api-server', () => {
      controlPlane.start('controller-manager');
      controlPlane.start('scheduler');
    });
  },
};
