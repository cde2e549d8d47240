import { keptMin, type Told, takenMax } from '../scenario/rollout-limit.ts';
import { type BudgetNow, mayBeHit, type PodNow, refusalOf, workloadText } from '../scenario/safety.ts';
import type { Fault, Labels, Scenario, Workload } from '../scenario/scenario.ts';
import { selects } from '../scenario/selector.ts';
import { tolerates } from '../scenario/toleration.ts';
import { type Claim, leaves, toldBy } from './claims.ts';
import type { SimulatedCluster } from './kubernetes/cluster.ts';
import { covers } from './kubernetes/disruption.ts';
import { isActive, isTerminating, type PodObject, type WorkloadObject } from './kubernetes/objects.ts';

/**
 * Why an act is refused in the simulated cluster, as src/chaos/safety/limits.ts refuses it in a real one; undefined where
 * it is done.
 *
 * @param victims names of pods or nodes, as chosen
 */
export function refusalIn(
  cluster: SimulatedCluster,
  scenario: Scenario,
  fault: Fault,
  victims: readonly string[],
): string | undefined {
  const isOfNodes = victims.some((victim) => cluster.machine(victim) !== undefined);
  const about = workloadsOf(scenario, fault);
  if (about.length === 0) return undefined;
  const objects = [...cluster.api.pods.values()].filter(
    ({ workload: { name, namespace } }) =>
      isOfNodes || about.some((each) => each.name === name && each.namespace === namespace),
  );
  const pods = objects.map((pod) => podNow(cluster, scenario, pod));
  const isHit = ({ name, node }: PodNow, index: number) =>
    isOfNodes
      ? node !== undefined && victims.includes(node) && leaves(fault, objects[index]!)
      : 'service' in fault || victims.includes(name);
  const claim = cluster.claims.of(fault, victims);
  const told = toldBy(claim);
  // Which of them its controller takes is its own to choose.
  const hit = told === undefined ? pods.filter(isHit) : pods.filter((pod) => pod.healthy);
  return refusalOf(scenario.safety, {
    fault,
    pods,
    hit,
    ...(told === undefined ? {} : { hit_max: takenBy(claim, told) }),
    isOfNodes,
    leaving: leavingOf(cluster, claim),
    budgets: budgetsNow(cluster),
  });
}

/** How many pods a workload's controller takes for what it is told, were nothing else under way. */
function takenBy({ object }: Claim, told: Told): number {
  if (object === undefined) return 0;
  const { workload, replicas } = object;
  return replicas - keptMin(workload, { ...told, replicas: [replicas, ...told.replicas] });
}

/** How many pods of each workload its controller may take for what is under way, and for an act that is about to be. */
function leavingOf(cluster: SimulatedCluster, claim: Claim): ReadonlyMap<string, number> {
  const told = toldBy(claim);
  return new Map(
    [...cluster.api.workloads.values()].map((object) => {
      const more = told === undefined || claim.object?.name !== object.name ? [] : [told];
      return [workloadText(object.workload), leavingFrom(cluster, object, more)];
    }),
  );
}

/** @param more what the controller is about to be told */
function leavingFrom(
  { api, claims }: SimulatedCluster,
  object: WorkloadObject,
  more: readonly Told[] = [],
): number {
  const { workload, replicas, template } = object;
  const told = [...claims.told(object), ...more];
  const its = [...api.pods.values()].filter(
    (pod) =>
      pod.workload.kind === workload.kind &&
      pod.workload.name === workload.name &&
      pod.workload.namespace === workload.namespace,
  );
  const staying = its.filter(isActive);
  const isOld = staying.some((pod) => pod.template !== template);
  return takenMax(
    workload,
    { present: staying.length, ready: staying.filter(({ ready }) => ready).length },
    {
      replicas: [replicas, ...told.flatMap((each) => each.replicas)],
      isRolling: isOld || told.some(({ isRolling }) => isRolling),
    },
  );
}

/** The workloads that a fault is about; a fault on a Service is one on all behind it. */
function workloadsOf({ workloads, services }: Scenario, fault: Fault): readonly Workload[] {
  if ('workload' in fault) {
    return workloads.filter(
      ({ name, namespace }) => name === fault.workload && namespace === fault.namespace,
    );
  }
  if (!('service' in fault)) return [];
  const { service: name, namespace } = fault;
  const selector = services.find((each) => each.name === name && each.namespace === namespace)?.selector;
  if (selector === undefined) return [];
  return workloads.filter((each) => each.namespace === namespace && selects(selector, each.pod.labels));
}

function podNow(cluster: SimulatedCluster, { safety, objects }: Scenario, pod: PodObject): PodNow {
  const machine = pod.node === undefined ? undefined : cluster.machines[pod.node];
  const { labels } = pod.template;
  return {
    workload: pod.workload,
    name: pod.name,
    labels,
    healthy: isHealthy(cluster, pod),
    touchable: !pod.ready || isTerminating(pod) || mayBeHit(safety, labels, labelsOf(objects, pod.workload)),
    node: machine?.spec.name,
    zone: machine?.spec.zone,
  };
}

/** Ready, and not away by a fault that the API does not show: a runner knows what it has done. */
function isHealthy(cluster: SimulatedCluster, pod: PodObject): boolean {
  if (!pod.ready || isTerminating(pod) || pod.node === undefined || cluster.claims.isAway(pod)) return false;
  const machine = cluster.machines[pod.node];
  const worker = machine?.kubelet?.worker(pod.name);
  if (machine?.isReachable !== true || worker === undefined || isLeaving(cluster, pod)) return false;
  if (worker.cpu.isStressed || worker.memory.isStressed) return false;
  if (cluster.isolated.has(pod.name) || cluster.isWithoutDns(pod.name)) return false;
  return pod.template.containers.every(({ name }) => {
    const process = worker.container(name);
    return process !== undefined && !process.hasExited && process.stoppedCause === undefined;
  });
}

/** Its node has a taint that it does not bear for good: it goes, now or when its time is over. */
function isLeaving({ api, machines }: SimulatedCluster, { node, template }: PodObject): boolean {
  const { taints = [] } = api.nodes.get(machines[node as number]?.spec.name ?? '') ?? {};
  const forEver = template.tolerations.filter(({ toleration_s }) => toleration_s === undefined);
  return taints.some((taint) => taint.effect === 'NoExecute' && !tolerates(forEver, taint));
}

function budgetsNow(cluster: SimulatedCluster): readonly BudgetNow[] {
  return [...cluster.api.disruptionBudgets.values()].map(({ budget, allowed, desired_healthy }) => {
    const { name, namespace, selector } = budget;
    const covered = [...cluster.api.pods.values()].filter((pod) => covers(budget, pod));
    const healthy = covered.filter((pod) => isHealthy(cluster, pod)).length;
    const leaving = [...cluster.api.workloads.values()]
      .filter(({ workload }) => covered.some((pod) => workloadText(pod.workload) === workloadText(workload)))
      .reduce((sum, object) => sum + leavingFrom(cluster, object), 0);
    return { name, namespace, selector, allowed: Math.min(allowed, healthy - leaving - desired_healthy) };
  });
}

/** Of the workload's own object, as its manifest has them. */
function labelsOf(objects: Scenario['objects'], { kind, name, namespace }: Workload): Labels {
  const object = objects.find(
    (each) => each.kind === kind && each.name === name && each.namespace === namespace,
  );
  return (object?.body.metadata as { labels?: Labels } | undefined)?.labels ?? {};
}

/** For a prediction: in how many of its trials a run would have ended. */
export function refusalWarnings(refusals: readonly (string | undefined)[]): string[] {
  const refused = refusals.filter((refusal) => refusal !== undefined);
  const [first] = refused;
  if (first === undefined) return [];
  return [
    `in ${refused.length} of ${refusals.length} simulated trials a rule of safety refused an act, as in "${first}": a run on a cluster would end there, and nothing more was caused in these trials`,
  ];
}
