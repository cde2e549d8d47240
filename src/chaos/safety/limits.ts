/** The rules of the scenario's `safety`, held against the cluster a moment before an act. */
import { EXIT, UserError } from '../../scenario/errors.ts';
import { unavailableMax } from '../../scenario/rollout-limit.ts';
import {
  asksBudgets,
  type BudgetNow,
  mayBeHit,
  type PodNow,
  refusalOf,
  workloadText,
} from '../../scenario/safety.ts';
import type { Fault, Labels, Safety, Scenario, Workload } from '../../scenario/scenario.ts';
import { selectorText, selects } from '../../scenario/selector.ts';
import type { ClusterReader, Pod } from '../cluster/cluster.ts';
import type { Away } from './away.ts';
import { candidatesOf } from './blast-radius.ts';
import { podsOf } from './ownership.ts';

export interface Limited {
  readonly scenario: Scenario;
  readonly cluster: ClusterReader;
  readonly away?: Away | undefined;
}

/** The living pods of a workload, and which of them a fault may hit at all. */
export interface OwnPods {
  readonly workload: Workload;
  readonly pods: readonly Pod[];
  /** Ready, not on their way out, and not kept from faults by a label. */
  readonly candidates: readonly Pod[];
}

export async function ownPods({ scenario, cluster, away }: Limited, workload: Workload): Promise<OwnPods> {
  const [pods, labels] = await Promise.all([
    podsOf(cluster, workload),
    labelsOf(cluster, scenario.safety, workload),
  ]);
  away?.see(pods);
  const candidates = candidatesOf(workload, pods).filter((pod) =>
    mayBeHit(scenario.safety, pod.labels, labels),
  );
  return { workload, pods, candidates };
}

/** Of the workload's own object, where anything depends on them. */
async function labelsOf(
  cluster: ClusterReader,
  { opt_in_label, protected_labels }: Safety,
  workload: Workload,
): Promise<Labels> {
  if (opt_in_label === undefined && Object.keys(protected_labels).length === 0) return {};
  return (await cluster.workload(workload))?.labels ?? {};
}

/** What an act is about to hit. */
export interface Hit {
  readonly own: readonly OwnPods[];
  /** UIDs of the pods among them. */
  readonly uids: ReadonlySet<string>;
  readonly isOfNodes: boolean;
}

/** @throws UserError with EXIT.aborted where a rule forbids it: nothing has been hit by this act */
export async function checkLimits(
  limited: Limited,
  fault: Fault,
  { own, uids, isOfNodes }: Hit,
): Promise<void> {
  const { scenario, cluster, away } = limited;
  const { safety } = scenario;
  const zones = await zonesOf(cluster, safety);
  const known = own.flatMap(({ workload, pods, candidates }) =>
    pods.map((pod) => ({
      isHit: uids.has(pod.uid),
      now: {
        workload,
        name: pod.name,
        labels: pod.labels,
        healthy: pod.ready && !pod.terminating && away?.has(pod) !== true,
        // One that is not ready is as good as gone, whoever may hit it.
        touchable: !pod.ready || pod.terminating || candidates.includes(pod),
        node: pod.node,
        zone: pod.node === undefined ? undefined : zones.get(pod.node),
      } satisfies PodNow,
    })),
  );
  const hit = known.filter(({ isHit }) => isHit).map(({ now }) => now);
  const refusal = refusalOf(safety, {
    fault,
    pods: known.map(({ now }) => now),
    hit,
    isOfNodes,
    kept: await keptOf(limited, own),
    budgets: asksBudgets(fault, safety) ? await budgetsFor(limited, hit) : [],
  });
  if (refusal === undefined) return;
  throw new UserError(refusal, {
    exitCode: EXIT.aborted,
    hint: 'nothing was hit by this act; the rules are under `safety` in the scenario',
  });
}

/** Where it matters how many stay: what a scale or a rollout that is under way leaves for certain. */
async function keptOf(
  { cluster, scenario: { safety } }: Limited,
  own: readonly OwnPods[],
): Promise<ReadonlyMap<string, number>> {
  if (safety.min_healthy === undefined) return new Map();
  const kept = own.map(async ({ workload }): Promise<readonly (readonly [string, number])[]> => {
    const state = workload.kind === 'Job' ? undefined : await cluster.workload(workload);
    if (state === undefined) return [];
    const { replicas, is_rolling } = state;
    return [
      [workloadText(workload), replicas - (is_rolling === true ? unavailableMax(workload, replicas) : 0)],
    ];
  });
  return new Map((await Promise.all(kept)).flat());
}

/** By name of the node. */
async function zonesOf(
  cluster: ClusterReader,
  { max_per_zone }: Safety,
): Promise<ReadonlyMap<string, string | undefined>> {
  if (max_per_zone === undefined) return new Map();
  return new Map((await cluster.nodes()).map(({ name, zone }) => [name, zone]));
}

/**
 * The budgets over the pods that are to be hit. Their status is some moments old: what has gone since is counted here
 * and taken off.
 */
async function budgetsFor({ cluster, away }: Limited, hit: readonly PodNow[]): Promise<readonly BudgetNow[]> {
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
      const healthy = pods.filter((pod) => pod.ready && !pod.terminating && away?.has(pod) !== true).length;
      return { ...budget, allowed: Math.min(budget.allowed, healthy - desired_healthy) };
    }),
  );
}
