import type { Scenario, Service } from '../../scenario/scenario.ts';
import { type Cause, step } from '../cause.ts';
import { below } from '../engine/random.ts';
import type { Environment } from '../environment.ts';
import { type ApiClient, ApiServer } from './api-server.ts';
import { EndpointSliceController } from './endpointslice.ts';
import { KubeProxy } from './kube-proxy.ts';
import { Kubelet } from './kubelet.ts';
import { Link } from './link.ts';
import { Machine } from './machine.ts';
import { Network } from './network.ts';
import { isTerminating, type PodObject, type ReplicaSetObject, workloadKey } from './objects.ts';
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
  /** The API server as a person with kubectl reaches it: what faults go through. */
  readonly operator: ApiClient;
  readonly machines: readonly Machine[];
  /** From the controllers and the scheduler to the API server. */
  readonly links = { controllers: new Link(), scheduler: new Link() };
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
    this.api = new ApiServer(environment);
    this.operator = this.api.client(new Link());
    this.machines = scenario.cluster.nodes.map((spec, index) => new Machine(spec, index));
    for (const machine of this.machines) {
      this.api.nodes.restore(machine.object());
      this.#kubelets.push(
        new Kubelet(environment, this.api.client(machine.link), machine.index, {
          processListening: (pod, _process, cause) => this.#processListening(pod, cause),
        }),
      );
    }
    const controllers = this.api.client(this.links.controllers);
    const scheduler = new Scheduler(environment, this.api.client(this.links.scheduler), this.machines.length);
    const steady: PodObject[] = [];
    const sets: ReplicaSetObject[] = [];
    for (const workload of scenario.workloads) {
      const { name, replicas, pod: template } = workload;
      const spec = { workload, template, replicas, revision: 1 };
      this.api.workloads.restore({ name: workloadKey(workload), ...spec });
      sets.push({ name, ...spec });
      for (let number = 1; number <= replicas; number += 1) {
        const pod = { name: podName(name, number), workload, owner: name, template, ...RUNNING };
        steady.push({ ...pod, node: scheduler.place(pod) });
      }
    }
    for (const set of sets) this.api.replicaSets.restore(set);
    new ReplicaSetController(environment, controllers, { sets, pods: steady });
    for (const pod of steady) {
      this.api.pods.restore(pod);
      this.#kubelets[pod.node as number]?.restore(pod);
    }
    const endpoints = new EndpointSliceController(environment, controllers, service, steady);
    this.api.endpoints.restore(endpoints.current);
    const entry = this.api.client((this.machines[0] as Machine).link);
    this.#proxy = new KubeProxy(environment, entry, endpoints.current, (cause) => {
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
    for (const pod of this.api.pods.values()) {
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
  ready_since_ms: Number.NEGATIVE_INFINITY,
  created_at_ms: Number.NEGATIVE_INFINITY,
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
