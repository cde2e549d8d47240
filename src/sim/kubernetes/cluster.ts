import { behaviourOf } from '../../scenario/kubernetes-version.ts';
import type { Autoscaler, Node, Scenario, Service, Workload } from '../../scenario/scenario.ts';
import { type Cause, step } from '../cause.ts';
import { Claims } from '../claims.ts';
import type { Processors } from '../engine/processors.ts';
import type { Environment } from '../environment.ts';
import { FaultFilter } from '../traffic/fault-filter.ts';
import { type ApiClient, ApiServer } from './api-server.ts';
import { MetricsServer, type Usage } from './autoscaling/metrics-server.ts';
import { type Balancer, balancer } from './balancer.ts';
import type { Process } from './container-runtime.ts';
import { ControlPlane } from './control-plane.ts';
import { DisruptionController } from './disruption.ts';
import { ClusterDns } from './dns.ts';
import { EndpointSliceController } from './endpointslice.ts';
import { HorizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts';
import { processorsOf } from './hosts.ts';
import { KubeProxy, type KubeProxyOptions } from './kube-proxy.ts';
import { Kubelet } from './kubelet.ts';
import type { NodeEvents } from './kubelet-node.ts';
import { Link } from './link.ts';
import { Machine, type StartKubelet } from './machine.ts';
import { type Backend, type Choice, Network } from './network.ts';
import { startNodeControllers } from './node-controllers.ts';
import { isTerminating, type PodObject, serviceKey } from './objects.ts';
import { podOf } from './pod-names.ts';
import type { PodWorker } from './pod-worker.ts';
import { Registry } from './registry.ts';
import { DnsOutages } from './resolver.ts';
import { Scheduler } from './scheduler.ts';
import { steadyState } from './steady-state.ts';
import { nearOf } from './traffic-distribution.ts';
import { startWorkloadControllers } from './workload-controllers.ts';

/** Index of the node where the load enters. */
const ENTRY = 0;

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
  readonly registry: Registry;
  /** From the controllers and the scheduler to the API server. */
  readonly links: { readonly controllers: Link; readonly scheduler: Link };
  readonly controlPlane: ControlPlane;
  readonly network: Network;
  /** Names of pods that a NetworkPolicy lets no new connection in to. */
  readonly isolated = new Set<string>();
  readonly dnsOutages = new DnsOutages();
  /** What a mesh does to the requests of the load on their way. */
  readonly faultFilter: FaultFilter;
  /** What acts take. */
  readonly claims = new Claims(this);
  readonly #proxy: KubeProxy;
  readonly #service: Service;
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
    this.faultFilter = new FaultFilter(environment);
    this.#service = service;
    this.#restored = restored;
    this.#target_port = service.ports.find((each) => each.port === port)?.target_port ?? port;
    this.api = new ApiServer(environment, service);
    this.operator = this.api.client(new Link(environment));
    this.links = { controllers: new Link(environment), scheduler: new Link(environment) };
    this.registry = new Registry(scenario.cluster.registry);
    const processors = processorsOf(scenario.cluster.nodes);
    this.machines = scenario.cluster.nodes.map((spec, index) =>
      this.#machine(spec, index, processors[index]),
    );
    for (const machine of this.machines) {
      this.api.nodes.restore(machine.object());
      const renewed_at_ms = machine.kubelet?.startLongAgo() ?? 0;
      this.api.leases.restore({ name: machine.spec.name, renewed_at_ms });
    }
    const controllers = this.api.client(this.links.controllers);
    const scheduler = new Scheduler(
      environment,
      this.api.client(this.links.scheduler),
      this.machines.map((machine) => machine.object()),
      { takesFromBackoff: behaviourOf(scenario.cluster).scheduler_pops_from_backoff },
    );
    const state = steadyState(
      scenario.workloads,
      [...this.api.nodes.values()],
      (workload) => replicasAtFirst(scenario.autoscalers, workload),
      (pod) => scheduler.place(pod),
    );
    const steady = state.pods;
    for (const workload of state.workloads) this.api.workloads.restore(workload);
    for (const set of state.sets) this.api.replicaSets.restore(set);
    const disruption = new DisruptionController(
      environment,
      controllers,
      scenario.disruption_budgets,
      steady,
    );
    for (const budget of disruption.steady()) this.api.disruptionBudgets.restore(budget);
    startWorkloadControllers(environment, this.api, this.links.controllers, state);
    for (const pod of steady) {
      this.api.pods.restore(pod);
      this.machines[pod.node as number]?.kubelet?.restore(pod);
    }
    const nodeControllers = startNodeControllers(environment, this.api, this.links.controllers, steady);
    this.controlPlane = new ControlPlane(environment, this.api, {
      links: { 'controller-manager': this.links.controllers, scheduler: this.links.scheduler },
      controllers: nodeControllers,
      leader_election: scenario.cluster.leader_election,
    });
    if (scenario.autoscalers.length > 0) this.#startAutoscalers(scenario.autoscalers, controllers, steady);
    for (const each of scenario.services) {
      this.api.services.restore({ name: serviceKey(each), service: each });
    }
    const endpoints = new EndpointSliceController(environment, controllers, service, steady);
    this.api.endpoints.restore(endpoints.current);
    for (const other of scenario.services) {
      if (other === service || !hasProxiedEndpoints(other)) continue;
      const { current } = new EndpointSliceController(environment, controllers, other, steady);
      this.api.endpoints.restore(current);
    }
    const entry = this.machines[ENTRY] as Machine;
    const isIpvs = scenario.cluster.proxy_mode === 'ipvs';
    const proxyOptions: KubeProxyOptions = {
      min_sync_period: isIpvs ? 'kube_proxy_ipvs_min_sync_period' : 'kube_proxy_min_sync_period',
      usesTerminating: environment.platform.usesTerminating,
      local_node:
        service.external_traffic_policy === 'Local' && service.type !== 'ClusterIP' ? ENTRY : undefined,
      near: environment.platform.kubernetes.traffic_distribution
        ? nearOf(service.traffic_distribution, scenario.cluster.nodes, ENTRY)
        : [],
    };
    this.#proxy = new KubeProxy(
      environment,
      this.api.client(entry.link),
      endpoints.current,
      proxyOptions,
      (cause) => {
        this.reachableAgain(cause);
      },
    );
    const balance = balancer(
      environment,
      service,
      isIpvs || environment.platform.balancing === 'round-robin',
    );
    const dns =
      scenario.load.resolve === 'dns' && service.is_headless
        ? new ClusterDns(environment, controllers, endpoints.current)
        : undefined;
    this.network = new Network(
      environment,
      () => (dns === undefined ? this.#throughProxy(balance) : toOneOf(dns.lookup(), balance)),
      (address) => this.#backend(address),
      (address) => this.machines.find(({ kubelet }) => kubelet?.knows(podOf(address)))?.index,
    );
  }

  /** Whether the load goes to this Service. */
  isOfLoad({ service, namespace }: { readonly service: string; readonly namespace: string }): boolean {
    return service === this.#service.name && namespace === this.#service.namespace;
  }

  machine(name: string): Machine | undefined {
    return this.machines.find(({ spec }) => spec.name === name);
  }

  isWithoutDns(pod: string): boolean {
    return !this.dnsOutages.answers(pod, this.environment.now_ms);
  }

  /** Something is reachable again that the proxy's rules never gave up. */
  reachableAgain(cause: Cause): void {
    if (this.#proxy.rules.backends.some((address) => this.#serves(address))) this.#restored(cause);
  }

  #machine(spec: Node, index: number, processors: Processors | undefined): Machine {
    const events: NodeEvents = {
      processServing: (pod, process, cause) => this.#processServing(pod, process, cause),
    };
    const images = this.registry.node();
    const startKubelet: StartKubelet = (environment, link) =>
      new Kubelet(environment, this.api.client(link), {
        ...{ name: spec.name, index, images, events },
        dnsOutages: this.dnsOutages,
      });
    return new Machine(this.environment, spec, index, startKubelet, processors);
  }

  #startAutoscalers(
    autoscalers: readonly Autoscaler[],
    controllers: ApiClient,
    steady: readonly PodObject[],
  ): void {
    const names = () => [...this.api.pods.values()].map(({ name }) => name);
    const metrics = new MetricsServer(this.environment, names, (pod) => this.#usage(pod));
    for (const autoscaler of autoscalers) {
      const target = [...this.api.workloads.values()].find(
        ({ workload: { name, namespace, kind } }) =>
          name === autoscaler.workload && namespace === autoscaler.namespace && kind !== 'DaemonSet',
      );
      if (target === undefined) continue;
      new HorizontalPodAutoscaler(this.environment, controllers, metrics, autoscaler, target.name, steady);
    }
  }

  /** What the pod's containers have used; undefined while none runs. */
  #usage(pod: string): Usage | undefined {
    const worker = this.worker(pod);
    const template = this.api.pods.get(pod)?.template;
    const containers = [...(template?.containers ?? []), ...(template?.init_containers ?? [])];
    const used = containers.flatMap(({ name }) => {
      const process = worker?.container(name);
      return process === undefined || process.hasExited ? [] : [process.usage];
    });
    // A container like the others to the kubelet; where it has ended it goes on to count, as one that stands still.
    const stressed = worker?.cpu.stressUsage;
    if (stressed !== undefined && used.length > 0) used.push(stressed);
    return used.length === 0
      ? undefined
      : {
          cpu_ms: used.reduce((sum, each) => sum + each.cpu_ms, 0),
          requests: used.reduce((sum, each) => sum + each.requests, 0),
          started_at_ms: Math.max(...used.map((each) => each.started_at_ms)),
        };
  }

  worker(pod: string): PodWorker | undefined {
    for (const { kubelet } of this.machines) {
      const worker = kubelet?.worker(pod);
      if (worker !== undefined) return worker;
    }
    return undefined;
  }

  /** Pods that a fault may hit, as the chaos runner sees them: ready, not being deleted or about to be, sorted by name. */
  candidates(workload: string, namespace: string): string[] {
    const names: string[] = [];
    for (const pod of this.api.pods.values()) {
      const isOfWorkload = pod.workload.name === workload && pod.workload.namespace === namespace;
      if (isOfWorkload && pod.ready && !isTerminating(pod) && !this.claims.isLeaving(pod))
        names.push(pod.name);
    }
    return names.sort();
  }

  /** Nodes that a fault may hit: those that run candidates, but for the one where the load enters; sorted by name. */
  nodeCandidates(workload: string, namespace: string): string[] {
    const names = new Set<string>();
    for (const name of this.candidates(workload, namespace)) {
      const node = this.api.pods.get(name)?.node;
      if (node !== undefined && node !== ENTRY) names.add((this.machines[node] as Machine).spec.name);
    }
    return [...names].sort();
  }

  /** Zones that an outage may hit: those of such nodes, but for the one where the load enters; sorted by name. */
  zoneCandidates(workload: string, namespace: string): string[] {
    const entry = (this.machines[ENTRY] as Machine).spec.zone;
    const zones = this.nodeCandidates(workload, namespace).map(
      (name) => this.machine(name)?.spec.zone ?? entry,
    );
    return [...new Set(zones)].filter((zone) => zone !== entry).sort();
  }

  /** All nodes of a zone, sorted by name. */
  nodesIn(zone: string): string[] {
    return this.machines.flatMap(({ spec }) => (spec.zone === zone ? [spec.name] : [])).sort();
  }

  #throughProxy(balance: Balancer): Choice {
    const { backends, otherwise } = this.#proxy.rules;
    const address = balance(backends);
    return address === undefined ? otherwise : { address };
  }

  #backend(address: string): Backend | undefined {
    const pod = podOf(address);
    for (const machine of this.machines) {
      const worker = machine.kubelet?.worker(pod);
      if (worker === undefined) continue;
      const { sandbox } = worker;
      // One that a later sandbox has taken the place of leads nowhere any more.
      if (sandbox?.address !== address) return undefined;
      const isIsolated = this.isolated.has(pod);
      return { sandbox, process: worker.processAt(this.#target_port), machine, isIsolated };
    }
    return undefined;
  }

  #serves(address: string): boolean {
    const backend = this.#backend(address);
    return (
      backend?.machine.isReachable === true &&
      !backend.isIsolated &&
      backend.process?.serves('requests') === true
    );
  }

  /** A program behind rules that never lost its address serves from here: restarted, or no longer stopped. */
  #processServing(pod: PodWorker, process: Process, cause: Cause): void {
    const address = pod.sandbox?.address;
    if (pod.processAt(this.#target_port) !== process) return;
    if (address !== undefined && this.#proxy.rules.backends.includes(address)) {
      this.#restored(step(cause, 'application start', this.environment.now_ms));
    }
  }
}

/**
 * Whether kube-proxy hears of a Service's endpoints: not of a headless one's (Kubernetes 1.35
 * cmd/kube-proxy/app/server.go), and without a selector nobody writes them.
 */
function hasProxiedEndpoints({ is_headless, selector }: Service): boolean {
  return !is_headless && Object.keys(selector).length > 0;
}

/** A workload without load has long been scaled down as far as it may be. */
function replicasAtFirst(
  autoscalers: readonly Autoscaler[],
  { name, namespace, kind, replicas }: Workload,
): number {
  const its = autoscalers.find(
    (each) => each.workload === name && each.namespace === namespace && kind !== 'DaemonSet',
  );
  return its === undefined || replicas === 0 ? replicas : its.min_replicas;
}

/** A name that stands for nothing is an error at once; the client's, as a refusal is. */
function toOneOf(addresses: readonly string[], balance: Balancer): Choice {
  const address = balance(addresses);
  return address === undefined ? 'no-such-name' : { address };
}
