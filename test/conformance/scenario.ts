import { constant } from '../../src/scenario/distribution.ts';
import { plainNodes } from '../../src/scenario/nodes.ts';
import type { Container, Scenario } from '../../src/scenario/scenario.ts';
import { LABELS, NAMESPACE } from './manifests.ts';

/** What manifests.ts does not say: how the application behaves, which the embedded cluster has to know. */
export function scenario(): Pick<Scenario, 'seed' | 'cluster' | 'workloads' | 'services'> {
  const position = { file: 'test/conformance/manifests.ts', line: 1, column: 1 };
  const container: Container = {
    name: 'nginx',
    image: 'nginx:1.25',
    image_pull_policy: 'IfNotPresent',
    ports: [{ name: undefined, number: 80 }],
    startup_probe: undefined,
    readiness_probe: undefined,
    liveness_probe: undefined,
    pre_stop: undefined,
    application: {
      start_time: constant(200),
      service_time: constant(0),
      concurrency: 100,
      on_sigterm: 'exit',
      stop_time: constant(20),
      cpu_per_request_ms: 0,
    },
  };
  return {
    seed: 'conformance',
    cluster: {
      minor: 35,
      nodes: plainNodes(2),
      leader_election: false,
      proxy_mode: 'iptables',
      registry: { images: {}, bytes_per_s: 1 },
      feature_gates: [],
    },
    workloads: [
      {
        kind: 'Deployment',
        name: 'conformance',
        namespace: NAMESPACE,
        position,
        replicas: 2,
        min_ready_s: 0,
        strategy: { type: 'Recreate' },
        progress_deadline_s: 600,
        selector: LABELS,
        pod: {
          labels: LABELS,
          init_containers: [],
          containers: [container],
          restart_policy: 'Always',
          requests: { cpu_millis: 0, memory_bytes: 0 },
          limits: { cpu_millis: undefined, memory_bytes: undefined },
          node_selector: {},
          node_affinity: undefined,
          node_preferences: [],
          tolerations: [],
          spread: [],
          anti_affinity: [],
          termination_grace_period_s: 30,
          mounts_volumes: false,
        },
      },
    ],
    services: [],
  };
}
