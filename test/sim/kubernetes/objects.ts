import { constant } from '../../../src/scenario/distribution.ts';
import { plainNodes } from '../../../src/scenario/nodes.ts';
import type { Deployment, Node, PodTemplate } from '../../../src/scenario/scenario.ts';
import type { NodeObject, PodObject } from '../../../src/sim/kubernetes/objects.ts';

/** A pod template of one container that says nothing that matters. */
export function template(change: Partial<PodTemplate> = {}): PodTemplate {
  return {
    labels: { app: 'web' },
    init_containers: [],
    containers: [
      {
        name: 'web',
        image: 'nginx',
        image_pull_policy: 'IfNotPresent',
        ports: [{ name: undefined, number: 80 }],
        startup_probe: undefined,
        readiness_probe: undefined,
        liveness_probe: undefined,
        pre_stop: undefined,
        application: {
          start_time: constant(0),
          service_time: constant(1),
          concurrency: 100,
          on_sigterm: 'exit',
          stop_time: constant(10),
          cpu_per_request_ms: 1,
        },
      },
    ],
    termination_grace_period_s: 30,
    restart_policy: 'Always',
    requests: { cpu_millis: 0, memory_bytes: 0 },
    limits: { cpu_millis: undefined, memory_bytes: undefined },
    node_selector: {},
    node_affinity: undefined,
    node_preferences: [],
    tolerations: [],
    spread: [],
    anti_affinity: [],
    mounts_volumes: false,
    ...change,
  };
}

export function deployment(change: Partial<Deployment> = {}): Deployment {
  return {
    kind: 'Deployment',
    name: 'web',
    namespace: 'default',
    position: { file: 'web.yaml', line: 1, column: 1 },
    replicas: 2,
    min_ready_s: 0,
    selector: { app: 'web' },
    pod: template(),
    strategy: { type: 'RollingUpdate', max_unavailable: { percent: 25 }, max_surge: { percent: 25 } },
    progress_deadline_s: 600,
    ...change,
  };
}

/** A pod that runs, or one that was just created where it has no node. */
export function pod(name: string, change: Partial<PodObject> = {}): PodObject {
  const workload = change.workload ?? deployment();
  const isPlaced = change.node !== undefined;
  return {
    name,
    workload,
    owner: workload.name,
    template: workload.pod,
    node: undefined,
    phase: isPlaced ? 'Running' : 'Pending',
    address: isPlaced ? name : undefined,
    ready: isPlaced,
    ready_since_ms: 0,
    created_at_ms: 0,
    grace_period_s: undefined,
    ...change,
  };
}

/** So many nodes as the API server has them, changed one by one. */
export function nodes(
  count: number,
  change: (index: number) => Partial<Node> & Partial<Omit<NodeObject, 'spec'>> = () => ({}),
): NodeObject[] {
  return plainNodes(count).map((spec, index) => {
    const { unschedulable = false, ready = 'True', ...rest } = change(index);
    const changed = { ...spec, ...rest };
    const { name, taints } = changed;
    return { name, index, spec: changed, ready, heartbeat_at_ms: 0, unschedulable, taints };
  });
}
