import type { ZoneOutage } from '../../scenario/scenario.ts';
import { chooseVictims } from '../../scenario/selection.ts';
import type { FaultAction } from '../fault-action.ts';
import { POWER_CUT } from '../power.ts';

/** Cuts the power of all nodes of a zone. */
export const zoneOutage: FaultAction<ZoneOutage> = {
  choose(cluster, { zone, workload, namespace }, random) {
    const zones = zone === 'any' ? cluster.zoneCandidates(workload, namespace) : [zone];
    return chooseVictims(zones, 'one', undefined, random).flatMap((chosen) => cluster.nodesIn(chosen));
  },
  ...POWER_CUT,
};
