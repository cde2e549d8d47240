import { unavailableMax } from '../scenario/rollout-limit.ts';
import { type BudgetNow, mayBeHit, type PodNow, refusalOf, workloadText } from '../scenario/safety.ts';
import { scaledTo } from '../scenario/scaled-to.ts';
import type { Fault, Labels, Scale, Scenario, Workload } from '../scenario/scenario.ts';
import { selects } from '../scenario/selector.ts';
import { tolerates } from '../scenario/toleration.ts';
import type { SimulatedCluster } from './kubernetes/cluster.ts';
import { covers } from './kubernetes/disruption.ts';
import { isTerminating, type PodObject } from './kubernetes/objects.ts';

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
  const hit = takenOf(cluster, fault, pods) ?? pods.filter(isHit);
  const kept = keptOf(cluster);
  return refusalOf(scenario.safety, { fault, pods, hit, isOfNodes, kept, budgets: budgetsNow(cluster) });
}

/** What a workload's controller takes, whichever those are; undefined where the victims are chosen. */
function takenOf(
  cluster: SimulatedCluster,
  fault: Fault,
  pods: readonly PodNow[],
): readonly PodNow[] | undefined {
  const healthy = pods.filter((pod) => pod.healthy);
  switch (fault.type) {
    case 'scale':
      return healthy.slice(scaledTo(objectOf(cluster, fault)?.replicas ?? 0, fault.replicas));
    case 'bad-image':
    case 'bad-readiness':
    case 'rollout-restart': {
      const object = objectOf(cluster, fault);
      return object === undefined ? [] : healthy.slice(0, unavailableMax(object.workload, object.replicas));
    }
    default:
      return undefined;
  }
}

/** What a scale or a rollout that is under way leaves for certain. */
function keptOf(cluster: SimulatedCluster): ReadonlyMap<string, number> {
  const pods = [...cluster.api.pods.values()];
  return new Map(
    [...cluster.api.workloads.values()].map(({ workload, replicas, template }) => {
      const { kind, name, namespace } = workload;
      const isRolling = pods.some(
        (pod) =>
          pod.template !== template &&
          pod.workload.kind === kind &&
          pod.workload.name === name &&
          pod.workload.namespace === namespace,
      );
      return [
        workloadText(workload),
        replicas - (isRolling ? unavailableMax(workload, replicas) : 0),
      ] as const;
    }),
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

/** Whether a pod is hit by what befalls its node; one that bears a taint for a time goes when that is over. */
function leaves(fault: Fault, { template }: PodObject): boolean {
  if (fault.type === 'node-cordon') return false;
  if (fault.type !== 'node-taint') return true;
  const forEver = template.tolerations.filter(({ toleration_s }) => toleration_s === undefined);
  return fault.taint.effect === 'NoExecute' && !tolerates(forEver, fault.taint);
}

function objectOf(
  cluster: SimulatedCluster,
  { workload: name, namespace }: Pick<Scale, 'workload' | 'namespace'>,
) {
  return [...cluster.api.workloads.values()].find(
    ({ workload }) => workload.name === name && workload.namespace === namespace,
  );
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
  if (!pod.ready || isTerminating(pod) || pod.node === undefined) return false;
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
    const healthy = [...cluster.api.pods.values()].filter(
      (pod) => covers(budget, pod) && isHealthy(cluster, pod),
    ).length;
    return { name, namespace, selector, allowed: Math.min(allowed, healthy - desired_healthy) };
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
