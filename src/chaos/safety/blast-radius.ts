/** How far a fault may reach: the last look before an act, on what was chosen, whoever chose it. */
import { EXIT, UserError } from '../../scenario/errors.ts';
import type { Fault, FaultMode, Scenario, Workload, ZoneOutage } from '../../scenario/scenario.ts';
import { victimsMax } from '../../scenario/selection.ts';
import type { ClusterNode, ClusterReader, Pod } from '../cluster/cluster.ts';
import { isAlive, isOwnedBy } from './ownership.ts';

interface Chosen {
  readonly type: Fault['type'];
  readonly mode: FaultMode;
  readonly value: number | undefined;
}

/** Pods that a fault may hit: the workload's own, ready and not about to go. */
export function candidatesOf(workload: Workload, pods: readonly Pod[]): readonly Pod[] {
  return pods.filter((pod) => isOwnedBy(workload, pod) && pod.ready && !pod.terminating);
}

/**
 * Nodes that a fault may hit: those where the workload has candidates, but neither the one where the load enters nor
 * this machine, should it be one.
 *
 * @param own addresses of this machine
 * @returns in the order of their names
 */
export function candidateNodesOf(
  workload: Workload,
  pods: readonly Pod[],
  nodes: readonly ClusterNode[],
  entry_node: string | undefined,
  own: ReadonlySet<string>,
): readonly ClusterNode[] {
  const used = new Set(candidatesOf(workload, pods).map(({ node }) => node));
  return nodes
    .filter(({ name }) => used.has(name) && name !== entry_node)
    .filter(({ addresses }) => !addresses.some((address) => own.has(address)))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** A zone, with all of its nodes in the order of their names. */
export interface Zone {
  readonly name: string;
  readonly nodes: readonly ClusterNode[];
}

/**
 * Zones that an outage may hit: the one that it names, or those where the workload has candidates; but neither that
 * where the load enters nor that of this machine, should it be a node.
 *
 * @param own addresses of this machine
 * @returns in the order of their names
 */
export function candidateZonesOf(
  { zone: wanted }: ZoneOutage,
  workload: Workload,
  pods: readonly Pod[],
  nodes: readonly ClusterNode[],
  entry_node: string | undefined,
  own: ReadonlySet<string>,
): readonly Zone[] {
  const used = new Set(candidatesOf(workload, pods).map(({ node }) => node));
  const isSpared = ({ name, addresses }: ClusterNode) =>
    name === entry_node || addresses.some((address) => own.has(address));
  const byName = (a: { readonly name: string }, b: { readonly name: string }) => (a.name < b.name ? -1 : 1);
  return [...Map.groupBy(nodes, ({ zone }) => zone)]
    .flatMap(([name, its]) => (name === undefined ? [] : [{ name, nodes: its.toSorted(byName) }]))
    .filter((zone) => !zone.nodes.some(isSpared))
    .filter(({ name, nodes: its }) =>
      wanted === 'any' ? its.some((node) => used.has(node.name)) : name === wanted,
    )
    .toSorted(byName);
}

/** @throws UserError where there is more than one victim, or it is no candidate */
export function checkZoneVictims(candidates: readonly Zone[], victims: readonly Zone[]): void {
  if (victims.length > 1) throw refused(`zone-outage would hit ${victims.length} zones; it may hit one`);
  const outside = victims.find(({ name }) => !candidates.some((zone) => zone.name === name));
  if (outside !== undefined)
    throw refused(`zone-outage would hit zone ${outside.name}, which is not for it to hit`);
}

/** @throws UserError where there are more victims than the fault's mode allows, or one is no candidate */
export function checkPodVictims(
  fault: Chosen,
  workload: Workload,
  pods: readonly Pod[],
  victims: readonly Pod[],
): void {
  const reason = `${workload.kind} ${workload.name} does not own`;
  checkVictims(fault, 'pods', candidatesOf(workload, pods), victims, reason);
}

/** @throws UserError where there are more victims than the fault's mode allows, or one is no candidate */
export function checkNodeVictims(
  fault: Chosen,
  workload: Workload,
  candidates: readonly ClusterNode[],
  victims: readonly ClusterNode[],
): void {
  const reason = `is not for it to hit: no ready pod of ${workload.kind} ${workload.name}, or the load enters there, or it is this machine`;
  checkVictims(fault, 'nodes', candidates, victims, reason);
}

function checkVictims(
  { type, mode, value }: Chosen,
  what: 'pods' | 'nodes',
  candidates: readonly { readonly uid: string }[],
  victims: readonly { readonly uid: string; readonly name: string }[],
  reason: string,
): void {
  const limit = victimsMax(candidates.length, mode, value);
  if (new Set(victims.map(({ uid }) => uid)).size > limit) {
    throw refused(`${type} would hit ${victims.length} ${what}; mode ${mode} allows ${limit}`);
  }
  const outside = victims.filter((victim) => !candidates.some(({ uid }) => uid === victim.uid));
  if (outside.length > 0) {
    const names = outside.map(({ name }) => name).join(', ');
    throw refused(`${type} would hit ${names}, which ${reason}`);
  }
}

/** Those of DaemonSets and the kubelet's own are part of the node. */
const isOfEveryNode = (pod: Pod): boolean => pod.mirror || pod.owner?.kind === 'DaemonSet';

/**
 * A node takes down with it what runs there. Nothing may go that the scenario does not name, but for pods that every
 * node has.
 *
 * @param hits whether the fault takes a pod down that runs there; left out: all but those that every node has
 * @param exitCode what the refusal means: before any fault, that the cluster is not as it must be
 * @throws UserError that names the pods of others
 */
export async function checkNeighbours(
  cluster: ClusterReader,
  { workloads }: Scenario,
  fault: Fault,
  node: string,
  hits: (fault: Fault, pod: Pod) => boolean = (_, pod) => !isOfEveryNode(pod),
  exitCode: number = EXIT.aborted,
): Promise<void> {
  const others = (await cluster.podsOn(node)).filter(
    (pod) => isAlive(pod) && hits(fault, pod) && !workloads.some((workload) => isOwnedBy(workload, pod)),
  );
  if (others.length === 0) return;
  const names = others.map(({ namespace, name }) => `${namespace}/${name}`).join(', ');
  throw new UserError(
    `${fault.type} would hit node ${node}, which also runs pods that the scenario does not name: ${names}`,
    { exitCode, hint: 'move them to other nodes, or keep the scenario away from theirs; nothing was hit' },
  );
}

function refused(message: string): UserError {
  return new UserError(message, { exitCode: EXIT.aborted, hint: 'nothing was hit by this act' });
}
