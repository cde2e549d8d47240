/** The rules of the scenario's `safety`, held against the cluster a moment before an act. */
import { EXIT, UserError } from '../../scenario/errors.ts';
import { keptMin, type Told, takenMax } from '../../scenario/rollout-limit.ts';
import {
  asksBudgets,
  type BudgetNow,
  mayBeHit,
  type PodNow,
  refusalOf,
  workloadText,
} from '../../scenario/safety.ts';
import type { Fault, Safety, Scenario, Workload } from '../../scenario/scenario.ts';
import { selectorText, selects } from '../../scenario/selector.ts';
import type { ClusterReader, Pod, WorkloadState } from '../cluster/cluster.ts';
import { candidatesOf } from './blast-radius.ts';
import type { Claimed } from './claims.ts';
import { podsOf } from './ownership.ts';

export interface Limited {
  readonly scenario: Scenario;
  readonly cluster: ClusterReader;
  /** What other acts take; undefined: there are none. */
  readonly claimed?: Claimed | undefined;
}

/** The living pods of a workload, and which of them a fault may hit at all. */
export interface OwnPods {
  readonly workload: Workload;
  /** As it was before its pods were looked at: what its controller has done since shows in them. */
  readonly state: WorkloadState | undefined;
  readonly pods: readonly Pod[];
  /** Ready, not on their way out or about to be, and not kept from faults by a label. */
  readonly candidates: readonly Pod[];
}

export async function ownPods({ scenario, cluster, claimed }: Limited, workload: Workload): Promise<OwnPods> {
  const state = isAsked(scenario.safety, workload) ? await cluster.workload(workload) : undefined;
  const pods = await podsOf(cluster, workload);
  claimed?.see(pods);
  const candidates = candidatesOf(workload, pods).filter(
    (pod) => claimed?.isLeaving(pod) !== true && mayBeHit(scenario.safety, pod.labels, state?.labels ?? {}),
  );
  return { workload, state, pods, candidates };
}

/** Pods of a Job end by themselves, whatever its object says; but its labels may keep them from faults. */
const isAsked = ({ opt_in_label, protected_labels }: Safety, { kind }: Workload): boolean =>
  kind !== 'Job' || opt_in_label !== undefined || Object.keys(protected_labels).length > 0;

/** What an act is about to hit. */
export interface Hit {
  readonly own: readonly OwnPods[];
  /** UIDs of the pods among them. */
  readonly uids: ReadonlySet<string>;
  readonly isOfNodes: boolean;
  /** What the controller of `own`, which is one then, is about to be told: it chooses whom of those it hits. */
  readonly told?: Told;
}

/** @throws UserError with EXIT.aborted where a rule forbids it: nothing has been hit by this act */
export async function checkLimits(
  limited: Limited,
  fault: Fault,
  { own, uids, isOfNodes, told }: Hit,
): Promise<void> {
  const { scenario, cluster, claimed } = limited;
  const { safety } = scenario;
  const zones = await zonesOf(cluster, safety);
  const known = own.flatMap(({ workload, pods, candidates }) =>
    pods.map((pod) => ({
      isHit: uids.has(pod.uid),
      now: {
        workload,
        name: pod.name,
        labels: pod.labels,
        healthy: isHealthy(pod, claimed),
        // One that is not ready is as good as gone, whoever may hit it.
        touchable: !isReady(pod) || claimed?.isLeaving(pod) === true || candidates.includes(pod),
        node: pod.node,
        zone: pod.node === undefined ? undefined : zones.get(pod.node),
      } satisfies PodNow,
    })),
  );
  const hit = known.filter(({ isHit }) => isHit).map(({ now }) => now);
  const more = told === undefined ? [] : [told];
  const leaving = new Map(
    own.map((each) => [workloadText(each.workload), leavingOf(each, claimed, more, uids)]),
  );
  const refusal = refusalOf(safety, {
    fault,
    pods: known.map(({ now }) => now),
    hit,
    ...(told === undefined ? {} : { hit_max: Math.max(0, ...own.map((each) => takenBy(each, told))) }),
    isOfNodes,
    leaving,
    budgets: asksBudgets(fault, safety) ? await budgetsFor(limited, own, hit) : [],
  });
  if (refusal === undefined) return;
  throw new UserError(refusal, {
    exitCode: EXIT.aborted,
    hint: 'nothing was hit by this act; the rules are under `safety` in the scenario',
  });
}

/** How many pods a workload's controller takes for what it is told, were nothing else under way. */
function takenBy({ workload, state }: OwnPods, told: Told): number {
  const replicas = state?.replicas ?? 0;
  return replicas - keptMin(workload, { ...told, replicas: [replicas, ...told.replicas] });
}

/** How many pods a workload's controller may take for what is under way. @param more what it is about to be told */
function leavingOf(
  { workload, state, pods }: OwnPods,
  claimed: Claimed | undefined,
  more: readonly Told[] = [],
  uids: ReadonlySet<string> = new Set(),
): number {
  if (state === undefined || workload.kind === 'Job') return 0;
  const told = [...(claimed?.told(workload) ?? []), ...more];
  const staying = pods.filter(({ terminating }) => !terminating);
  // One that is taken may yet get ready, and its controller takes another for it.
  const isCounted = (pod: Pod) =>
    pod.ready || claimed?.isAway(pod) === true || (more.length === 0 && uids.has(pod.uid));
  return takenMax(
    workload,
    { present: staying.length, ready: staying.filter(isCounted).length },
    {
      replicas: [state.replicas, ...told.flatMap(({ replicas }) => replicas)],
      isRolling: state.is_rolling === true || told.some(({ isRolling }) => isRolling),
    },
  );
}

const isReady = ({ ready, terminating }: Pod): boolean => ready && !terminating;

const isHealthy = (pod: Pod, claimed: Claimed | undefined): boolean =>
  isReady(pod) && claimed?.isAway(pod) !== true;

/** By name of the node. */
async function zonesOf(
  cluster: ClusterReader,
  { max_per_zone }: Safety,
): Promise<ReadonlyMap<string, string | undefined>> {
  if (max_per_zone === undefined) return new Map();
  return new Map((await cluster.nodes()).map(({ name, zone }) => [name, zone]));
}

/**
 * The budgets over the pods that are to be hit. Their status is some moments old: what has gone since, and what is about
 * to go, is counted here and taken off.
 */
async function budgetsFor(
  limited: Limited,
  own: readonly OwnPods[],
  hit: readonly PodNow[],
): Promise<readonly BudgetNow[]> {
  const { cluster, claimed } = limited;
  const namespaces = [...new Set(hit.map(({ workload }) => workload.namespace))];
  const all = (await Promise.all(namespaces.map((namespace) => cluster.budgets(namespace)))).flat();
  const over = all.filter(({ namespace, selector }) =>
    hit.some((pod) => pod.workload.namespace === namespace && selects(selector, pod.labels)),
  );
  return Promise.all(
    over.map(async ({ desired_healthy, ...budget }) => {
      // One over all pods of the namespace cannot be asked for by its selector.
      if (selectorText(budget.selector) === '') return budget;
      const pods = await cluster.pods(budget.namespace, budget.selector);
      const healthy = pods.filter((pod) => isHealthy(pod, claimed)).length;
      const covered = await coveredBy(limited, own, budget);
      const leaving = covered.reduce((sum, each) => sum + leavingOf(each, claimed), 0);
      return { ...budget, allowed: Math.min(budget.allowed, healthy - leaving - desired_healthy) };
    }),
  );
}

/** The workloads of the scenario whose pods a budget is over. @param own those that were looked at already */
function coveredBy(
  limited: Limited,
  own: readonly OwnPods[],
  { namespace, selector }: Pick<BudgetNow, 'namespace' | 'selector'>,
): Promise<readonly OwnPods[]> {
  const covered = limited.scenario.workloads.filter(
    (each) => each.namespace === namespace && selects(selector, each.pod.labels),
  );
  return Promise.all(
    covered.map((each) => own.find(({ workload }) => workload === each) ?? ownPods(limited, each)),
  );
}
