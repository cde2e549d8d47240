import { EXIT, UserError } from '../scenario/errors.ts';
import { stream } from '../scenario/random.ts';
import type { Told } from '../scenario/rollout-limit.ts';
import { mayBeHit } from '../scenario/safety.ts';
import { scaledTo } from '../scenario/scaled-to.ts';
import type { Fault, FaultMode, Labels, Scenario, ZoneOutage } from '../scenario/scenario.ts';
import { chooseVictims } from '../scenario/selection.ts';
import { selects } from '../scenario/selector.ts';
import type { ClusterNode, ClusterReader, Pod } from './cluster/cluster.ts';
import { type AnyAction, actionFor } from './fault-action.ts';
import { nodesFor, zonesFor } from './node-faults.ts';
import {
  checkNeighbours,
  checkNodeVictims,
  checkPodVictims,
  checkZoneVictims,
} from './safety/blast-radius.ts';
import type { Claim, Claimed } from './safety/claims.ts';
import type { Target } from './safety/journal.ts';
import { checkLimits, type OwnPods, ownPods } from './safety/limits.ts';
import { targetOf } from './safety/protection.ts';

export interface Choice {
  readonly scenario: Scenario;
  readonly cluster: ClusterReader;
  readonly trial: number;
  /** Node where the load enters; undefined where it is not known which. */
  readonly entry_node: string | undefined;
  /** What other acts of the trial take; undefined: there are none. */
  readonly claimed?: Claimed;
}

type WorkloadFault = Extract<Fault, { readonly workload: string }>;
type ServiceFault = Extract<Fault, { readonly service: string }>;
type VictimFault = Extract<Fault, { readonly mode: FaultMode }>;
type On<K extends AnyAction['on']> = Extract<AnyAction, { readonly on: K }>;

/**
 * What one act of a fault is caused on: victims by the luck of the trial, as the simulator draws it too, and checked
 * against what the fault may hit.
 *
 * @param purpose names the stream of luck
 * @throws UserError where a check fails: nothing has been hit
 */
export async function chooseTargets(
  choice: Choice,
  fault: Fault,
  purpose: string,
): Promise<readonly Target[]> {
  const action = actionFor(fault.type);
  switch (action.on) {
    case 'cluster':
      return [{ ...action.targetOf(fault), namespace: '', uid: undefined }];
    case 'workload':
      return [await workloadTarget(choice, action, fault as WorkloadFault)];
    case 'service':
      return [await serviceTarget(choice, action, fault as ServiceFault)];
    case 'pods':
      return podTargets(choice, action, fault as VictimFault, purpose);
    case 'nodes':
      return nodeTargets(choice, action, fault as VictimFault | ZoneOutage, purpose);
  }
}

/** What an act on these targets takes. */
export function claimOf(scenario: Scenario, fault: Fault, targets: readonly Target[]): Claim {
  const action = actionFor(fault.type);
  const claim = { fault, targets, removes: action.removes !== undefined, takes: () => false };
  switch (action.on) {
    case 'cluster':
    // Its pods stay as they are.
    case 'service':
      return claim;
    case 'pods': {
      const uids = new Set(targets.map(({ uid }) => uid));
      return { ...claim, takes: ({ uid }) => uids.has(uid) };
    }
    case 'nodes': {
      const names = new Set(targets.map(({ name }) => name));
      // Those that come there meanwhile, too.
      const isThere = ({ node }: Pod) => node !== undefined && names.has(node);
      const { expels } = action;
      return {
        ...claim,
        takes: (pod) => isThere(pod) && (action.hitsPod?.(fault, pod) ?? true),
        ...(expels === undefined ? {} : { expels: (pod) => isThere(pod) && expels(fault, pod) }),
      };
    }
    case 'workload': {
      const [target] = targets;
      if (target === undefined) return claim;
      const of = fault as WorkloadFault;
      const told = toldBy(of, Number(target.before?.replicas));
      return { ...claim, told: { workload: targetOf(scenario, of), ...told } };
    }
  }
}

async function podTargets(
  choice: Choice,
  action: On<'pods'>,
  fault: VictimFault,
  purpose: string,
): Promise<readonly Target[]> {
  const workload = targetOf(choice.scenario, fault);
  const own = await ownPods(choice, workload);
  const victims = drawn(choice, fault, purpose, own.candidates);
  checkPodVictims(fault, workload, own.pods, victims);
  await checkLimits(choice, fault, { own: [own], uids: uidsOf(victims), isOfNodes: false });
  const container = 'container' in fault ? { container: fault.container } : {};
  return victims.map(({ namespace, name, uid }) => {
    const before = action.remember === undefined ? {} : { before: action.remember(fault) };
    return { kind: 'Pod', namespace, name, uid, ...container, ...before };
  });
}

async function nodeTargets(
  choice: Choice,
  action: On<'nodes'>,
  fault: VictimFault | ZoneOutage,
  purpose: string,
): Promise<readonly Target[]> {
  const { cluster, scenario } = choice;
  const victims =
    'zone' in fault ? await zoneVictims(choice, fault, purpose) : await nodeVictims(choice, fault, purpose);
  for (const { name } of victims) await checkNeighbours(cluster, scenario, fault, name, action.hitsPod);
  const own = await Promise.all(scenario.workloads.map((each) => ownPods(choice, each)));
  const names = new Set(victims.map(({ name }) => name));
  const hit = own
    .flatMap(({ pods }) => pods)
    .filter(({ node }) => node !== undefined && names.has(node))
    .filter((pod) => action.hitsPod?.(fault, pod) ?? true);
  await checkLimits(choice, fault, { own, uids: uidsOf(hit), isOfNodes: true });
  return victims.map((node) => {
    const before = action.remember?.(node, fault);
    return {
      ...{ kind: 'Node', namespace: '', name: node.name, uid: node.uid },
      ...(before === undefined ? {} : { before }),
    };
  });
}

async function nodeVictims(
  choice: Choice,
  fault: VictimFault,
  purpose: string,
): Promise<readonly ClusterNode[]> {
  const candidates = await nodesFor(choice, fault);
  const victims = drawn(choice, fault, purpose, candidates);
  checkNodeVictims(fault, targetOf(choice.scenario, fault), candidates, victims);
  return victims;
}

/** All nodes of one zone. */
async function zoneVictims(
  choice: Choice,
  fault: ZoneOutage,
  purpose: string,
): Promise<readonly ClusterNode[]> {
  const candidates = await zonesFor(choice, fault);
  const victims = drawn(choice, { mode: 'one', value: undefined }, purpose, candidates);
  checkZoneVictims(candidates, victims);
  return victims.flatMap(({ nodes }) => nodes);
}

const uidsOf = (pods: readonly Pod[]): ReadonlySet<string> => new Set(pods.map(({ uid }) => uid));

async function workloadTarget(choice: Choice, action: On<'workload'>, fault: WorkloadFault): Promise<Target> {
  const { scenario } = choice;
  const workload = targetOf(scenario, fault);
  const { kind, namespace, name } = workload;
  const own = await ownPods(choice, workload);
  const { state } = own;
  if (state === undefined) throw gone(fault, `${kind} ${namespace}/${name}`);
  checkTouchable(scenario, fault, own, state.labels);
  // Which of them its controller takes is its own to choose.
  const told = toldBy(fault, state.replicas);
  await checkLimits(choice, fault, { own: [own], uids: uidsOf(own.candidates), isOfNodes: false, told });
  const container = 'container' in fault ? { container: fault.container } : {};
  const before = action.remember === undefined ? {} : { before: action.remember(state, fault) };
  return { kind, namespace, name, uid: state.uid, ...container, ...before };
}

/** What such a fault tells the controller of a workload, now or when it is undone. @param present replicas that it has */
function toldBy(fault: WorkloadFault, present: number): Told {
  if (fault.type !== 'scale') return { replicas: [], isRolling: true };
  return { replicas: [present, scaledTo(present, fault.replicas)], isRolling: false };
}

/** What befalls a Service befalls the clients of all pods behind it. */
async function serviceTarget(choice: Choice, action: On<'service'>, fault: ServiceFault): Promise<Target> {
  const { cluster, scenario } = choice;
  const { service: name, namespace } = fault;
  const service = scenario.services.find((each) => each.name === name && each.namespace === namespace);
  const behind = scenario.workloads.filter(
    (each) => each.namespace === namespace && selects(service?.selector ?? {}, each.pod.labels),
  );
  const own = await Promise.all(behind.map((each) => ownPods(choice, each)));
  const uids = uidsOf(own.flatMap(({ pods }) => pods));
  await checkLimits(choice, fault, { own, uids, isOfNodes: false });
  const found = await cluster.find({ apiVersion: 'v1', kind: 'Service', namespace, name });
  if (found === undefined) throw gone(fault, `Service ${namespace}/${name}`);
  const before = await action.remember?.(cluster, fault, found.uid);
  return { kind: 'Service', namespace, name, uid: found.uid, ...(before === undefined ? {} : { before }) };
}

function gone({ type }: Fault, what: string): UserError {
  return new UserError(`${type}: ${what} is gone`, {
    exitCode: EXIT.aborted,
    hint: 'somebody else has deleted it; nothing was done by this act',
  });
}

/** A change of the workload is a change of every pod. */
function checkTouchable(
  { safety }: Scenario,
  { type }: Fault,
  { workload: { kind, namespace, name }, pods }: OwnPods,
  labels: Labels,
): void {
  const all = pods.length === 0 ? [{}] : pods.map((pod) => pod.labels);
  if (all.every((each) => mayBeHit(safety, each, labels))) return;
  throw new UserError(
    `${type} would change ${kind} ${namespace}/${name}, which its labels keep from faults`,
    {
      exitCode: EXIT.aborted,
      hint: 'nothing was hit by this act; the rules are under `safety` in the scenario',
    },
  );
}

function drawn<T extends { readonly name: string }>(
  { scenario, trial }: Choice,
  { mode, value }: Pick<VictimFault, 'mode' | 'value'>,
  purpose: string,
  candidates: readonly T[],
): readonly T[] {
  const names = candidates.map(({ name }) => name);
  const chosen = chooseVictims(names, mode, value, stream(scenario.seed, trial, purpose));
  return candidates.filter(({ name }) => chosen.includes(name));
}
