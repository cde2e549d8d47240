/** Which nodes a fault may hit, and whether there are any. */
import { EXIT, UserError } from '../scenario/errors.ts';
import type { Fault, FaultMode, Scenario } from '../scenario/scenario.ts';
import type { ClusterReader } from './cluster/cluster.ts';
import { actionFor } from './fault-action.ts';
import { ownAddresses } from './own-addresses.ts';
import { candidateNodesOf, checkNeighbours } from './safety/blast-radius.ts';
import { ownPods } from './safety/limits.ts';
import { targetOf } from './safety/protection.ts';

interface Place {
  readonly scenario: Scenario;
  readonly cluster: ClusterReader;
  /** Node where the load enters; undefined where it is not known which. */
  readonly entry_node: string | undefined;
}

type NodeFault = Extract<Fault, { readonly mode: FaultMode }>;

/** Nodes that a fault may hit now. */
export async function nodesFor({ scenario, cluster, entry_node }: Place, fault: NodeFault) {
  const workload = targetOf(scenario, fault);
  const [{ candidates }, nodes] = await Promise.all([
    ownPods({ scenario, cluster }, workload),
    cluster.nodes(),
  ]);
  return candidateNodesOf(workload, candidates, nodes, entry_node, ownAddresses());
}

/**
 * There must be a node to hit, which is not the one where the load enters, and it must run nothing that the scenario
 * does not name: refused before any fault.
 *
 * @throws UserError with EXIT.configuration
 */
export async function checkNodeFaults(place: Place): Promise<void> {
  const { scenario, cluster, entry_node } = place;
  for (const fault of scenario.faults) {
    if (!('mode' in fault) || actionFor(fault.type).on !== 'nodes') continue;
    if (entry_node === undefined) {
      throw new UserError(
        `${fault.type}: the load goes to the address of no node, so it might hit the one where the load enters`,
        {
          exitCode: EXIT.configuration,
          hint: 'make the Service a NodePort, without a load balancer before it, or run foreshock on a node that runs none of its pods',
        },
      );
    }
    const nodes = await nodesFor(place, fault);
    if (nodes.length === 0) {
      const { kind, name } = targetOf(scenario, fault);
      throw new UserError(
        `${fault.type}: there is no node to hit: all ready pods of ${kind} ${name} run on ${entry_node}, where the load enters, or on this machine`,
        {
          exitCode: EXIT.configuration,
          hint: 'spread them, with topologySpreadConstraints or more replicas; losing the way in loses everything, which needs no trial',
        },
      );
    }
    for (const { name } of nodes) {
      await checkNeighbours(cluster, scenario, fault.type, name, EXIT.configuration);
    }
  }
}
