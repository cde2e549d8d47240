/**
 * A cluster in virtual time whose API tells of things later than they are so, as a real one does: that a container died,
 * that a node is lost, what a disruption budget still lets go. It knows how things really are, and holds every hit
 * against that.
 */
import { isDeepStrictEqual } from 'node:util';
import {
  type Budget,
  ChangedError,
  type Cluster,
  type ClusterNode,
  type ObjectRef,
  type Operation,
  type PlacedTaint,
  type Pod,
  type PodRef,
  PodReplacedError,
  type Provided,
  type ProviderAction,
  type Refusal,
  type WorkloadState,
} from '../../src/chaos/cluster/cluster.ts';
import { patched } from '../../src/chaos/cluster/json-patch.ts';
import { NO_IMAGE } from '../../src/scenario/no-image.ts';
import { amount } from '../../src/scenario/safety.ts';
import type {
  Deployment,
  DisruptionBudget,
  FaultType,
  Labels,
  Selector,
  Workload,
} from '../../src/scenario/scenario.ts';
import { selects } from '../../src/scenario/selector.ts';
import { time } from './virtual-time.ts';

export interface LaggingOptions {
  readonly workload: Workload;
  readonly zones: readonly string[];
  readonly budgets: readonly DisruptionBudget[];
  /** Share of the pods that carry the label `protected`. */
  readonly protected_share: number;
  readonly random: () => number;
}

/** Faults whose effect on pods it knows. */
export const CAUSABLE: readonly FaultType[] = [
  ...(['pod-kill', 'container-kill', 'container-pause', 'sandbox-kill', 'network-partition'] as const),
  ...(['pod-eviction', 'node-cordon', 'node-drain', 'node-taint', 'node-loss', 'node-partition'] as const),
  ...(['zone-outage', 'rollout-restart', 'bad-image', 'bad-readiness', 'scale'] as const),
  ...(['endpoint-removal', 'control-plane-outage', 'registry-outage'] as const),
];

interface LivePod {
  readonly name: string;
  uid: string;
  labels: Labels;
  readonly node: string;
  /** As the template that it was made from reads. */
  readonly template: string;
  /** What the API says. */
  ready: boolean;
  restarts: number;
  terminating: boolean;
  /** How it really is. */
  isAlive: boolean;
  isPaused: boolean;
}

/** What was done to a pod, when it was. */
export interface Hit {
  readonly call: 'delete' | 'evict' | 'kill' | 'pause' | 'sandbox' | 'node' | 'cut' | 'taint' | 'controller';
  readonly pod: string;
  readonly uid: string;
  readonly node: string;
  readonly labels: Labels;
  readonly at_ms: number;
  /** Really serving, when it was hit. */
  readonly healthy_after: number;
  /**
   * Ready as the API has it. Whom a taint has deleted was judged when it was set: pods that served then count, since no
   * budget is about containers that are killed before its controller acts.
   */
  readonly ready_after: number;
  /** Where every pod was when the first hit of this moment came. */
  readonly nodes: ReadonlyMap<string, string>;
}

const HASH = 'abc';
const KUBELET_LOOK_MS = 1000;
const NODE_GRACE_MS = 50_000;
/** Until a controller has seen a change. */
const CONTROLLER_MS = 300;
/** A pod is not ready sooner. */
const START_MIN_MS = 500;
/** Of one call. */
const LATENCY_MS = 40;
/** What is hit within this was hit by one act. */
const MOMENT_MS = 2 * LATENCY_MS;

export class LaggingCluster {
  readonly kind = 'kubernetes';
  readonly hits: Hit[] = [];
  /** Of the calls to the API. */
  in_flight = 0;
  /** How long in all no call was in flight, since `idleFrom`. */
  #idle_since_ms: number | undefined;
  #idle_ms = 0;
  readonly pods_by_name = new Map<string, LivePod>();
  readonly #options: LaggingOptions;
  readonly #down = new Set<string>();
  /** What else a provider has broken. */
  readonly #provided = new Set<string>();
  readonly #nodeSpecs: Map<
    string,
    { unschedulable: boolean; taints: readonly PlacedTaint[]; version: number }
  >;
  /** UIDs of pods that a NetworkPolicy is about. */
  readonly #policies = new Set<string>();
  #selector: Labels = { app: 'nginx' };
  #replicas: number;
  #template: Template;
  readonly #first: Template;
  /** Whether its controller has something to do. */
  #isDue = false;
  #status: readonly Budget[] = [];
  #count = 0;
  #nodes: { at_ms: number; nodes: ReadonlyMap<string, string> } = { at_ms: -MOMENT_MS, nodes: new Map() };
  /** Called when a call of ours reaches the API, before it is served. */
  before: (call: string, pod: string) => void = () => {};

  constructor(options: LaggingOptions) {
    this.#options = options;
    const { workload, zones } = options;
    this.#nodeSpecs = new Map(
      zones.map((_, index) => [`node-${index + 1}`, { unschedulable: false, taints: [], version: 1 }]),
    );
    this.#replicas = workload.replicas;
    this.#template = {
      metadata: {},
      spec: { containers: workload.pod.containers.map(({ name, image }) => ({ name, image })) },
    };
    this.#first = this.#template;
    while (this.#staying().length < options.workload.replicas) this.#add(true);
    this.#status = this.#budgetsNow();
  }

  /** From here on it is counted how long nobody waits for the API. */
  countIdle(): void {
    this.#idle_ms = 0;
    this.#idle_since_ms = this.in_flight === 0 ? time.now_ms : undefined;
  }

  get idle_ms(): number {
    return this.#idle_ms + (this.#idle_since_ms === undefined ? 0 : time.now_ms - this.#idle_since_ms);
  }

  /** What stands that faults have done. */
  get broken(): readonly string[] {
    const pods = [...this.pods_by_name.values()];
    const paused = pods.filter(({ isPaused }) => isPaused).map(({ name }) => name);
    const labelled = pods.filter(({ labels }) => PARTITION in labels).map(({ name }) => name);
    const changed = [...this.#nodeSpecs].filter(
      ([, { unschedulable, taints }]) => unschedulable || taints.length > 0,
    );
    return [
      ...[...this.#down, ...paused, ...labelled, ...this.#provided, ...this.#policies],
      ...changed.map(([name]) => name),
      ...(this.#replicas === this.#options.workload.replicas ? [] : ['replicas']),
      ...(isDeepStrictEqual(this.#template.spec, this.#first.spec) ? [] : ['template']),
      ...(Object.keys(this.#selector).length === 1 ? [] : ['selector']),
    ];
  }

  /** How many pods really serve. */
  get healthy(): number {
    return this.#serving().length;
  }

  #serving(): LivePod[] {
    return this.#staying().filter(
      ({ isAlive, isPaused, ready, node, uid, labels }) =>
        ready &&
        isAlive &&
        !isPaused &&
        !this.#down.has(node) &&
        !(this.#policies.has(uid) && PARTITION in labels),
    );
  }

  /** Something happens to a pod that nobody has caused, and the API knows at once. */
  crash(index: number, back_after_ms: number): void {
    const pod = this.#staying()[index % Math.max(1, this.#staying().length)];
    if (pod === undefined) return;
    pod.ready = false;
    this.#changed();
    time.after(back_after_ms, () => {
      pod.ready = pod.isAlive && !this.#down.has(pod.node);
      this.#changed();
    });
  }

  /** As a StatefulSet's controller does after somebody else's deletion: another pod, of the same name. */
  replace(name: string): void {
    const pod = this.pods_by_name.get(name);
    if (pod === undefined) return;
    pod.uid = `uid-${++this.#count}`;
    pod.isPaused = false;
  }

  async pods(namespace: string, selector: Selector): Promise<readonly Pod[]> {
    await this.#call('list', '');
    if (namespace !== this.#options.workload.namespace) return [];
    return [...this.pods_by_name.values()]
      .filter(({ labels }) => selects(selector, labels))
      .map((pod) => this.#view(pod));
  }

  async podsOn(node: string): Promise<readonly Pod[]> {
    await this.#call('list', '');
    return [...this.pods_by_name.values()].filter((pod) => pod.node === node).map((pod) => this.#view(pod));
  }

  async nodes(): Promise<readonly ClusterNode[]> {
    await this.#call('list', '');
    return this.#options.zones.map((zone, index) => ({
      name: `node-${index + 1}`,
      uid: `uid-node-${index + 1}`,
      zone,
      ...{ ready: true, addresses: [], ...this.#specOf(`node-${index + 1}`) },
    }));
  }

  #specOf(name: string): Pick<ClusterNode, 'resource_version' | 'unschedulable' | 'taints'> {
    const { version, unschedulable, taints } = this.#nodeSpecs.get(name)!;
    return { resource_version: String(version), unschedulable, taints };
  }

  async budgets(): Promise<readonly Budget[]> {
    await this.#call('list', '');
    return this.#status;
  }

  async workload(): Promise<WorkloadState> {
    await this.#call('get', '');
    return {
      ...{ uid: 'uid-workload', labels: {}, replicas: this.#replicas, unsettled: undefined },
      containers: this.#template.spec.containers.map(({ readinessProbe, ...rest }) => ({
        ...rest,
        readiness_probe: readinessProbe,
      })),
      annotations: this.#template.metadata.annotations,
      is_rolling: this.#isDue || this.#old().length > 0,
    };
  }

  async find({ kind, name }: ObjectRef) {
    await this.#call('get', '');
    if (kind === 'Service') return { uid: 'uid-service', applied: true };
    const uid = kind === 'Pod' ? this.pods_by_name.get(name)?.uid : name.replace('foreshock-', '');
    if (uid === undefined || (kind === 'NetworkPolicy' && !this.#policies.has(uid))) return undefined;
    return { uid, applied: true };
  }

  async apply({ name }: ObjectRef) {
    await this.#call('apply', '');
    this.#policies.add(name.replace('foreshock-', ''));
    return 'created' as const;
  }

  async remove(_: ObjectRef, uid: string): Promise<void> {
    await this.#call('remove', '');
    this.#policies.delete(uid);
  }

  async disown(): Promise<void> {}

  async patch({ kind, name }: ObjectRef, patch: readonly Operation[]): Promise<void> {
    await this.#call('patch', name);
    switch (kind) {
      case 'Pod':
        return this.#patchPod(name, patch);
      case 'Node':
        return this.#patchNode(name, patch);
      case 'Service': {
        const before = { metadata: { uid: 'uid-service' }, spec: { selector: this.#selector } };
        this.#selector = patched(before, patch).spec.selector;
        return;
      }
      default: {
        const spec = { replicas: this.#replicas, template: this.#template };
        const after = patched({ metadata: { uid: 'uid-workload' }, spec }, patch).spec;
        this.#replicas = after.replicas;
        this.#template = after.template;
        this.#awake();
      }
    }
  }

  #patchPod(name: string, patch: readonly Operation[]): void {
    const pod = this.pods_by_name.get(name);
    if (pod === undefined) throw new ChangedError(`there is no pod ${name}`);
    const { labels } = patched({ metadata: { uid: pod.uid, labels: pod.labels } }, patch).metadata;
    const isCut = PARTITION in labels && !(PARTITION in pod.labels);
    pod.labels = labels;
    if (isCut) this.#hit('cut', pod);
  }

  #patchNode(name: string, patch: readonly Operation[]): void {
    const node = this.#nodeSpecs.get(name)!;
    const { unschedulable, taints, version } = node;
    const before = {
      metadata: { uid: `uid-${name}`, resourceVersion: String(version) },
      spec: { unschedulable, taints },
    };
    const { spec } = patched(before, patch);
    this.#nodeSpecs.set(name, { ...spec, version: version + 1 });
    if (spec.taints.length <= taints.length) return;
    const served = new Set(this.#serving().map(({ uid }) => uid));
    time.after(this.#some(CONTROLLER_MS), () => this.#expel(name, served));
  }

  /** The taint manager's: asks nobody. @param served UIDs of the pods that did when the node was tainted */
  #expel(node: string, served: ReadonlySet<string>): void {
    if (!this.#nodeSpecs.get(node)!.taints.some(({ effect }) => effect === 'NoExecute')) return;
    for (const pod of this.#staying().filter((each) => each.node === node)) this.#take(pod, 'taint', served);
  }

  /** Its controllers look after it, a while from now. */
  #awake(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    time.after(this.#some(CONTROLLER_MS), () => {
      this.#isDue = false;
      this.#reconcile();
    });
  }

  /** As the deployment controller: no more pods than the surge lets be, no fewer ready ones than it must keep. */
  #reconcile(): void {
    const { strategy } = this.#options.workload as Deployment;
    const wanted = this.#replicas;
    const isRecreate = strategy.type === 'Recreate';
    const [surge, unavailable] = isRecreate
      ? [0, wanted]
      : [amount(strategy.max_surge, wanted, 'up'), amount(strategy.max_unavailable, wanted, 'down')];
    const isOld = (pod: LivePod) => pod.template !== textOf(this.#template);
    const most = wanted + (this.#old().length > 0 ? surge : 0);
    const keep = wanted - (surge + unavailable === 0 ? 1 : unavailable);
    const readyFirst = (a: LivePod, b: LivePod) => Number(a.ready) - Number(b.ready);
    for (const pod of this.#staying().filter(isOld).toSorted(readyFirst)) {
      const ready = this.#staying().filter((each) => each.ready).length;
      if (!pod.ready || ready > keep) this.#take(pod, 'controller');
    }
    const surplus = this.#staying()
      .toSorted(readyFirst)
      .slice(0, Math.max(0, this.#staying().length - most));
    for (const pod of surplus) this.#take(pod, 'controller');
    const fresh = () => this.#staying().filter((pod) => !isOld(pod)).length;
    const isFree = () => !isRecreate || this.pods_by_name.size === fresh();
    while (isFree() && fresh() < wanted && this.#staying().length < most) this.#add(false);
    if (fresh() < wanted || this.#old().length > 0) this.#later();
  }

  #later(): void {
    time.after(CONTROLLER_MS, () => this.#awake());
  }

  #old(): LivePod[] {
    return this.#staying().filter((pod) => pod.template !== textOf(this.#template));
  }

  /** By a controller, gracefully. */
  #take(pod: LivePod, call: 'taint' | 'controller', served?: ReadonlySet<string>): void {
    const isReady = pod.ready;
    pod.terminating = true;
    if (isReady) this.#hit(call, pod, served);
    time.after(this.#some(2000), () => this.pods_by_name.delete(pod.name));
    this.#changed();
    this.#awake();
  }

  async warm(): Promise<void> {}

  async deletePod(ref: PodRef, grace_period_s: number | undefined): Promise<void> {
    await this.#call('delete', ref.name);
    this.#delete(ref, 'delete', grace_period_s);
  }

  async evictPod(ref: PodRef, grace_period_s: number | undefined): Promise<Refusal | undefined> {
    await this.#call('evict', ref.name);
    this.#exactly(ref);
    const refusing = this.#budgetsNow().find(({ allowed }) => allowed <= 0);
    if (refusing !== undefined) return { because: `${refusing.name} is used up`, retry_after_ms: 0 };
    this.#delete(ref, 'evict', grace_period_s);
    return undefined;
  }

  async killContainer(ref: PodRef): Promise<void> {
    await this.#call('kill', ref.name);
    this.#kill(this.#exactly(ref), 'kill');
  }

  async provide(action: ProviderAction): Promise<Provided> {
    const after_ms = time.now_ms;
    await this.#call(action.verb, 'pod' in action ? action.pod.name : '');
    if (action.verb === 'sandbox-kill') this.#kill(this.#exactly(action.pod), 'sandbox');
    if (action.verb === 'container-pause') {
      const pod = this.#exactly(action.pod);
      pod.isPaused = true;
      this.#hit('pause', pod);
    }
    if (action.verb === 'container-resume') {
      const pod = this.pods_by_name.get(action.pod.name);
      if (pod !== undefined && pod.uid === action.pod.uid) pod.isPaused = false;
    }
    if (action.verb === 'registry-down') this.#provided.add('registry');
    if (action.verb === 'registry-up') this.#provided.delete('registry');
    if (action.verb === 'control-plane-pause') this.#provided.add(action.component);
    if (action.verb === 'control-plane-resume') this.#provided.delete(action.component);
    if (action.verb === 'node-loss' || action.verb === 'node-partition') this.#lose(action.node, action.verb);
    if (action.verb === 'node-return' || action.verb === 'node-rejoin') this.#return(action.node);
    return { after_ms, before_ms: time.now_ms };
  }

  #lose(node: string, verb: 'node-loss' | 'node-partition'): void {
    this.#down.add(node);
    for (const pod of this.#staying().filter((each) => each.node === node)) {
      if (verb === 'node-loss') pod.isAlive = false;
      if (pod.ready) this.#hit('node', pod);
      time.after(NODE_GRACE_MS, () => {
        if (!this.#down.has(node)) return;
        pod.ready = false;
        this.#changed();
      });
    }
  }

  #return(node: string): void {
    this.#down.delete(node);
    for (const pod of this.#staying().filter((each) => each.node === node && !each.isAlive))
      this.#restart(pod);
  }

  #kill(pod: LivePod, call: Hit['call']): void {
    pod.isAlive = false;
    this.#hit(call, pod);
    this.#restart(pod);
  }

  /** Nobody knows until the kubelet has looked. */
  #restart(pod: LivePod): void {
    const { uid } = pod;
    const isSame = () => pod.uid === uid && !pod.isAlive && !this.#down.has(pod.node);
    time.after(this.#some(KUBELET_LOOK_MS), () => {
      if (!isSame()) return;
      pod.ready = false;
      this.#changed();
      time.after(this.#some(3000), () => {
        if (!isSame()) return;
        pod.isAlive = true;
        pod.restarts += 1;
        time.after(this.#some(2000), () => {
          pod.ready = pod.isAlive && !this.#down.has(pod.node);
          this.#changed();
        });
      });
    });
  }

  #delete(ref: PodRef, call: 'delete' | 'evict', grace_period_s: number | undefined): void {
    const pod = this.#exactly(ref);
    pod.terminating = true;
    this.#hit(call, pod);
    const gone = () => this.pods_by_name.delete(pod.name);
    if (grace_period_s === 0) gone();
    else time.after(this.#some(2000), gone);
    if (this.#old().length > 0) this.#awake();
    else if (this.#staying().length < this.#replicas) this.#add(false);
    this.#changed();
  }

  #add(isReady: boolean): void {
    const { workload, protected_share, random } = this.#options;
    const isProtected = random() < protected_share;
    const name = `${workload.name}-${HASH}-${String(++this.#count).padStart(5, '0')}`;
    const pod: LivePod = {
      name,
      uid: `uid-${name}`,
      labels: {
        ...workload.pod.labels,
        'pod-template-hash': HASH,
        ...(isProtected ? { protected: 'yes' } : {}),
      },
      node: this.#nodeFor(random),
      template: textOf(this.#template),
      ready: isReady,
      restarts: 0,
      ...{ terminating: false, isAlive: isReady, isPaused: false },
    };
    this.pods_by_name.set(name, pod);
    if (isReady || isBad(this.#template)) return;
    time.after(START_MIN_MS + this.#some(5000), () => {
      if (this.#down.has(pod.node)) return;
      pod.isAlive = true;
      pod.ready = true;
      this.#changed();
    });
  }

  /** The first takes all that the others do not. */
  #nodeFor(random: () => number): string {
    const name = `node-${1 + Math.floor(random() * this.#options.zones.length)}`;
    const { unschedulable, taints } = this.#nodeSpecs.get(name)!;
    return unschedulable || taints.length > 0 ? 'node-1' : name;
  }

  #hit(call: Hit['call'], { name: pod, uid, node, labels }: LivePod, served?: ReadonlySet<string>): void {
    const ready_after = this.#staying().filter(({ ready, uid }) => ready || served?.has(uid)).length;
    const nodes =
      this.#nodes.at_ms + MOMENT_MS > time.now_ms
        ? this.#nodes.nodes
        : new Map([...this.pods_by_name.values()].map(({ name, node }) => [name, node]));
    if (nodes !== this.#nodes.nodes) this.#nodes = { at_ms: time.now_ms, nodes };
    this.hits.push({
      call,
      pod,
      uid,
      node,
      labels,
      at_ms: time.now_ms,
      healthy_after: this.healthy,
      ready_after,
      nodes,
    });
  }

  #exactly(ref: PodRef): LivePod {
    const pod = this.pods_by_name.get(ref.name);
    if (pod === undefined || pod.uid !== ref.uid) throw new PodReplacedError(`${ref.name} is another pod`);
    return pod;
  }

  #staying(): LivePod[] {
    return [...this.pods_by_name.values()].filter(({ terminating }) => !terminating);
  }

  #budgetsNow(): readonly Budget[] {
    const { budgets, workload } = this.#options;
    const healthy = this.#staying().filter(({ ready }) => ready).length;
    return budgets.map(({ name, namespace, selector, min_available, max_unavailable }) => {
      const desired_healthy =
        min_available === undefined
          ? workload.replicas - amount(max_unavailable!, workload.replicas, 'up')
          : amount(min_available, workload.replicas, 'up');
      return { name, namespace, selector, desired_healthy, allowed: Math.max(0, healthy - desired_healthy) };
    });
  }

  /** The status of budgets follows after a while. */
  #changed(): void {
    if (this.#options.budgets.length === 0) return;
    time.after(this.#some(500), () => {
      this.#status = this.#budgetsNow();
    });
  }

  #view({ name, uid, labels, node, ready, restarts, terminating }: LivePod): Pod {
    const { workload } = this.#options;
    return {
      ...{ namespace: workload.namespace, name, uid, labels, node, ready, terminating, mirror: false },
      tolerations: [],
      phase: 'Running',
      owner: { kind: 'ReplicaSet', name: `${workload.name}-${HASH}`, uid: 'uid-set' },
      containers: workload.pod.containers.map((each) => ({
        name: each.name,
        ready,
        restarts,
        reason: undefined,
      })),
    };
  }

  #some(most_ms: number): number {
    return this.#options.random() * most_ms;
  }

  async #call(call: string, pod: string): Promise<void> {
    if (this.in_flight === 0 && this.#idle_since_ms !== undefined) {
      this.#idle_ms += time.now_ms - this.#idle_since_ms;
      this.#idle_since_ms = undefined;
    }
    this.in_flight += 1;
    await time.sleep(this.#some(LATENCY_MS));
    this.before(call, pod);
    this.in_flight -= 1;
    if (this.in_flight === 0) this.#idle_since_ms = time.now_ms;
  }
}

const PARTITION = 'foreshock.dev/partition';

/** Of the workload's pods. */
interface Template {
  readonly metadata: { readonly annotations?: Labels };
  readonly spec: {
    readonly containers: readonly {
      readonly name: string;
      readonly image: string;
      readonly readinessProbe?: object;
    }[];
  };
}

const textOf = (template: Template): string => JSON.stringify(template);

/** Nobody serves what a readiness probe of ours asks: before, there is none. */
const isBad = ({ spec }: Template): boolean =>
  spec.containers.some(({ image, readinessProbe }) => image === NO_IMAGE || readinessProbe !== undefined);

/** What a run of faults asks of it, and no more. */
export const asCluster = (cluster: LaggingCluster): Cluster => cluster as unknown as Cluster;
