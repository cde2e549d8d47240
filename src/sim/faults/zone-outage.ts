import type { ZoneOutage } from '../../scenario/scenario.ts';
import { chooseVictims } from '../../scenario/selection.ts';
import type { FaultAction } from '../fault-action.ts';

/** Cuts the power of all nodes of a zone; undone: they boot, and their kubelets start their pods again. */
export const zoneOutage: FaultAction<ZoneOutage> = {
  choose(cluster, { zone, workload, namespace }, random) {
    const zones = zone === 'any' ? cluster.zoneCandidates(workload, namespace) : [zone];
    return chooseVictims(zones, 'one', undefined, random).flatMap((chosen) => cluster.nodesIn(chosen));
  },
  apply(cluster, _fault, victims, cause) {
    for (const victim of victims) cluster.machine(victim)?.powerOff(cause);
  },
  undo(cluster, _fault, victims, cause) {
    for (const victim of victims) cluster.machine(victim)?.powerOn(cause);
  },
};
