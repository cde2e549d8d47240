/** The acts of the first trial, and whom they would hit, as far as that can be told beforehand. */
import { actTimes } from '../scenario/act-times.ts';
import { UserError } from '../scenario/errors.ts';
import type { Fault, Workload } from '../scenario/scenario.ts';
import { victimsMax } from '../scenario/selection.ts';
import type { PlannedAct, PlannedTarget } from '../timeline/dry-run.ts';
import { type Choice, chooseTargets } from './choose.ts';
import type { ClusterReader, Pod } from './cluster/cluster.ts';
import { actionFor } from './fault-action.ts';
import { nodesFor } from './node-faults.ts';
import type { Target } from './safety/journal.ts';
import { ownPods } from './safety/limits.ts';
import { isAlive, isOwnedBy, podsOf } from './safety/ownership.ts';
import { targetOf } from './safety/protection.ts';

export interface Plannable extends Choice {
  /** Why pods cannot be told at all; undefined where they can. */
  readonly why: string | undefined;
}

interface Act {
  readonly fault: Fault;
  readonly index: number;
  readonly repetition: number;
  readonly at_ms: number;
}

/** @returns the acts in the order of time, and why some of them would be refused */
export async function planActs(
  plannable: Plannable,
): Promise<{ acts: readonly PlannedAct[]; refusals: readonly UserError[] }> {
  const times_ms = actTimes(plannable.scenario, plannable.trial);
  const ordered = plannable.scenario.faults
    .flatMap((fault, index) =>
      times_ms[index]!.map((at_ms, repetition): Act => ({ fault, index, repetition, at_ms })),
    )
    .sort((a, b) => a.at_ms - b.at_ms);
  const refusals: UserError[] = [];
  const acts: PlannedAct[] = [];
  for (const [place, act] of ordered.entries()) {
    const why = plannable.why ?? disturbed(act.fault, ordered.slice(0, place));
    const isNamed = why === undefined || actionFor(act.fault.type).on === 'cluster';
    try {
      const named = isNamed ? { targets: await targetsOf(plannable, act) } : { unnamed: why };
      acts.push({ ...(await outline(plannable, act)), ...named });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      refusals.push(error);
      acts.push({ ...(await outline({ ...plannable, why: error.message }, act)), unnamed: error.message });
    }
  }
  return { acts, refusals };
}

/** Why it cannot be told whom a fault hits after these others. */
function disturbed(fault: Fault, earlier: readonly Act[]): string | undefined {
  if (!hasVictims(fault) || !('workload' in fault)) return undefined;
  const other = earlier.find(
    ({ fault: other }) =>
      'workload' in other &&
      (actionFor(other.type).on === 'nodes' ||
        (other.workload === fault.workload && other.namespace === fault.namespace)),
  );
  if (other === undefined) return undefined;
  return `by then the ${other.fault.type} at ${other.at_ms / 1000} s has changed which pods there are`;
}

/** Whether it hits some of the pods or nodes, rather than the whole of something. */
const hasVictims = ({ type }: Fault): boolean => ['pods', 'nodes'].includes(actionFor(type).on);

async function outline(
  plannable: Plannable,
  { fault, index, repetition, at_ms }: Act,
): Promise<Omit<PlannedAct, 'targets' | 'unnamed'>> {
  const action = actionFor(fault.type);
  const duration_ms = 'duration_ms' in fault ? fault.duration_ms : undefined;
  const end = duration_ms === undefined ? 'end' : at_ms + duration_ms;
  return {
    fault: fault.type,
    index,
    repetition,
    at_ms,
    ...(action.undo === undefined ? {} : { undone_at_ms: end }),
    undo: undoingOf(action),
    blast_radius: await reach(plannable, fault),
  };
}

function undoingOf({ undo, endsByItself, byHand }: ReturnType<typeof actionFor>): string {
  if (undo === undefined) return byHand(NOBODY);
  if (endsByItself === true) return 'by itself when its time is up, by foreshock where that must be earlier';
  return 'by foreshock; if it were killed, by its next run';
}

/** Of what is not undone, the way back is the same whatever was hit. */
const NOBODY: Target = { kind: '', namespace: '', name: '', uid: undefined };

/** How far a fault reaches at most, in words. */
async function reach(plannable: Plannable, fault: Fault): Promise<string> {
  if ('percentage' in fault) {
    return `${fault.percentage} % of the requests to Service ${fault.namespace}/${fault.service}`;
  }
  if ('service' in fault) return `all clients of Service ${fault.namespace}/${fault.service}`;
  if (!('workload' in fault)) return 'everybody who uses the cluster';
  const workload = targetOf(plannable.scenario, fault);
  const whole = `${workload.kind} ${workload.namespace}/${workload.name}`;
  if ('zone' in fault) return zoneReach(fault.zone, whole);
  if (!('mode' in fault) || !hasVictims(fault)) {
    return workload.replicas === 1 ? `the only pod of ${whole}` : `all ${workload.replicas} pods of ${whole}`;
  }
  const isNodes = actionFor(fault.type).on === 'nodes';
  if (plannable.why !== undefined) {
    if (isNodes) return `nodes of ${whole}, mode ${fault.mode}`;
    return `${victimsMax(workload.replicas, fault.mode, fault.value)} of ${workload.replicas} pods of ${whole}`;
  }
  if (isNodes) {
    const { length } = await nodesFor(plannable, fault);
    return `${victimsMax(length, fault.mode, fault.value)} of ${length} nodes that run ${whole}, with all that they run`;
  }
  const { length } = (await ownPods(plannable, workload)).candidates;
  return `${victimsMax(length, fault.mode, fault.value)} of ${length} ready pods of ${whole}`;
}

const zoneReach = (zone: string, whole: string): string =>
  `all nodes of ${zone === 'any' ? `one zone that runs ${whole}` : `zone ${zone}`}, with all that they run`;

async function targetsOf(
  plannable: Plannable,
  { fault, index, repetition }: Act,
): Promise<readonly PlannedTarget[]> {
  const targets = await chooseTargets(plannable, fault, `victims/${index}/${repetition}`);
  return Promise.all(targets.map((target) => described(plannable, target, fault)));
}

async function described(
  { scenario, cluster }: Plannable,
  { kind, namespace, name, uid, container }: Target,
  fault: Fault,
): Promise<PlannedTarget> {
  const base = { kind, namespace, name, uid, ...(container === undefined ? {} : { container }) };
  if (kind === 'Node') {
    const pods = (await cluster.podsOn(name)).filter((pod) => isOurs(scenario.workloads, pod));
    return { ...base, pods: pods.map((pod) => `${pod.namespace}/${pod.name}`) };
  }
  if (kind !== 'Pod' || !('workload' in fault)) return base;
  const pods = await podsOf(cluster, targetOf(scenario, fault));
  const node = pods.find((pod) => pod.uid === uid)?.node;
  return { ...base, node, zone: await zoneOf(cluster, node) };
}

/** Not every account may see the nodes. */
async function zoneOf(cluster: ClusterReader, node: string | undefined): Promise<string | undefined> {
  try {
    return (await cluster.nodes()).find(({ name }) => name === node)?.zone;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

const isOurs = (workloads: readonly Workload[], pod: Pod): boolean =>
  isAlive(pod) && workloads.some((workload) => isOwnedBy(workload, pod));
