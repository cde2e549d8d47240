/**
 * A cluster in memory with one Deployment and its Service, quick enough for tests of the runner: what is
 * deleted comes back after `start_ms`. Everything that is asked of it is in `calls`, in order.
 */
import type {
  Cluster,
  ClusterWatcher,
  Endpoints,
  ObjectRef,
  Pod,
  PodRef,
  Transport,
} from '../../src/chaos/cluster/cluster.ts';
import { PodReplacedError } from '../../src/chaos/cluster/cluster.ts';
import { EXIT, UserError } from '../../src/scenario/errors.ts';
import type { ManifestObject, Scenario, Selector, Workload } from '../../src/scenario/scenario.ts';
import { selects } from '../../src/scenario/selector.ts';

export interface FakeOptions {
  readonly kind?: Cluster['kind'];
  /** From a pod's creation, or its container's restart, to readiness; Infinity: never. */
  start_ms?: number;
  /** How long a graceful deletion takes. */
  readonly stop_ms?: number;
  /** Why containers wait, in Kubernetes' words. */
  readonly reason?: string;
  /** As "verb resource": what the account may not do. */
  readonly forbidden?: readonly string[];
}

const HASH = '6d4cf56db6';

export class FakeCluster implements Cluster {
  readonly kind: Cluster['kind'];
  readonly calls: string[] = [];
  readonly objects = new Map<string, string>();
  readonly #scenario: Scenario;
  readonly #options: FakeOptions;
  readonly #pods = new Map<string, Pod>();
  readonly #watchers = new Set<ClusterWatcher>();
  #count = 0;
  /** Run before a call is served: a test's way to step in. */
  before: (call: string) => void | Promise<void> = () => {};

  constructor(scenario: Scenario, options: FakeOptions = {}) {
    this.kind = options.kind ?? 'embedded';
    this.#scenario = scenario;
    this.#options = options;
  }

  get #workload(): Workload {
    return this.#scenario.workloads[0]!;
  }

  get podNames(): string[] {
    return [...this.#pods.keys()].sort();
  }

  async describe() {
    await this.#called('describe');
    return 'fake, 1 node';
  }

  async may(verb: string, resource: string) {
    return !(this.#options.forbidden ?? []).includes(`${verb} ${resource}`);
  }

  async apply(object: ManifestObject) {
    await this.#called(`apply ${object.kind}`);
    const found = this.objects.has(keyOf(object));
    if (!found) this.objects.set(keyOf(object), `uid-${++this.#count}`);
    if (object.kind === 'Deployment' && !found) this.#fill();
    return found ? 'unchanged' : 'created';
  }

  async find(ref: ObjectRef) {
    const uid = this.objects.get(keyOf(ref));
    return uid === undefined ? undefined : { uid };
  }

  async remove(ref: ObjectRef, uid: string) {
    await this.#called(`remove ${ref.kind}`);
    if (this.objects.get(keyOf(ref)) !== uid) throw new Error(`${ref.kind} has another uid`);
    this.objects.delete(keyOf(ref));
    if (ref.kind === 'Deployment') this.#pods.clear();
  }

  async pods(namespace: string, selector: Selector) {
    return [...this.#pods.values()].filter(
      (pod) => pod.namespace === namespace && selects(selector, pod.labels),
    );
  }

  async endpoints(_namespace: string, service: string): Promise<Endpoints> {
    const pods = [...this.#pods.values()];
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
    const pod = this.#exactly(ref);
    const gone = () => {
      if (!this.#pods.delete(pod.name)) return;
      this.#tell('deleted', pod);
    };
    if (grace_period_s === 0) gone();
    else {
      this.#set({ ...pod, terminating: true });
      setTimeout(gone, this.#options.stop_ms ?? 30);
    }
    this.#fill();
  }

  checkContainerKill(): void {
    if (this.#options.forbidden?.includes('kill containers')) {
      throw new UserError('no way to kill a container', { exitCode: EXIT.configuration });
    }
  }

  async killContainer(ref: PodRef, container: string) {
    await this.#called(`kill ${ref.name}/${container}`);
    const pod = this.#exactly(ref);
    const containers = pod.containers.map((one) => ({ ...one, ready: false, restarts: one.restarts + 1 }));
    this.#set({ ...pod, ready: false, containers });
    this.#start(pod.name, pod.uid);
  }

  async transport(): Promise<Transport> {
    return {
      route: 'in memory',
      send: async () => {
        const { ready } = await this.endpoints('', '');
        return ready.length > 0
          ? { outcome: 'answered', status: 200 }
          : { outcome: 'refused', status: undefined };
      },
      close: async () => {},
    };
  }

  async close() {}

  /** Puts a pod there that carries the labels of the workload but belongs to somebody else. */
  addForeignPod(name: string, owner: Pod['owner']): void {
    this.#set({ ...this.#newPod(name), ready: true, owner });
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

  #fill(): void {
    const staying = [...this.#pods.values()].filter((pod) => !pod.terminating && this.#owns(pod)).length;
    for (let count = staying; count < this.#workload.replicas; count += 1) {
      const pod = this.#newPod(`${this.#workload.name}-${HASH}-${String(++this.#count).padStart(3, '0')}`);
      this.#set(pod, 'added');
      this.#start(pod.name, pod.uid);
    }
  }

  #owns(pod: Pod): boolean {
    return pod.owner?.name === `${this.#workload.name}-${HASH}`;
  }

  #newPod(name: string): Pod {
    return {
      namespace: this.#workload.namespace,
      name,
      uid: `uid-${++this.#count}`,
      labels: { ...this.#workload.pod.labels, 'pod-template-hash': HASH },
      node: 'node-1',
      phase: 'Running',
      ready: false,
      terminating: false,
      owner: { kind: 'ReplicaSet', name: `${this.#workload.name}-${HASH}`, uid: 'uid-rs' },
      containers: this.#workload.pod.containers.map((container) => ({
        name: container.name,
        ready: false,
        restarts: 0,
        reason: this.#options.reason,
      })),
    };
  }

  #start(name: string, uid: string): void {
    const start_ms = this.#options.start_ms ?? 60;
    if (!Number.isFinite(start_ms)) return;
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
