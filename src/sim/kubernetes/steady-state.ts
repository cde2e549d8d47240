import type { Deployment, Scenario, Workload } from '../../scenario/scenario.ts';
import { shouldRun } from './daemonset-nodes.ts';
import { fenceposts } from './deployment-rolling.ts';
import {
  type DeploymentStatus,
  type NodeObject,
  type PodObject,
  type ReplicaSetObject,
  type WorkloadObject,
  workloadKey,
} from './objects.ts';
import { addressOf, podName, podNameOfKind, podNameOfOrdinal } from './pod-names.ts';

/** What the API server holds before the trial: everything as it is wanted, since long ago. */
export interface SteadyState {
  readonly workloads: readonly WorkloadObject[];
  readonly sets: readonly ReplicaSetObject[];
  readonly pods: readonly PodObject[];
}

/**
 * @param replicasOf how many of a workload there are: an autoscaler may want others than the manifest
 * @param place chooses a node for a pod
 */
export function steadyState(
  workloads: Scenario['workloads'],
  nodes: readonly NodeObject[],
  replicasOf: (workload: Workload) => number,
  place: (pod: PodObject) => PodObject,
): SteadyState {
  const objects: WorkloadObject[] = [];
  const sets: ReplicaSetObject[] = [];
  const pods: PodObject[] = [];
  for (const workload of workloads) {
    const replicas = replicasOf(workload);
    const object = { name: workloadKey(workload), workload, template: workload.pod, revision: 1, replicas };
    if (workload.kind === 'Deployment') {
      const set = steadySet(workload, replicas);
      sets.push(set);
      objects.push({ ...object, status: steadyStatus(object, set) });
    } else {
      objects.push(object);
    }
    for (const pod of podsOf(workload, replicas, nodes)) {
      pods.push(place({ ...pod, ...RUNNING, address: addressOf(pod.name, 0) }));
    }
  }
  return { workloads: objects, sets, pods };
}

type NewPod = Pick<PodObject, 'name' | 'workload' | 'owner' | 'template' | 'target_node'>;

function podsOf(workload: Workload, replicas: number, nodes: readonly NodeObject[]): NewPod[] {
  const { kind, name, pod: template } = workload;
  const key = workloadKey(workload);
  const count = <T>(make: (number: number) => T) => Array.from({ length: replicas }, (_, i) => make(i + 1));
  switch (kind) {
    case 'Deployment':
      return count((number) => ({ name: podName(name, number), workload, owner: name, template }));
    case 'StatefulSet':
      return count((number) => ({
        name: podNameOfOrdinal(name, number - 1, 1),
        workload,
        owner: key,
        template,
      }));
    case 'Job':
      return count((number) => ({ name: podNameOfKind(kind, name, number), workload, owner: key, template }));
    case 'DaemonSet':
      return nodes
        .filter((node) => shouldRun(template, node))
        .map(({ index }, position) => ({
          name: podNameOfKind(kind, name, position + 1),
          workload,
          owner: key,
          template,
          target_node: index,
        }));
  }
}

function steadySet(workload: Deployment, replicas: number): ReplicaSetObject {
  return {
    name: workload.name,
    workload,
    template: workload.pod,
    revision: 1,
    replicas,
    desired_replicas: replicas,
    max_replicas: replicas + fenceposts(workload.strategy, replicas).surge,
    created_at_ms: Number.NEGATIVE_INFINITY,
    status: {
      observed_replicas: replicas,
      replicas,
      ready: replicas,
      available: replicas,
      terminating: 0,
    },
  };
}

function steadyStatus(
  { template, replicas }: Pick<WorkloadObject, 'template' | 'replicas'>,
  { revision }: ReplicaSetObject,
): DeploymentStatus {
  return {
    observed: { template, replicas },
    revision,
    replicas,
    updated: replicas,
    ready: replicas,
    available: replicas,
    terminating: 0,
    progressing: { reason: 'NewReplicaSetAvailable', updated_at_ms: Number.NEGATIVE_INFINITY },
  };
}

const RUNNING = {
  node: undefined,
  phase: 'Running',
  ready: true,
  ready_since_ms: Number.NEGATIVE_INFINITY,
  created_at_ms: Number.NEGATIVE_INFINITY,
  grace_period_s: undefined,
} as const;
