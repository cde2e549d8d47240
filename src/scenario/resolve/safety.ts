/** Whether the faults keep to what the scenario itself says, as far as the manifests tell. */
import type { Manifests } from '../manifest/manifests.ts';
import type { ManifestWorkload } from '../manifest/workload.ts';
import type { Reporter } from '../reporter.ts';
import {
  amount,
  type BudgetNow,
  labelText,
  mayBeHit,
  type PodNow,
  PROTECTED_NAMESPACES,
  refusalOf,
  SAFETY_DEFAULT,
} from '../safety.ts';
import { scaledTo } from '../scaled-to.ts';
import type { DisruptionBudget, Fault, Safety } from '../scenario.ts';
import type { ScenarioFile } from '../schema.ts';
import { victimsMax } from '../selection.ts';
import { selects } from '../selector.ts';
import type { Labels, Workload } from '../workload.ts';

/** What the faults are held against. */
export interface SafetyContext extends Pick<Manifests, 'objects' | 'disruption_budgets'> {
  readonly workloads: readonly Pick<ManifestWorkload, 'kind' | 'name' | 'namespace' | 'replicas' | 'pod'>[];
  readonly report: Reporter;
}

type Described = SafetyContext['workloads'][number];

/** Reports every fault that is certain to be refused: of those that depend on luck and on the cluster nothing is said. */
export function resolveSafety(
  file: ScenarioFile['safety'],
  faults: readonly Fault[],
  context: SafetyContext,
): Safety {
  const { abort, ...rules } = file;
  const safety: Safety = { ...SAFETY_DEFAULT, ...rules, abort: resolveAbort(abort) };
  for (const fault of faults) {
    const refusal = certainRefusal(safety, fault, context);
    if (refusal !== undefined) context.report.elsewhere({ position: fault.position, ...refusal });
  }
  return safety;
}

function resolveAbort({
  objectives,
  error_rate: rate,
  probe,
  lost_connection: lost_connection_ms,
}: ScenarioFile['safety']['abort']): Safety['abort'] {
  return {
    objectives,
    error_rate: rate && { above: rate.above, for_ms: rate.for },
    probe: probe && {
      ...{ url: probe.url, failures: probe.failures, expected_status: probe.expected_status },
      ...{ every_ms: probe.every, timeout_ms: probe.timeout },
    },
    lost_connection_ms,
  };
}

interface Refusal {
  readonly message: string;
  readonly expected?: string;
  readonly hint?: string;
}

function certainRefusal(safety: Safety, fault: Fault, context: SafetyContext): Refusal | undefined {
  if ('service' in fault) {
    const { type, service: name, namespace } = fault;
    return namespaceRefusal(safety, type, { kind: 'Service', name, namespace });
  }
  if (!('workload' in fault)) return clusterRefusal(safety, fault);
  const workload = context.workloads.find(
    ({ name, namespace }) => name === fault.workload && namespace === fault.namespace,
  );
  if (workload === undefined) return undefined;
  return (
    namespaceRefusal(safety, fault.type, workload) ??
    labelRefusal(safety, fault.type, workload, context) ??
    countRefusal(safety, fault, workload, context)
  );
}

function clusterRefusal({ namespaces, opt_in_label }: Safety, { type }: Fault): Refusal | undefined {
  if (namespaces === undefined && opt_in_label === undefined) return undefined;
  const rule = namespaces === undefined ? 'safety.opt_in_label' : 'safety.namespaces';
  return {
    message: `${type} is met by everybody who uses the cluster, and \`${rule}\` says who may be hit`,
    hint: `leave ${rule} out of a scenario with such a fault`,
  };
}

function namespaceRefusal(
  { namespaces, protected_namespaces: kept }: Safety,
  type: Fault['type'],
  { kind, name, namespace }: { readonly kind: string; readonly name: string; readonly namespace: string },
): Refusal | undefined {
  if ([...PROTECTED_NAMESPACES, ...kept].includes(namespace)) {
    return { message: `${type} would hit ${kind} ${name} in the protected namespace ${namespace}` };
  }
  if (namespaces === undefined || namespaces.includes(namespace)) return undefined;
  return {
    message: `${type} would hit ${kind} ${name} in namespace ${namespace}`,
    expected: `${kind === 'Service' ? 'a Service' : 'a workload'} in ${namespaces.join(' or ')} (\`safety.namespaces\`)`,
  };
}

function labelRefusal(
  safety: Safety,
  type: Fault['type'],
  workload: Described,
  { objects }: SafetyContext,
): Refusal | undefined {
  const { kind, name, namespace, pod } = workload;
  const object = objects.find(
    (each) => each.kind === kind && each.name === name && each.namespace === namespace,
  );
  const { labels = {} } = (object?.body.metadata ?? {}) as { labels?: Labels };
  if (mayBeHit(safety, pod.labels, labels)) return undefined;
  const { opt_in_label: optIn } = safety;
  if (optIn === undefined || !mayBeHit({ ...safety, opt_in_label: undefined }, pod.labels, labels)) {
    return {
      message: `${type} would hit ${kind} ${name}, which carries a label of \`safety.protected_labels\``,
    };
  }
  return {
    message: `${type} would hit ${kind} ${name}, which does not carry ${labelText(optIn)}`,
    expected: 'the label of `safety.opt_in_label` on the workload or in its pod template',
  };
}

/** When the first act comes, every replica is ready. */
function countRefusal(
  safety: Safety,
  fault: Extract<Fault, { readonly workload: string }>,
  workload: Described,
  context: SafetyContext,
): Refusal | undefined {
  const count = victimsOf(fault, workload);
  if (count === undefined) return undefined;
  const pods = Array.from({ length: workload.replicas }, (_, index) => podOf(workload, index));
  // Where they run is not known yet, so that nothing is said of nodes and zones.
  const counted: Safety = { ...safety, max_per_node: undefined, max_per_zone: undefined };
  const message = refusalOf(counted, {
    fault,
    pods,
    hit: pods.slice(0, count),
    isOfNodes: false,
    budgets: context.disruption_budgets.flatMap((budget) => budgetAtFirst(budget, context.workloads)),
  });
  if (message === undefined) return undefined;
  const isBudget = message.includes('PodDisruptionBudget');
  return {
    message,
    hint: isBudget
      ? '`safety: {ignore_disruption_budgets: true}` says that it may; `pod-eviction` asks the budget instead'
      : 'hit fewer, or change the rule under `safety`',
  };
}

/** How many pods are gone at once; undefined where luck or the cluster decides. */
function victimsOf(fault: Fault, { replicas }: Described): number | undefined {
  switch (fault.type) {
    case 'scale':
      return Math.max(0, replicas - scaledTo(replicas, fault.replicas));
    case 'pod-kill':
    case 'container-kill':
    case 'container-pause':
    case 'sandbox-kill':
    case 'network-partition':
    case 'dns-outage':
    case 'cpu-stress':
    case 'memory-stress':
    case 'pod-eviction':
      return fault.mode === 'random-max-percent' ? undefined : victimsMax(replicas, fault.mode, fault.value);
    default:
      // Rollouts keep to their strategy, and who runs on a node nobody knows.
      return undefined;
  }
}

const podOf = (workload: Described, index: number): PodNow => ({
  workload,
  name: `${workload.name}-${index}`,
  labels: workload.pod.labels,
  healthy: true,
  touchable: true,
  node: undefined,
  zone: undefined,
});

/**
 * How many pods a budget lets go when all are ready, as the disruption controller counts them (Kubernetes 1.35
 * pkg/controller/disruption/disruption.go getExpectedPodCount).
 */
function budgetAtFirst(budget: DisruptionBudget, workloads: readonly Described[]): BudgetNow[] {
  const { name, namespace, selector, min_available, max_unavailable } = budget;
  const covered = workloads.filter(
    (each) => each.namespace === namespace && selects(selector, each.pod.labels),
  );
  if (covered.some(({ kind }: Pick<Workload, 'kind'>) => kind === 'Job')) return [];
  const pods = covered.reduce((sum, { replicas }) => sum + replicas, 0);
  const allowed =
    max_unavailable === undefined
      ? pods - (min_available === undefined ? 0 : amount(min_available, pods, 'up'))
      : amount(max_unavailable, pods, 'up');
  return [{ name, namespace, selector, allowed }];
}
