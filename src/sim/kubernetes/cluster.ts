import type { Scenario, Service } from '../../scenario/scenario.ts';
import { type Cause, step } from '../cause.ts';
import { below } from '../engine/random.ts';
import type { Environment } from '../environment.ts';
import { ApiServer, isTerminating, type PodObject } from './api-server.ts';
import { EndpointSliceController } from './endpointslice.ts';
import { KubeProxy } from './kube-proxy.ts';
import { Kubelet } from './kubelet.ts';
import { Network } from './network.ts';
import type { PodWorker } from './pod-worker.ts';
import { podName, ReplicaSetController } from './replicaset.ts';
import { Scheduler } from './scheduler.ts';

/**
 * A cluster in its steady state: every replica of every workload ready and an endpoint of its Service, every
 * controller idle. From here faults act.
 */
export class SimulatedCluster {
  readonly environment: Environment;
  readonly api: ApiServer;
  readonly network: Network;
  readonly #kubelets: Kubelet[] = [];
  readonly #proxy: KubeProxy;
  readonly #target_port: number;
  readonly #restored: (cause: Cause) => void;

  /**
   * @param service the Service that the load goes to
   * @param port the port of it
   * @param restored told whenever the Service may have come (further) back, with what led to it
   */
  constructor(
    environment: Environment,
    scenario: Scenario,
    service: Service,
    port: number,
    restored: (cause: Cause) => void,
  ) {
    this.environment = environment;
    this.#restored = restored;
    this.#target_port = service.ports.find((each) => each.port === port)?.target_port ?? port;
    this.api = new ApiServer(environment, service.name);
    const { nodes } = scenario.cluster;
    for (let node = 0; node < nodes; node += 1) {
      this.#kubelets.push(
        new Kubelet(environment, this.api, node, {
          processListening: (pod, _process, cause) => this.#processListening(pod, cause),
        }),
      );
    }
    const scheduler = new Scheduler(environment, this.api, nodes);
    const steady: PodObject[] = [];
    for (const workload of scenario.workloads) {
      const pods = Array.from({ length: workload.replicas }, (_, index) => {
        const name = podName(workload, index + 1);
        const node = scheduler.place({ name, workload });
        return { name, workload, node, ...RUNNING };
      });
      new ReplicaSetController(environment, this.api, workload, pods);
      steady.push(...pods);
    }
    for (const pod of steady) {
      this.api.restore(pod);
      this.#kubelets[pod.node as number]?.restore(pod);
    }
    const endpoints = new EndpointSliceController(environment, this.api, service, steady);
    this.#proxy = new KubeProxy(environment, this.api, endpoints.current, (cause) => {
      if (this.#proxy.backends.some((pod) => this.#serves(pod))) this.#restored(cause);
    });
    const next = balancer(environment);
    this.network = new Network(
      environment,
      () => {
        const { backends } = this.#proxy;
        return backends[next(backends.length)];
      },
      (pod) => {
        const worker = this.worker(pod);
        return worker && { sandbox: worker.sandbox, process: worker.processAt(this.#target_port) };
      },
    );
  }

  worker(pod: string): PodWorker | undefined {
    for (const kubelet of this.#kubelets) {
      const worker = kubelet.worker(pod);
      if (worker !== undefined) return worker;
    }
    return undefined;
  }

  /** Pods that a fault may hit, as the chaos runner sees them: ready, not being deleted, sorted by name. */
  candidates(workload: string, namespace: string): string[] {
    const names: string[] = [];
    for (const pod of this.api.pods()) {
      const isOfWorkload = pod.workload.name === workload && pod.workload.namespace === namespace;
      if (isOfWorkload && pod.ready && !isTerminating(pod)) names.push(pod.name);
    }
    return names.sort();
  }

  #serves(pod: string): boolean {
    return this.worker(pod)?.processAt(this.#target_port)?.isListening ?? false;
  }

  /** A restarted program behind rules that never lost its address serves from here. */
  #processListening(pod: PodWorker, cause: Cause): void {
    if (this.#proxy.backends.includes(pod.name)) {
      this.#restored(step(cause, 'application start', this.environment.now_ms));
    }
  }
}

const RUNNING = {
  phase: 'Running',
  has_address: true,
  ready: true,
  grace_period_s: undefined,
} as const;

/** Which of so many endpoints the next connection goes to. */
function balancer(environment: Environment): (count: number) => number {
  if (environment.platform.balancing === 'round-robin') {
    let turn = 0;
    return (count) => turn++ % count;
  }
  const pick = environment.uniform('kube-proxy');
  return (count) => below(count, pick);
}
