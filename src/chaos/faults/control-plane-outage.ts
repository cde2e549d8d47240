import type { ControlPlaneOutage } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';

/** Takes parts of the control plane away: what runs goes on, nothing heals. Undone: they are started anew. */
export const controlPlaneOutage: FaultAction<ControlPlaneOutage> = {
  on: 'cluster',
  rights: () => [{ verb: 'list', resource: 'nodes', group: '', scope: 'cluster' }],
  act: 'stop-control-plane',
  byHand: ({ name }) => `start ${name === 'all' ? 'the control plane' : `the ${name}`} again`,
  byCommand: true,
  targetOf: ({ component }) => ({ kind: 'ControlPlane', name: component }),
  apply: async (cluster, { component }) => ({
    effect: await cluster.provide({ verb: 'control-plane-pause', component }),
  }),
  undo: async (cluster, { name }) => ({
    effect: await cluster.provide({
      verb: 'control-plane-resume',
      component: name as ControlPlaneOutage['component'],
    }),
  }),
};
