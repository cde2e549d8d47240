/**
 * A cluster in virtual time whose API tells of things later than they are so, as a real one does: that a container died,
 * that a node is lost, what a disruption budget still lets go. It knows how things really are, and holds every hit
 * against that.
 */
import type {
  Budget,
  Cluster,
  ClusterNode,
  Pod,
  PodRef,
  Provided,
  ProviderAction,
  Refusal,
} from '../../src/chaos/cluster/cluster.ts';
import { PodReplacedError } from '../../src/chaos/cluster/cluster.ts';
import { amount } from '../../src/scenario/safety.ts';
import type { DisruptionBudget, Labels, Selector, Workload } from '../../src/scenario/scenario.ts';
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

interface LivePod {
  readonly name: string;
  uid: string;
  readonly labels: Labels;
  readonly node: string;
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
  readonly call: 'delete' | 'evict' | 'kill' | 'pause' | 'sandbox' | 'node';
  readonly pod: string;
  readonly uid: string;
  readonly labels: Labels;
  readonly at_ms: number;
  /** Really serving, when it was hit. */
  readonly healthy_after: number;
  /** Ready as the API has it. */
  readonly ready_after: number;
  /** Where every pod was when the first hit of this moment came. */
  readonly nodes: ReadonlyMap<string, string>;
}

const HASH = 'abc';
const KUBELET_LOOK_MS = 1000;
const NODE_GRACE_MS = 50_000;
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
  #status: readonly Budget[] = [];
  #count = 0;
  #nodes: { at_ms: number; nodes: ReadonlyMap<string, string> } = { at_ms: -MOMENT_MS, nodes: new Map() };
  /** Called when a call of ours reaches the API, before it is served. */
  before: (call: string, pod: string) => void = () => {};

  constructor(options: LaggingOptions) {
    this.#options = options;
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
    const paused = [...this.pods_by_name.values()].filter(({ isPaused }) => isPaused).map(({ name }) => name);
    return [...this.#down, ...paused];
  }

  /** Pods that really serve. */
  get healthy(): number {
    return this.#staying().filter(
      ({ isAlive, isPaused, ready, node }) => ready && isAlive && !isPaused && !this.#down.has(node),
    ).length;
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
      resource_version: '1',
      zone,
      ...{ ready: true, unschedulable: false, taints: [], addresses: [] },
    }));
  }

  async budgets(): Promise<readonly Budget[]> {
    await this.#call('list', '');
    return this.#status;
  }

  async workload() {
    await this.#call('get', '');
    const { replicas } = this.#options.workload;
    return {
      uid: 'uid-workload',
      labels: {},
      replicas,
      containers: [],
      annotations: undefined,
      unsettled: undefined,
    };
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
    this.#add(false);
    this.#changed();
  }

  #add(isReady: boolean): void {
    const { workload, protected_share, random, zones } = this.#options;
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
      node: `node-${1 + Math.floor(random() * zones.length)}`,
      ready: isReady,
      restarts: 0,
      ...{ terminating: false, isAlive: isReady, isPaused: false },
    };
    this.pods_by_name.set(name, pod);
    if (isReady) return;
    time.after(this.#some(5000), () => {
      if (this.#down.has(pod.node)) return;
      pod.isAlive = true;
      pod.ready = true;
      this.#changed();
    });
  }

  #hit(call: Hit['call'], { name: pod, uid, labels }: LivePod): void {
    const ready_after = this.#staying().filter(({ ready }) => ready).length;
    const nodes =
      this.#nodes.at_ms + MOMENT_MS > time.now_ms
        ? this.#nodes.nodes
        : new Map([...this.pods_by_name.values()].map(({ name, node }) => [name, node]));
    if (nodes !== this.#nodes.nodes) this.#nodes = { at_ms: time.now_ms, nodes };
    this.hits.push({
      call,
      pod,
      uid,
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

/** What a run of faults asks of it, and no more. */
export const asCluster = (cluster: LaggingCluster): Cluster => cluster as unknown as Cluster;
