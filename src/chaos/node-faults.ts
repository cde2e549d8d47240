/** Which nodes a fault may hit, and whether there are any. */
import { EXIT, UserError } from '../scenario/errors.ts';
import type { Fault, FaultMode, Scenario, ZoneOutage } from '../scenario/scenario.ts';
import type { ClusterNode, ClusterReader } from './cluster/cluster.ts';
import { actionFor } from './fault-action.ts';
import { ownAddresses } from './own-addresses.ts';
import { candidateNodesOf, candidateZonesOf, checkNeighbours, type Zone } from './safety/blast-radius.ts';
import type { Claimed } from './safety/claims.ts';
import { ownPods } from './safety/limits.ts';
import { targetOf } from './safety/protection.ts';

/** Where faults on nodes are to act. */
export interface NodeFaultPlace {
  readonly scenario: Scenario;
  readonly cluster: ClusterReader;
  /** Node where the load enters; undefined where it is not known which. */
  readonly entry_node: string | undefined;
  /** What other acts of the trial take; undefined: there are none. */
  readonly claimed?: Claimed;
}

type NodeFault = Extract<Fault, { readonly mode: FaultMode }>;

/** Nodes that a fault may hit now. */
export async function nodesFor(place: NodeFaultPlace, fault: NodeFault) {
  const { scenario, cluster, entry_node } = place;
  const workload = targetOf(scenario, fault);
  const [{ candidates }, nodes] = await Promise.all([ownPods(place, workload), cluster.nodes()]);
  return candidateNodesOf(workload, candidates, nodes, entry_node, ownAddresses());
}

/** Zones that an outage may hit now. */
export async function zonesFor(place: NodeFaultPlace, fault: ZoneOutage): Promise<readonly Zone[]> {
  const { scenario, cluster, entry_node } = place;
  const workload = targetOf(scenario, fault);
  const [{ candidates }, nodes] = await Promise.all([ownPods(place, workload), cluster.nodes()]);
  return candidateZonesOf(fault, workload, candidates, nodes, entry_node, ownAddresses());
}

/**
 * There must be a node to hit, which is not the one where the load enters, and it must run nothing that the scenario
 * does not name: refused before any fault.
 *
 * @throws UserError with EXIT.configuration
 */
export async function checkNodeFaults(place: NodeFaultPlace): Promise<void> {
  const { scenario, cluster, entry_node } = place;
  for (const fault of scenario.faults) {
    const action = actionFor(fault.type);
    if (action.on !== 'nodes') continue;
    if (entry_node === undefined) {
      throw new UserError(
        `${fault.type}: the load goes to the address of no node, so it might hit the one where the load enters`,
        {
          exitCode: EXIT.configuration,
          hint: 'make the Service a NodePort, without a load balancer before it, or run foreshock on a node that runs none of its pods',
        },
      );
    }
    for (const { name } of await nodesToHit(place, fault as NodeFault | ZoneOutage)) {
      await checkNeighbours(cluster, scenario, fault, name, action.hitsPod, EXIT.configuration);
    }
  }
}

/** @throws UserError where there are none */
async function nodesToHit(
  place: NodeFaultPlace,
  fault: NodeFault | ZoneOutage,
): Promise<readonly ClusterNode[]> {
  const { kind, name } = targetOf(place.scenario, fault);
  const isZone = 'zone' in fault;
  const nodes = isZone
    ? (await zonesFor(place, fault)).flatMap((zone) => zone.nodes)
    : await nodesFor(place, fault);
  if (nodes.length > 0) return nodes;
  const spared = `${place.entry_node}, where the load enters, or on this machine`;
  const why = !isZone
    ? `there is no node to hit: all ready pods of ${kind} ${name} run on ${spared}`
    : fault.zone === 'any'
      ? `there is no zone to hit: all ready pods of ${kind} ${name} run on nodes without the label topology.kubernetes.io/zone, or in the zone of ${place.entry_node}, where the load enters, or in that of this machine`
      : `zone ${fault.zone} is not for it to hit: it has no node, or it is that of ${spared}`;
  throw new UserError(`${fault.type}: ${why}`, {
    exitCode: EXIT.configuration,
    hint: 'spread them, with topologySpreadConstraints or more replicas; losing the way in loses everything, which needs no trial',
  });
}
