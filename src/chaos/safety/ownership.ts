/** Which pods are a workload's own: those that a fault may hit, and that come back. */
import { EXIT, UserError } from '../../scenario/errors.ts';
import type { Scenario, Selector, Workload } from '../../scenario/scenario.ts';
import type { ClusterReader, Pod } from '../cluster/cluster.ts';

/**
 * Whether the pod belongs to the workload: the workload is its controller, or, of a Deployment, a ReplicaSet named
 * as the deployment controller names its own, after the Deployment and the hash of a pod template of it
 * (Kubernetes 1.35 pkg/controller/deployment/sync.go getNewReplicaSet), and the pod carries that hash.
 */
export function isOwnedBy({ kind, namespace, name }: Workload, pod: Pod): boolean {
  if (pod.namespace !== namespace) return false;
  if (kind !== 'Deployment') return pod.owner?.kind === kind && pod.owner.name === name;
  const hash = pod.labels['pod-template-hash'];
  return pod.owner?.kind === 'ReplicaSet' && hash !== undefined && pod.owner.name === `${name}-${hash}`;
}

/**
 * What a workload's pods are selected by. A Job's selector is made by its controller, and so is the label that
 * names it (Kubernetes 1.35 pkg/apis/batch/types.go JobNameLabel).
 */
function selectorOf({ kind, name, selector }: Workload): Selector {
  return kind === 'Job' ? { 'batch.kubernetes.io/job-name': name } : selector;
}

/** Whether it still runs or will: an evicted or completed pod is only a record. */
export const isAlive = (pod: Pod): boolean => pod.phase !== 'Succeeded' && pod.phase !== 'Failed';

/**
 * The living pods of a workload, in the order of their names.
 *
 * @throws UserError where the selector also matches pods of somebody else
 */
export async function podsOf(cluster: ClusterReader, workload: Workload): Promise<readonly Pod[]> {
  const pods = (await cluster.pods(workload.namespace, selectorOf(workload))).filter(isAlive);
  const foreign = pods.filter((pod) => !isOwnedBy(workload, pod));
  if (foreign.length > 0) {
    throw foreignPods(`the selector of ${workload.kind} ${workload.namespace}/${workload.name}`, foreign);
  }
  return pods.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** @throws UserError where a Service of the load sends requests to pods that no workload of the scenario owns */
export async function checkService(cluster: ClusterReader, scenario: Scenario): Promise<void> {
  const { services, workloads, load } = scenario;
  for (const { name, namespace, selector } of services) {
    if (name !== load.service || namespace !== load.namespace) continue;
    const pods = (await cluster.pods(namespace, selector)).filter(isAlive);
    const foreign = pods.filter((pod) => !workloads.some((workload) => isOwnedBy(workload, pod)));
    if (foreign.length > 0) throw foreignPods(`the selector of Service ${namespace}/${name}`, foreign);
  }
}

function foreignPods(what: string, pods: readonly Pod[]): UserError {
  const names = pods.map(
    ({ name, owner }) => `${name} (${owner ? `${owner.kind} ${owner.name}` : 'no owner'})`,
  );
  return new UserError(`${what} also matches pods of another owner: ${names.join(', ')}`, {
    exitCode: EXIT.configuration,
    hint: 'make the labels of the two differ, or remove the other pods; nothing was killed',
  });
}
