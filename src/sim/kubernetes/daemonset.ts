import type { DaemonSet, PodTemplate } from '../../scenario/scenario.ts';
import { type Cause, step } from '../cause.ts';
import { below } from '../engine/random.ts';
import type { Environment } from '../environment.ts';
import type { ApiClient } from './api-server.ts';
import { shouldRun } from './daemonset-nodes.ts';
import { type Changes, type DaemonView, manage, update } from './daemonset-update.ts';
import type { EventRecorder } from './event-recorder.ts';
import { Expectations } from './expectations.ts';
import {
  isTerminal,
  isTerminating,
  type NodeObject,
  newPod,
  type PodObject,
  type WorkloadObject,
} from './objects.ts';
import { isAvailable } from './pod-availability.ts';
import { podNameOfKind } from './pod-names.ts';
import { atOnce, slowStart } from './slow-start.ts';
import { type SyncEnd, WorkQueue } from './work-queue.ts';

/** Kubernetes 1.35 pkg/controller/daemon/daemon_controller.go BurstReplicas. */
const BURST_REPLICAS = 250;

/**
 * The daemon set controller: one pod on every node that its pods can be on. A pod comes back when the one before has
 * ended, but where the update strategy has a surge: then as soon as it is being deleted (Kubernetes 1.35
 * pkg/controller/daemon/daemon_controller.go syncDaemonSet, getNodesToDaemonPods).
 */
export class DaemonSetController {
  readonly #environment: Environment;
  readonly #api: ApiClient;
  readonly #events: EventRecorder;
  readonly #queue: WorkQueue;
  readonly #daemons = new Map<string, DaemonState>();
  readonly #nodes: NodeObject[];

  constructor(
    environment: Environment,
    api: ApiClient,
    events: EventRecorder,
    steady: {
      readonly workloads: readonly WorkloadObject[];
      readonly pods: readonly PodObject[];
      readonly nodes: readonly NodeObject[];
    },
  ) {
    this.#environment = environment;
    this.#api = api;
    this.#events = events;
    this.#nodes = [...steady.nodes];
    this.#queue = new WorkQueue(environment, (key, cause, end) => this.#sync(key, cause, end));
    for (const object of steady.workloads) {
      if (isDaemonSet(object)) this.#daemons.set(object.name, newState(object));
    }
    for (const pod of steady.pods) {
      const state = this.#daemons.get(pod.owner);
      if (state === undefined) continue;
      state.pods.set(pod.name, pod);
      state.created += 1;
    }
    for (const state of this.#daemons.values()) state.written = this.#status(this.#view(state));
    api.nodes.watch((node, _gone, cause) => {
      const before = this.#nodes[node.index];
      this.#nodes[node.index] = node;
      // shouldIgnoreNodeUpdate
      if (before?.taints === node.taints) return;
      for (const key of this.#daemons.keys()) this.#queue.add(key, cause);
    });
    api.workloads.watch((object, gone, cause) => {
      const state = this.#daemons.get(object.name);
      if (gone || state === undefined || !isDaemonSet(object)) return;
      state.object = object;
      this.#queue.add(object.name, cause);
    });
    api.pods.watch((pod, gone, cause) => this.#onPod(pod, gone, cause));
  }

  #onPod(pod: PodObject, gone: boolean, cause: Cause): void {
    const state = this.#daemons.get(pod.owner);
    if (state === undefined) return;
    const before = state.pods.get(pod.name);
    if (gone) state.pods.delete(pod.name);
    else state.pods.set(pod.name, pod);
    if (gone || isTerminating(pod)) state.expectations.deletionSeen(pod.name);
    else if (before === undefined) state.expectations.creationSeen();
    this.#queue.add(pod.owner, cause);
    const { min_ready_s } = state.object.workload;
    if (min_ready_s > 0 && pod.ready && before?.ready === false) {
      this.#queue.addAfter(pod.owner, (min_ready_s + 1) * 1000, cause, 'minReadySeconds');
    }
  }

  #sync(key: string, because: Cause, end: (how: SyncEnd) => void): void {
    const state = this.#daemons.get(key);
    if (state === undefined) {
      end('done');
      return;
    }
    const cause = step(because, 'daemon set', this.#environment.now_ms);
    const finish = () => this.#writeStatus(state, cause, end);
    this.#revise(state, cause, () => {
      if (!state.expectations.areFulfilled) {
        finish();
        return;
      }
      this.#change(state, manage(this.#view(state)), cause, () => {
        const isRolling = state.object.workload.update_strategy.type === 'RollingUpdate';
        if (isRolling && state.expectations.areFulfilled) {
          this.#change(state, update(this.#view(state)), cause, finish);
        } else {
          finish();
        }
      });
    });
  }

  /** A template that is new, or an older one again, is first written down as a ControllerRevision. */
  #revise(state: DaemonState, cause: Cause, then: () => void): void {
    const { name, template } = state.object;
    if (state.revised === template) {
      then();
      return;
    }
    // What it says is in the workload already; what counts is that it takes a write.
    const written = () => {
      state.revised = template;
      then();
    };
    this.#api.workloads.update(name, () => undefined, cause, written);
  }

  /** syncNodes: first the creations, then the deletions. */
  #change(state: DaemonState, { create, remove }: Changes, cause: Cause, done: () => void): void {
    const creating = create.slice(0, BURST_REPLICAS);
    const removing = remove.slice(0, BURST_REPLICAS);
    state.expectations.expect(
      creating.length,
      removing.map(({ name }) => name),
    );
    slowStart(
      creating.length,
      (index, returned) => this.#create(state, creating[index] as NodeObject, cause, returned),
      () => atOnce(removing, (pod, returned) => this.#delete(state, pod, cause, returned), done),
    );
  }

  #create(state: DaemonState, node: NodeObject, cause: Cause, returned: () => void): void {
    const { name: owner, workload, template } = state.object;
    state.created += 1;
    const { now_ms } = this.#environment;
    const of = { workload, owner, template, target_node: node.index };
    const pod = newPod(podNameOfKind('DaemonSet', workload.name, state.created), of, now_ms);
    this.#api.pods.create(pod, step(cause, 'daemon set', now_ms), () => {
      this.#events.record(owner);
      returned();
    });
  }

  #delete({ object }: DaemonState, pod: PodObject, because: Cause, returned: () => void): void {
    const cause = step(because, 'daemon set', this.#environment.now_ms);
    this.#api.pods.delete(pod.name, pod.template.termination_grace_period_s, cause, () => {
      this.#events.record(object.name);
      returned();
    });
  }

  #writeStatus(state: DaemonState, cause: Cause, end: (how: SyncEnd) => void): void {
    const { name, workload } = state.object;
    const status = this.#status(this.#view(state));
    const finish = () => {
      if (workload.min_ready_s > 0 && status.ready !== status.available) {
        this.#queue.addAfter(name, workload.min_ready_s * 1000, cause, 'minReadySeconds');
      }
      end('done');
    };
    if (isSame(state.written, status)) {
      finish();
      return;
    }
    state.written = status;
    this.#api.workloads.update(name, () => undefined, cause, finish);
  }

  #view({ object, pods }: DaemonState): DaemonView {
    const { workload, template } = object;
    const byNode = new Map<number | undefined, PodObject[]>();
    for (const pod of pods.values()) {
      if (isTerminal(pod) && isTerminating(pod)) continue;
      const onNode = byNode.get(pod.target_node);
      if (onNode === undefined) byNode.set(pod.target_node, [pod]);
      else onNode.push(pod);
    }
    for (const onNode of byNode.values()) onNode.sort(byAge);
    return {
      workload,
      template,
      nodes: this.#shuffled(),
      podsOn: ({ index }) => byNode.get(index) ?? [],
      isAvailable: (pod) => isAvailable(this.#environment, pod, workload.min_ready_s),
    };
  }

  /** Go walks through a map in an order of its own each time, so chance decides which nodes come first. */
  #shuffled(): NodeObject[] {
    const nodes = [...this.#nodes];
    const uniform = this.#environment.uniform('daemon-set');
    for (let last = nodes.length - 1; last > 0; last -= 1) {
      const other = below(last + 1, uniform);
      [nodes[last], nodes[other]] = [nodes[other] as NodeObject, nodes[last] as NodeObject];
    }
    return nodes;
  }

  /** updateDaemonSetStatus: of each node its oldest pod counts. */
  #status({ template, nodes, podsOn, isAvailable }: DaemonView): DaemonStatus {
    const wanted = nodes.filter((node) => shouldRun(template, node));
    const oldest = wanted.flatMap((node) => podsOn(node)[0] ?? []);
    return {
      observed: template,
      desired: wanted.length,
      current: oldest.length,
      misscheduled: nodes.filter((node) => !wanted.includes(node) && podsOn(node).length > 0).length,
      ready: oldest.filter(({ ready }) => ready).length,
      available: oldest.filter(isAvailable).length,
      updated: oldest.filter((pod) => pod.template === template).length,
    };
  }
}

type DaemonSetObject = WorkloadObject & { readonly workload: DaemonSet };

interface DaemonState {
  object: DaemonSetObject;
  /** The template that there is a ControllerRevision of. */
  revised: PodTemplate;
  readonly pods: Map<string, PodObject>;
  readonly expectations: Expectations;
  created: number;
  /** The status as it was last written. */
  written: DaemonStatus | undefined;
}

/** The counts of apps/v1 DaemonSetStatus. */
interface DaemonStatus {
  readonly observed: PodTemplate;
  readonly desired: number;
  readonly current: number;
  readonly misscheduled: number;
  readonly ready: number;
  readonly available: number;
  readonly updated: number;
}

function isSame(a: DaemonStatus | undefined, b: DaemonStatus): boolean {
  return a !== undefined && (Object.keys(b) as (keyof DaemonStatus)[]).every((key) => a[key] === b[key]);
}

/** podByCreationTimestampAndPhase: pods that have a node first, then by age. */
function byAge(a: PodObject, b: PodObject): number {
  if ((a.node === undefined) !== (b.node === undefined)) return a.node === undefined ? 1 : -1;
  if (a.created_at_ms !== b.created_at_ms) return a.created_at_ms - b.created_at_ms;
  return a.name < b.name ? -1 : 1;
}

const isDaemonSet = (object: WorkloadObject): object is DaemonSetObject =>
  object.workload.kind === 'DaemonSet';

const newState = (object: DaemonSetObject): DaemonState => ({
  object,
  revised: object.template,
  pods: new Map(),
  expectations: new Expectations(),
  created: 0,
  written: undefined,
});
