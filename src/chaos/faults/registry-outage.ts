import type { RegistryOutage } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';

/** Takes the registry away: no image can be pulled. Undone: it is started again. */
export const registryOutage: FaultAction<RegistryOutage> = {
  on: 'cluster',
  rights: () => [],
  act: 'stop-registry',
  byHand: () => 'start the registry again',
  byCommand: true,
  targetOf: () => ({ kind: 'Registry', name: 'registry' }),
  apply: async (cluster) => ({ effect: await cluster.provide({ verb: 'registry-down' }) }),
  undo: async (cluster) => ({ effect: await cluster.provide({ verb: 'registry-up' }) }),
};
