/**
 * What faults must keep to: one set of rules for both arms, so that what is refused in a cluster is refused in the
 * simulator.
 */
import type { Fault } from './fault.ts';
import type { Safety, Taint } from './scenario.ts';
import { selects } from './selector.ts';
import type { IntOrPercent, Labels, Selector, Workload } from './workload.ts';

/** Kubernetes' own; a fault there takes down more than any scenario names. */
export const PROTECTED_NAMESPACES: readonly string[] = ['kube-system', 'kube-public', 'kube-node-lease'];

/** Where a scenario says nothing. */
export const SAFETY_DEFAULT: Safety = {
  namespaces: undefined,
  protected_namespaces: [],
  protected_labels: {},
  opt_in_label: undefined,
  max_victims: undefined,
  max_per_node: undefined,
  max_per_zone: undefined,
  min_healthy: undefined,
  ignore_disruption_budgets: false,
  abort: { objectives: false, error_rate: undefined, probe: undefined, lost_connection_ms: 10_000 },
};

/** A pod that is there when an act is about to hit. */
export interface PodNow {
  readonly workload: Pick<Workload, 'kind' | 'name' | 'namespace' | 'replicas'>;
  readonly name: string;
  readonly labels: Labels;
  /** Ready, not on its way out, and not hit by a fault that is not over. */
  readonly healthy: boolean;
  /** Whether its labels let it be hit: see `mayBeHit`. */
  readonly touchable: boolean;
  readonly node: string | undefined;
  /** undefined where its node has none, or is not known. */
  readonly zone: string | undefined;
}

/** A disruption budget, and how many more pods it lets go now. */
export interface BudgetNow {
  readonly name: string;
  readonly namespace: string;
  readonly selector: Selector;
  readonly allowed: number;
}

/** As much of a fault as the rules ask for. */
export interface FaultKind extends Pick<Fault, 'type'> {
  /** Of a node-taint. */
  readonly taint?: Pick<Taint, 'effect'>;
}

/** What an act is about to do. */
export interface Situation {
  readonly fault: FaultKind;
  /** All of the workloads that it touches. */
  readonly pods: readonly PodNow[];
  /** Those of them that it hits. */
  readonly hit: readonly PodNow[];
  /** How many of those it hits at most, where its workload's controller chooses which and when. Left out: all, and now. */
  readonly hit_max?: number;
  /** Whether it hits nodes, with all that they run. */
  readonly isOfNodes: boolean;
  readonly budgets: readonly BudgetNow[];
  /**
   * How many healthy pods of a workload its controller may take at any moment, whichever those are, by `workloadText`: for
   * what is under way, and for the act itself where that has `hit_max`. Left out: none.
   */
  readonly leaving?: ReadonlyMap<string, number>;
}

/**
 * Whether a fault goes around what a disruption budget guards: it deletes, or has Kubernetes delete, which asks nobody
 * (Kubernetes 1.35 pkg/controller/tainteviction/taint_eviction.go deletePodHandler). Evictions ask the budgets
 * themselves, and no budget is about containers that die and nodes that are lost.
 */
export const asksBudgets = (fault: FaultKind, safety: Safety): boolean =>
  deletes(fault) && !safety.ignore_disruption_budgets;

const deletes = ({ type, taint }: FaultKind): boolean =>
  type === 'pod-kill' || (type === 'node-taint' && taint?.effect === 'NoExecute');

/** Why an act must not be done, in a sentence that begins with the fault; undefined where it may. */
export function refusalOf(safety: Safety, situation: Situation): string | undefined {
  const { fault, hit, hit_max } = situation;
  if (hit.length === 0 || hit_max === 0) return undefined;
  const reason = untouchable(safety, hit) ?? tooMany(safety, situation) ?? budgetRefuses(safety, situation);
  return reason && `${fault.type} ${reason}`;
}

/** Whether a pod may be hit at all. @param ofWorkload the labels of its workload's own object */
export function mayBeHit(
  { opt_in_label: optIn, protected_labels: kept }: Safety,
  labels: Labels,
  ofWorkload: Labels,
): boolean {
  if (carriesAny(kept, labels) || carriesAny(kept, ofWorkload)) return false;
  return optIn === undefined || carries(optIn, labels) || carries(optIn, ofWorkload);
}

/** A label that must be there; with any value where none is said. */
export interface LabelWanted {
  readonly key: string;
  readonly value: string | undefined;
}

const carries = ({ key, value }: LabelWanted, labels: Labels): boolean =>
  Object.hasOwn(labels, key) && (value === undefined || labels[key] === value);

const carriesAny = (wanted: Labels, labels: Labels): boolean =>
  Object.entries(wanted).some(([key, value]) => carries({ key, value }, labels));

export const labelText = ({ key, value }: LabelWanted): string =>
  value === undefined ? key : `${key}=${value}`;

function untouchable(
  { namespaces, protected_namespaces: kept }: Safety,
  hit: readonly PodNow[],
): string | undefined {
  const wrong = hit.find(
    ({ workload: { namespace } }) =>
      [...PROTECTED_NAMESPACES, ...kept].includes(namespace) || namespaces?.includes(namespace) === false,
  );
  if (wrong !== undefined) {
    return `would hit ${wrong.name} in namespace ${wrong.workload.namespace}, which is not allowed`;
  }
  const spared = hit.find(({ touchable }) => !touchable);
  return spared && `would hit ${spared.name}, which its labels keep from faults (\`safety\`)`;
}

function tooMany(safety: Safety, situation: Situation): string | undefined {
  const { fault, pods, hit, isOfNodes, leaving } = situation;
  const hit_max = situation.hit_max ?? Number.POSITIVE_INFINITY;
  for (const [name, own] of Map.groupBy(pods, ({ workload }) => workloadText(workload))) {
    const ownHit = hit.filter(({ workload }) => workloadText(workload) === name);
    const first = own[0];
    if (first === undefined || ownHit.length === 0) continue;
    const isTaken = (pod: PodNow) => situation.hit_max === undefined && ownHit.includes(pod);
    const staying = own.filter((pod) => pod.healthy && !isTaken(pod)).length;
    const reason =
      aboveCap(safety, first.workload, Math.min(hit_max, ownHit.length)) ??
      (isOfNodes ? undefined : aboveCapOf('node', safety.max_per_node, own, ownHit, hit_max)) ??
      // That a zone goes as a whole is what its outage is.
      (fault.type === 'zone-outage'
        ? undefined
        : aboveCapOf('zone', safety.max_per_zone, own, ownHit, hit_max)) ??
      belowHealthy(safety, first.workload, Math.max(0, staying - (leaving?.get(name) ?? 0)));
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function aboveCap(
  { max_victims: most }: Safety,
  workload: PodNow['workload'],
  hit: number,
): string | undefined {
  if (most === undefined) return undefined;
  const limit = amount(most, workload.replicas, 'down');
  if (hit <= limit) return undefined;
  return `would hit ${hit} pods of ${workloadText(workload)}; safety.max_victims allows ${limit}`;
}

/** How many of a workload's pods in one place are hit, or may all be; a share is of those that are there. */
function aboveCapOf(
  where: 'node' | 'zone',
  most: IntOrPercent | undefined,
  own: readonly PodNow[],
  hit: readonly PodNow[],
  hit_max: number,
): string | undefined {
  if (most === undefined) return undefined;
  for (const [place, hitThere] of Map.groupBy(hit, (pod) => pod[where])) {
    const [{ name, workload }] = hitThere as [PodNow];
    if (place === undefined)
      return `would hit ${name}, of which no ${where} is known; safety.max_per_${where} is about it`;
    const limit = amount(most, own.filter((pod) => pod[where] === place).length, 'down');
    const count = Math.min(hit_max, hitThere.length);
    if (count <= limit) continue;
    return `would hit ${count} pods of ${workloadText(workload)} on ${where} ${place}; safety.max_per_${where} allows ${limit}`;
  }
  return undefined;
}

function belowHealthy(
  { min_healthy: least }: Safety,
  workload: PodNow['workload'],
  left: number,
): string | undefined {
  if (least === undefined) return undefined;
  const wanted = amount(least, workload.replicas, 'up');
  if (left >= wanted) return undefined;
  return `would leave ${left} healthy pods of ${workloadText(workload)}; safety.min_healthy wants ${wanted}`;
}

function budgetRefuses(safety: Safety, { fault, hit, budgets }: Situation): string | undefined {
  if (!asksBudgets(fault, safety)) return undefined;
  for (const { name, namespace, selector, allowed } of budgets) {
    const covered = hit.filter(
      (pod) => pod.workload.namespace === namespace && selects(selector, pod.labels),
    );
    if (covered.length <= allowed) continue;
    return `would delete ${covered.length} ${covered.length === 1 ? 'pod' : 'pods'} of which PodDisruptionBudget ${namespace}/${name} lets ${Math.max(0, allowed)} go`;
  }
  return undefined;
}

/** What a number or a share of `total` comes to. */
export function amount(value: IntOrPercent, total: number, rounded: 'up' | 'down'): number {
  if ('pods' in value) return value.pods;
  const exact = (value.percent * total) / 100;
  return rounded === 'up' ? Math.ceil(exact) : Math.floor(exact);
}

/** "Deployment shop/web" */
export const workloadText = ({ kind, namespace, name }: Omit<PodNow['workload'], 'replicas'>): string =>
  `${kind} ${namespace}/${name}`;
