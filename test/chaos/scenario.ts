import { fileURLToPath } from 'node:url';
import { loadScenario } from '../../src/scenario/load.ts';
import type { ContainerKill, Fault, FaultType, PodKill, Scenario } from '../../src/scenario/scenario.ts';

const file = fileURLToPath(new URL('../../scenarios/nginx-x2.yaml', import.meta.url));
const nginx = loadScenario(file);

const base = {
  position: { file, line: 1, column: 1 },
  workload: 'nginx',
  namespace: nginx.load.namespace,
  mode: 'one',
  value: undefined,
  at_ms: [100],
} as const;

export const podKill = (options: Partial<PodKill> = {}): PodKill => ({
  ...base,
  type: 'pod-kill',
  grace_period_s: 0,
  ...options,
});

export const containerKill = (options: Partial<ContainerKill> = {}): ContainerKill => ({
  ...base,
  type: 'container-kill',
  container: 'nginx',
  ...options,
});

type Of<T extends FaultType> = Extract<Fault, { readonly type: T }>;

/** A fault of any other type: undone after 150 ms where it lasts, on the only workload and container. */
export function lasting<T extends FaultType>(type: T, options: Partial<Of<T>> = {}): Of<T> {
  const all = {
    ...base,
    type,
    duration_ms: 150,
    grace_period_s: undefined,
    container: 'nginx',
    replicas: 1,
    service: 'nginx',
    taint: { key: 'maintenance', value: 'yes', effect: 'NoExecute' },
    component: 'api-server',
    workers: 1,
    size_bytes: 2 ** 20,
    image: 'busybox:1.36',
    ...options,
  };
  const { workload, namespace, mode, value, service, ...ofCluster } = all;
  if (type === 'http-delay' || type === 'http-abort') {
    const requests = { virtual_service: undefined, percentage: 100, delay_ms: 50, status: 503 };
    return { ...requests, ...ofCluster, namespace, service } as unknown as Of<T>;
  }
  if (type === 'control-plane-outage' || type === 'registry-outage') return ofCluster as unknown as Of<T>;
  if (type === 'endpoint-removal') return { ...ofCluster, namespace, service } as unknown as Of<T>;
  const zone = type === 'zone-outage' ? { zone: 'any', ...options } : { mode, value };
  return { ...ofCluster, workload, namespace, ...zone } as unknown as Of<T>;
}

/** The nginx scenario with a window short enough for unit tests. */
export function shortScenario(faults: readonly Fault[], options: Partial<Scenario> = {}): Scenario {
  return {
    ...nginx,
    trials: { predict: 10, measure: 1 },
    load: { ...nginx.load, duration_ms: 400, rate_per_s: 50, timeout_ms: 100, latency_limit_ms: 100 },
    faults,
    ...options,
  };
}
