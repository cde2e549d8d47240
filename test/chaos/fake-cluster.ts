/**
 * A cluster in memory with two nodes, one workload and its Service, quick enough for tests of the runner: what is
 * deleted comes back after `start_ms`, on the emptier node. Everything that is asked of it is in `calls`, in order.
 */

import { now_ms } from '../../src/chaos/clock.ts';
import type {
  Cluster,
  ClusterIdentity,
  ClusterNode,
  ClusterWatcher,
  Endpoints,
  ObjectEvent,
  ObjectRef,
  Operation,
  Pod,
  PodRef,
  Provided,
  ProviderAction,
  Refusal,
  Transport,
  WorkloadState,
} from '../../src/chaos/cluster/cluster.ts';
import { ChangedError, PodReplacedError } from '../../src/chaos/cluster/cluster.ts';
import type { EphemeralContainers, EphemeralState } from '../../src/chaos/cluster/ephemeral-containers.ts';
import { patched } from '../../src/chaos/cluster/json-patch.ts';
import type { NetworkPolicy } from '../../src/chaos/cluster/network-policy.ts';
import { type VirtualServiceObject, viewVirtualService } from '../../src/chaos/cluster/virtual-service.ts';
import { sleep } from '../../src/chaos/sleep.ts';
import { EXIT, UserError } from '../../src/scenario/errors.ts';
import { lookupsOfRequests } from '../../src/scenario/lookups.ts';
import { amount } from '../../src/scenario/safety.ts';
import type { Labels, ManifestObject, Scenario, Selector, Workload } from '../../src/scenario/scenario.ts';
import { selects } from '../../src/scenario/selector.ts';

export interface FakeOptions {
  readonly kind?: Cluster['kind'];
  /** From a pod's creation, or its container's restart, to readiness; Infinity: never. */
  start_ms?: number;
  /** How long a graceful deletion takes. */
  readonly stop_ms?: number;
  /** Why containers wait, in Kubernetes' words. */
  readonly reason?: string;
  /** As "verb resource": what the account may not do; as "cause TYPE": faults it has no way to. */
  readonly forbidden?: readonly string[];
  /** Evictions that a disruption budget refuses before it lets one pass. */
  refusals?: number;
  /** Nodes of the cluster; the load enters at the first. */
  readonly nodes?: number;
  /** Whether the load enters at a node's address; default: it does. */
  readonly hasEntry?: boolean;
  /** Whether its network enforces NetworkPolicies, and its mesh injects faults; default: it does. */
  readonly enforces?: boolean;
  /** How stressors stand once they are added; default: they run. */
  readonly stressor?: EphemeralState;
  /** Of the cluster. */
  readonly uid?: string;
  /** Of the workload's object. */
  readonly labels?: Labels;
  /** The nodes take them in turn. */
  readonly zones?: readonly string[];
  /** What the status of each budget says, though the pods say more or less. */
  readonly allowed?: number;
}

const RUNNING: EphemeralState = { is: 'running', reason: undefined, ran_s: undefined };
const HASH = '6d4cf56db6';
/** An image that is nowhere. */
const BAD_IMAGE = /\.invalid\//;

/** As the template has it. */
interface TemplateContainer {
  readonly name: string;
  readonly image: string;
  readonly readinessProbe?: { readonly httpGet?: object; readonly tcpSocket?: { readonly port: number } };
}

/** Its image is nowhere, or nobody serves what its readiness probe asks. */
const isBad = ({ image, readinessProbe }: TemplateContainer): boolean =>
  BAD_IMAGE.test(image) || readinessProbe?.tcpSocket?.port === 1;

export class FakeCluster implements Cluster {
  readonly kind: Cluster['kind'];
  readonly calls: string[] = [];
  readonly objects = new Map<string, string>();
  readonly events: ObjectEvent[] = [];
  readonly #scenario: Scenario;
  readonly #options: FakeOptions;
  readonly #pods = new Map<string, Pod>();
  readonly #watchers = new Set<ClusterWatcher>();
  readonly #nodes: ClusterNode[];
  readonly #provided = new Set<string>();
  #template: {
    replicas: number;
    hash: string;
    containers: readonly TemplateContainer[];
    restartedAt?: string;
  };
  #count = 0;
  #turn = 0;
  /** Istio's, as the API has them; their faults befall all requests. */
  readonly virtual_services: VirtualServiceObject[] = [];
  /** Run before a call is served: a test's way to step in. */
  before: (call: string) => void | Promise<void> = () => {};
  /** Run when a call of the provider has been served, before it is answered. */
  after: (call: string) => void = () => {};

  constructor(scenario: Scenario, options: FakeOptions = {}) {
    this.kind = options.kind ?? 'embedded';
    this.#scenario = scenario;
    this.#options = options;
    this.#nodes = Array.from({ length: options.nodes ?? 2 }, (_, index) => ({
      name: `node-${index + 1}`,
      uid: `uid-node-${index + 1}`,
      resource_version: '1',
      ready: true,
      unschedulable: false,
      taints: [],
      addresses: [],
      zone: options.zones === undefined ? `zone-${index + 1}` : options.zones[index % options.zones.length],
    }));
    const { replicas, pod } = this.#workload;
    const readinessProbe = { httpGet: { path: '/', port: 80 } };
    const containers = pod.containers.map(({ name, image }) => ({ name, image, readinessProbe }));
    this.#template = { replicas, hash: HASH, containers };
  }

  get #workload(): Workload {
    return this.#scenario.workloads[0]!;
  }

  /** What was asked of the provider and not undone. */
  get broken(): string[] {
    return [...this.#provided];
  }

  /** Of the workload, as its object has it. */
  get template() {
    return this.#template;
  }

  get podNames(): string[] {
    return [...this.#pods.keys()].sort();
  }

  async describe() {
    await this.#called('describe');
    return 'fake, 1 node';
  }

  async identity(): Promise<ClusterIdentity> {
    return {
      kind: 'kubernetes',
      uid: this.#options.uid ?? 'uid-cluster',
      context: 'fake',
      server: 'https://fake',
    };
  }

  async warm() {}

  async tell(event: ObjectEvent) {
    await this.before(`tell ${event.reason} ${event.regarding.name}`);
    this.events.push(event);
  }

  async may(verb: string, resource: string) {
    return !(this.#options.forbidden ?? []).includes(`${verb} ${resource}`);
  }

  async resourceOf({ apiVersion, kind, namespace }: ObjectRef) {
    const group = apiVersion.includes('/') ? apiVersion.split('/')[0]! : '';
    return { group, resource: `${kind.toLowerCase()}s`, namespace };
  }

  check({ faults }: Scenario): void {
    const impossible = faults.find(({ type }) => this.#options.forbidden?.includes(`cause ${type}`));
    if (impossible !== undefined) {
      throw new UserError(`no way to cause ${impossible.type}`, { exitCode: EXIT.configuration });
    }
  }

  async apply(object: ManifestObject) {
    await this.#called(`apply ${object.kind}`);
    const found = this.objects.has(keyOf(object));
    if (!found) this.objects.set(keyOf(object), `uid-${++this.#count}`);
    if (object.kind === this.#workload.kind && !found) this.#fill();
    if (object.kind === 'VirtualService' && !found) {
      const body = object.body as VirtualServiceObject;
      const uid = this.objects.get(keyOf(object)) as string;
      this.virtual_services.push({ ...body, metadata: { ...body.metadata, uid } });
    }
    return found ? 'unchanged' : 'created';
  }

  async find(ref: ObjectRef) {
    const uid = ref.kind === 'Pod' ? this.#pods.get(ref.name)?.uid : this.objects.get(keyOf(ref));
    return uid === undefined ? undefined : { uid, applied: true };
  }

  async remove(ref: ObjectRef, uid: string) {
    await this.#called(`remove ${ref.kind}`);
    if (this.objects.get(keyOf(ref)) !== uid) throw new Error(`${ref.kind} has another uid`);
    this.objects.delete(keyOf(ref));
    if (ref.kind === 'VirtualService') {
      this.virtual_services.splice(
        this.virtual_services.findIndex(({ metadata }) => metadata?.uid === uid),
        1,
      );
    }
    if (ref.kind === this.#workload.kind) this.#pods.clear();
  }

  async pods(namespace: string, selector: Selector) {
    return [...this.#pods.values()].filter(
      (pod) => pod.namespace === namespace && selects(selector, pod.labels),
    );
  }

  /** As somebody has put them there, of any namespace; those of faults are in `objects`. */
  readonly policies: NetworkPolicy[] = [];

  async networkPolicies(namespace: string) {
    return this.policies.filter((each) => each.namespace === namespace);
  }

  async virtualServices(namespace: string | undefined) {
    return this.virtual_services
      .map(viewVirtualService)
      .filter((each) => namespace === undefined || each.namespace === namespace);
  }

  /** Stressors by the UID of their pod. */
  readonly #stressors = new Map<string, { name: string; state: EphemeralState }[]>();

  readonly ephemeral: EphemeralContainers = {
    add: async (ref, { name }) => {
      await this.#called(`add ${ref.name}`);
      const pod = this.#exactly(ref);
      const { stressor = RUNNING } = this.#options;
      this.#stressors.set(ref.uid, [...(this.#stressors.get(ref.uid) ?? []), { name, state: stressor }]);
      this.#set({ ...pod, ephemeral: [...(pod.ephemeral ?? []), name] });
    },
    find: async ({ uid }, name) => this.#stressors.get(uid)?.find((each) => each.name === name)?.state,
    exec: async ({ name: pod, uid }, name) => {
      await this.#called(`exec ${pod}`);
      this.endStressor(uid, name, 'Completed', 0);
    },
  };

  /** Of one pod, or of all. */
  get stressed(): string[] {
    return [...this.#stressors].flatMap(([uid, all]) =>
      all.some(({ state }) => state.is === 'running') ? [uid] : [],
    );
  }

  /** As if its program had ended. */
  endStressor(uid: string, name: string | undefined, reason: string, ran_s: number): void {
    const ended = { is: 'terminated', reason, ran_s } as const;
    const all = this.#stressors.get(uid) ?? [];
    this.#stressors.set(
      uid,
      all.map((each) => (name === undefined || each.name === name ? { ...each, state: ended } : each)),
    );
  }

  async podsOn(node: string) {
    return [...this.#pods.values()].filter((pod) => pod.node === node);
  }

  async nodes() {
    return [...this.#nodes];
  }

  async workload(): Promise<WorkloadState | undefined> {
    const { kind, namespace, name } = this.#workload;
    const uid = this.objects.get(`${kind} ${namespace}/${name}`);
    if (uid === undefined) return undefined;
    const { replicas } = this.#template;
    const labels = this.#options.labels ?? {};
    const containers = this.#template.containers.map(({ name, image, readinessProbe }) => ({
      ...{ name, image, readiness_probe: readinessProbe },
    }));
    return { uid, labels, replicas, containers, annotations: undefined, unsettled: undefined };
  }

  /** What Services select by since somebody changed it, by name. */
  readonly #selectors = new Map<string, Record<string, string>>();

  #selectorOf(service: string): Record<string, string> {
    const { selector } = this.#scenario.services.find(({ name }) => name === service)!;
    return this.#selectors.get(service) ?? { ...selector };
  }

  /** Of the workload, its number of pods, its images and that it was restarted; of a node, that it is cordoned, and its taints; of a Service, its selector. */
  async patch(ref: ObjectRef, patch: readonly Operation[], subresource?: string) {
    await this.#called(`patch ${ref.kind} ${ref.name}${subresource === undefined ? '' : `/${subresource}`}`);
    if (ref.kind === 'Pod') {
      const pod = this.#pods.get(ref.name);
      if (pod === undefined) throw new ChangedError(`there is no pod ${ref.name}`);
      const { metadata } = patched({ metadata: { uid: pod.uid, labels: { ...pod.labels } } }, patch);
      this.#set({ ...pod, labels: metadata.labels });
      return;
    }
    if (ref.kind === 'VirtualService') {
      const index = this.virtual_services.findIndex(
        ({ metadata }) => metadata?.name === ref.name && metadata.namespace === ref.namespace,
      );
      const found = this.virtual_services[index];
      if (found === undefined) throw new ChangedError(`there is no VirtualService ${ref.name}`);
      this.virtual_services[index] = patched(found, patch);
      return;
    }
    if (ref.kind === 'Service') {
      const metadata = { uid: this.objects.get(keyOf(ref)) };
      const { spec } = patched({ metadata, spec: { selector: this.#selectorOf(ref.name) } }, patch);
      this.#selectors.set(ref.name, spec.selector);
      return;
    }
    if (ref.kind === 'Node') {
      const index = this.#nodes.findIndex(({ name }) => name === ref.name);
      const { uid, resource_version, unschedulable, taints } = this.#nodes[index]!;
      const metadata = { uid, resourceVersion: resource_version };
      const { spec } = patched({ metadata, spec: { unschedulable, taints } }, patch);
      this.changeNode(ref.name, spec);
      return;
    }
    const { replicas, containers, restartedAt } = this.#template;
    const { spec } = patched(
      {
        metadata: { uid: this.objects.get(keyOf(ref)) },
        spec: {
          replicas,
          template: {
            metadata: {} as { annotations?: Record<string, string> },
            spec: { containers: structuredClone(containers) },
          },
        },
      },
      patch,
    );
    const { metadata, spec: podSpec } = spec.template;
    const restarted = Object.values(metadata.annotations ?? {})[0] ?? restartedAt;
    const isRestart = restarted !== restartedAt;
    this.#template = {
      replicas: spec.replicas,
      hash: isRestart ? `${HASH}${++this.#count}` : HASH,
      containers: podSpec.containers,
      ...(restarted === undefined ? {} : { restartedAt: restarted }),
    };
    if (isRestart) for (const pod of this.#owned()) this.#delete(pod, undefined);
    for (const pod of this.#owned().filter(({ ready }) => !ready)) this.#delete(pod, 0);
    for (const pod of this.#owned().slice(this.#template.replicas)) this.#delete(pod, undefined);
    this.#fill();
    if (podSpec.containers.some(isBad)) this.#add();
  }

  async disown() {}

  async provide(action: ProviderAction): Promise<Provided> {
    const what =
      'node' in action
        ? action.node
        : 'pod' in action
          ? action.pod.name
          : 'component' in action
            ? action.component
            : 'registry';
    await this.#called(`${action.verb} ${what}`);
    const after_ms = now_ms();
    if (action.verb === 'sandbox-kill') this.#restart(action.pod);
    if (/-(loss|partition|pause|down)$/.test(action.verb)) this.#provided.add(what);
    else this.#provided.delete(what);
    this.after(`${action.verb} ${what}`);
    return { after_ms, before_ms: now_ms() };
  }

  async evictPod(ref: PodRef, grace_period_s: number | undefined): Promise<Refusal | undefined> {
    await this.#called(`evict ${ref.name}`);
    const pod = this.#exactly(ref);
    if ((this.#options.refusals ?? 0) > 0) {
      this.#options.refusals = (this.#options.refusals ?? 0) - 1;
      return { because: 'the budget is used up', retry_after_ms: 0 };
    }
    this.#delete(pod, grace_period_s);
    this.#fill();
    return undefined;
  }

  /** Those of the scenario, over its only workload. */
  async budgets(namespace: string) {
    return this.#scenario.disruption_budgets
      .filter((budget) => budget.namespace === namespace)
      .map(({ name, selector, min_available, max_unavailable }) => {
        const { replicas } = this.#template;
        const desired_healthy =
          min_available === undefined
            ? replicas - amount(max_unavailable!, replicas, 'up')
            : amount(min_available, replicas, 'up');
        const healthy = this.#owned().filter(({ ready }) => ready).length;
        const allowed = this.#options.allowed ?? Math.max(0, healthy - desired_healthy);
        return { name, namespace, selector, allowed, desired_healthy };
      });
  }

  async endpoints(_namespace: string, service: string): Promise<Endpoints> {
    const { load } = this.#scenario;
    const pods = await this.pods(load.namespace, this.#selectorOf(load.service));
    const names = (chosen: Pod[]) => chosen.map((pod) => pod.name).sort();
    return {
      service,
      ready: names(pods.filter((pod) => pod.ready && !pod.terminating)),
      terminating: names(pods.filter((pod) => pod.ready && pod.terminating)),
    };
  }

  async watch(_: unknown, watcher: ClusterWatcher, signal: AbortSignal) {
    this.#watchers.add(watcher);
    signal.addEventListener('abort', () => this.#watchers.delete(watcher));
    for (const pod of this.#pods.values()) watcher.pod('added', pod);
    watcher.endpoints(await this.endpoints('', this.#scenario.load.service));
  }

  async deletePod(ref: PodRef, grace_period_s: number | undefined) {
    await this.#called(`delete ${ref.name}${grace_period_s === 0 ? ' at once' : ''}`);
    this.#delete(this.#exactly(ref), grace_period_s);
    this.#fill();
  }

  async killContainer(ref: PodRef, container: string) {
    await this.#called(`kill ${ref.name}/${container}`);
    this.#restart(ref);
  }

  #restart(ref: PodRef): void {
    const pod = this.#exactly(ref);
    const containers = pod.containers.map((one) => ({ ...one, ready: false, restarts: one.restarts + 1 }));
    this.#set({ ...pod, ready: false, containers });
    this.#start(pod.name, pod.uid);
  }

  async transport(): Promise<Transport> {
    return {
      route: 'in memory',
      entry_node: this.#options.hasEntry === false ? undefined : 'node-1',
      send: async ({ timeout_ms }) => {
        const { delay, abort } = this.#injected;
        if (delay !== undefined) {
          const delay_ms = Number.parseFloat(delay.fixedDelay) * 1000;
          await sleep(Math.min(delay_ms, timeout_ms));
          if (delay_ms >= timeout_ms) return { outcome: 'timeout', status: undefined };
        }
        if (abort !== undefined) return { outcome: 'answered', status: abort.httpStatus };
        const { ready } = await this.endpoints('', '');
        const pod = this.#pods.get(ready[this.#turn++ % ready.length] ?? '');
        if (pod !== undefined && this.#isSilent(pod)) return { outcome: 'timeout', status: undefined };
        return ready.length > 0
          ? { outcome: 'answered', status: 200 }
          : { outcome: 'refused', status: undefined };
      },
      close: async () => {},
    };
  }

  async close() {}

  /** What stands in the rules of its VirtualServices, and counts. */
  get #injected(): { readonly delay?: { fixedDelay: string }; readonly abort?: { httpStatus: number } } {
    if (this.#options.enforces === false) return {};
    const faults = this.virtual_services.flatMap(({ spec }) => (spec?.http ?? []).map(({ fault }) => fault));
    return Object.assign({}, ...faults);
  }

  /** Whether a NetworkPolicy keeps requests from this pod, or DNS from one that needs it for each. */
  #isSilent(pod: Pod): boolean {
    const needsDns = lookupsOfRequests(this.#scenario, this.#workload) !== undefined;
    return (
      this.#hasPolicy(pod, 'foreshock', 'foreshock.dev/partition') ||
      (needsDns && this.#hasPolicy(pod, 'foreshock-dns', 'foreshock.dev/dns-outage'))
    );
  }

  /** Whether a NetworkPolicy for this pod stands, and counts. */
  #hasPolicy({ namespace, uid, labels }: Pod, prefix: string, label: string): boolean {
    const isThere = this.objects.has(`NetworkPolicy ${namespace}/${prefix}-${uid}`);
    return isThere && labels[label] === uid && this.#options.enforces !== false;
  }

  /** Puts a pod there that carries the labels of the workload but belongs to somebody else. */
  addForeignPod(name: string, owner: Pod['owner'], options: Partial<Pod> = {}): void {
    this.#set({ ...this.#newPod(name), ready: true, owner, ...options });
  }

  /** As if somebody else had set it, of all containers. */
  setImage(image: string): void {
    const containers = this.#template.containers.map(({ name }) => ({ name, image }));
    this.#template = { ...this.#template, containers };
    for (const pod of this.#owned().filter(({ ready }) => !ready)) this.#delete(pod, 0);
  }

  selectorOf(service: string): Readonly<Record<string, string>> {
    return this.#selectorOf(service);
  }

  /** As if somebody else had set it, of all containers; undefined: none. */
  setReadinessProbe(readinessProbe: object | undefined): void {
    const containers = this.#template.containers.map(({ name, image }) => ({
      ...{ name, image },
      ...(readinessProbe === undefined ? {} : { readinessProbe }),
    }));
    this.#template = { ...this.#template, containers };
    for (const pod of this.#owned().filter(({ ready }) => !ready)) this.#delete(pod, 0);
  }

  changeNode(name: string, change: Partial<ClusterNode>): void {
    const index = this.#nodes.findIndex((node) => node.name === name);
    const resource_version = String(Number(this.#nodes[index]!.resource_version) + 1);
    this.#nodes[index] = { ...this.#nodes[index]!, resource_version, ...change };
  }

  /** As if somebody else had scaled it. */
  scaleTo(replicas: number): void {
    this.#template = { ...this.#template, replicas };
  }

  /** As if somebody else had restarted it under the same name, as a StatefulSet would. */
  replacePod(name: string): void {
    this.#set({ ...this.#pods.get(name)!, uid: `uid-${++this.#count}` });
  }

  async #called(call: string): Promise<void> {
    await this.before(call);
    this.calls.push(call);
  }

  #exactly(ref: PodRef): Pod {
    const pod = this.#pods.get(ref.name);
    if (pod === undefined || pod.uid !== ref.uid) throw new PodReplacedError(`${ref.name} is another pod`);
    return pod;
  }

  #delete(pod: Pod, grace_period_s: number | undefined): void {
    const gone = () => {
      if (!this.#pods.delete(pod.name)) return;
      this.#tell('deleted', pod);
    };
    if (grace_period_s === 0) {
      gone();
      return;
    }
    this.#set({ ...pod, terminating: true });
    setTimeout(gone, this.#options.stop_ms ?? 30);
  }

  #fill(): void {
    while (this.#owned().length < this.#template.replicas) this.#add();
  }

  #add(): void {
    const pod = this.#newPod(`${this.#ownerName}-${String(++this.#count).padStart(3, '0')}`);
    this.#set(pod, 'added');
    this.#start(pod.name, pod.uid);
  }

  /** The workload's own that stay. */
  #owned(): Pod[] {
    return [...this.#pods.values()].filter(
      (pod) => !pod.terminating && pod.owner?.name.startsWith(this.#workload.name),
    );
  }

  get #ownerName(): string {
    const { kind, name } = this.#workload;
    return kind === 'Deployment' ? `${name}-${this.#template.hash}` : name;
  }

  #newPod(name: string): Pod {
    const { kind, namespace, pod } = this.#workload;
    return {
      namespace,
      name,
      uid: `uid-${++this.#count}`,
      labels: { ...pod.labels, 'pod-template-hash': this.#template.hash },
      node: this.#emptiest(),
      phase: 'Running',
      ready: false,
      terminating: false,
      owner: { kind: kind === 'Deployment' ? 'ReplicaSet' : kind, name: this.#ownerName, uid: 'uid-owner' },
      mirror: false,
      tolerations: [],
      containers: pod.containers.map((container) => ({
        name: container.name,
        ready: false,
        restarts: 0,
        reason: this.#options.reason,
      })),
    };
  }

  #emptiest(): string | undefined {
    const load = (node: string) => this.#owned().filter((pod) => pod.node === node).length;
    const names = this.#nodes.filter(({ unschedulable }) => !unschedulable).map(({ name }) => name);
    return names.toSorted((a, b) => load(a) - load(b))[0];
  }

  #start(name: string, uid: string): void {
    const start_ms = this.#options.start_ms ?? 60;
    if (this.#template.containers.some(isBad) || !Number.isFinite(start_ms)) return;
    setTimeout(() => {
      const pod = this.#pods.get(name);
      if (pod?.uid !== uid) return;
      const containers = pod.containers.map((one) => ({ ...one, ready: true, reason: undefined }));
      this.#set({ ...pod, ready: true, containers });
    }, start_ms);
  }

  #set(pod: Pod, change: 'added' | 'modified' = 'modified'): void {
    this.#pods.set(pod.name, pod);
    this.#tell(change, pod);
  }

  #tell(change: 'added' | 'modified' | 'deleted', pod: Pod): void {
    for (const watcher of this.#watchers) {
      watcher.pod(change, pod);
      void this.endpoints('', this.#scenario.load.service).then((endpoints) => watcher.endpoints(endpoints));
    }
  }
}

function keyOf({ kind, namespace, name }: ObjectRef): string {
  return `${kind} ${namespace}/${name}`;
}
