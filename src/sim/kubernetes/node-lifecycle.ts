import { type Cause, step } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { ApiClient } from './api-server.ts';
import type { ClientRateLimit } from './client-rate-limit.ts';
import type { EventRecorder } from './event-recorder.ts';
import { hasNoExecute, withNoExecute, withNoSchedule } from './node-taints.ts';
import { evictionInterval, type ZoneState, zoneState } from './node-zone.ts';
import type { NodeObject, PodObject } from './objects.ts';
import { TaintQueue } from './taint-queue.ts';
import { WorkQueue } from './work-queue.ts';

/** Pause between two attempts to write a node's condition, and how many there are (retrySleepTime, NodeHealthUpdateRetry). */
const RETRY_MS = 20;
const ATTEMPTS = 5;

/** Of sums of times: no delay is as short. */
const ROUNDING_MS = 1e-6;

export interface NodeControllerOptions {
  /** Of the controller's own client; its events go through it too. */
  readonly limit: ClientRateLimit;
  readonly events: EventRecorder;
  /** Of the steady state. */
  readonly pods: readonly PodObject[];
}

/**
 * The node lifecycle controller, after Kubernetes 1.35
 * pkg/controller/nodelifecycle/node_lifecycle_controller.go.
 *
 * It looks at the leases every five seconds. A node whose lease stands still for the grace period is Unknown: its
 * pods are marked as not ready, it takes no new ones, and it gets the taint that evicts its pods, so many nodes of
 * a zone at a time. All this goes by what the controller's watches have told it: when the API server comes back
 * from an outage and the watch of the leases is late, every lease seems to have stood still.
 */
export class NodeLifecycleController {
  readonly #environment: Environment;
  readonly #api: ApiClient;
  readonly #events: EventRecorder;
  readonly #limit: ClientRateLimit;
  readonly #nodes = new Map<string, NodeState>();
  /** As the watch tells it: when each lease was last renewed. */
  readonly #leases = new Map<string, number>();
  readonly #pods = new Map<string, PodObject>();
  readonly #zones = new Map<string, Zone>();
  readonly #noSchedule: WorkQueue;
  readonly #grace_ms: number;
  /** Counts its lives: it is another one after each restart. */
  #life = 0;

  constructor(environment: Environment, api: ApiClient, { events, limit, pods }: NodeControllerOptions) {
    this.#environment = environment;
    this.#api = api;
    this.#events = events;
    this.#limit = limit;
    this.#grace_ms = environment.delay_ms('node_monitor_grace_period');
    this.#noSchedule = new WorkQueue(environment, (name, cause, end) => {
      this.#taintNoSchedule(name, cause, () => end('done'));
    });
    for (const pod of pods) this.#pods.set(pod.name, pod);
    for (const { name, renewed_at_ms } of api.leases.values()) this.#leases.set(name, renewed_at_ms);
    const period_ms = environment.delay_ms('node_monitor_period');
    const first_ms = period_ms * environment.uniform('node/monitor')();
    for (const node of api.nodes.values()) this.#add(node, this.#healthOfOld(node.name, first_ms, period_ms));
    api.leases.watch(({ name, renewed_at_ms }) => this.#leases.set(name, renewed_at_ms));
    api.pods.watch((pod, gone) => {
      if (gone) this.#pods.delete(pod.name);
      else this.#pods.set(pod.name, pod);
    });
    api.nodes.watch((node, _gone, cause) => {
      const state = this.#nodes.get(node.name);
      if (state === undefined) return;
      state.object = node;
      this.#noSchedule.add(node.name, cause);
    });
    this.#monitorAfter(first_ms);
  }

  /** It was away: all that it knows is what the API server tells it now, and every node has its grace period again. */
  restart(): void {
    this.#life += 1;
    this.#zones.clear();
    for (const lease of this.#api.leases.values()) this.#leases.set(lease.name, lease.renewed_at_ms);
    const { now_ms } = this.#environment;
    for (const node of this.#api.nodes.values()) {
      const renewed_at_ms = this.#leases.get(node.name) ?? Number.NEGATIVE_INFINITY;
      const health = { probe_ms: now_ms, renewed_at_ms, heartbeat_at_ms: node.heartbeat_at_ms };
      const state = this.#add(node, health);
      // A node that it did not know is taken as reachable at first (monitorNodeHealth, added).
      this.#untaint(state, step(undefined, 'node lifecycle', now_ms));
    }
    this.#monitorAfter(0);
  }

  #add(object: NodeObject, health: Health): NodeState {
    const state = { object, health, needsRetry: false, turned: undefined };
    this.#nodes.set(object.name, state);
    this.#zone(object);
    return state;
  }

  /** What looks of before the trial, one a period, have left: a lease counts from the look that found it renewed. */
  #healthOfOld(name: string, first_ms: number, period_ms: number): Health {
    const renewed_at_ms = this.#leases.get(name) ?? Number.NEGATIVE_INFINITY;
    const looks = Math.floor((first_ms - renewed_at_ms) / period_ms);
    const probe_ms = first_ms - looks * period_ms;
    const heartbeat_at_ms = Number.NEGATIVE_INFINITY;
    if (probe_ms < 0) return { probe_ms, renewed_at_ms, heartbeat_at_ms };
    return { probe_ms: first_ms - period_ms, renewed_at_ms: Number.NEGATIVE_INFINITY, heartbeat_at_ms };
  }

  #monitorAfter(wait_ms: number): void {
    const life = this.#life;
    this.#environment.after(wait_ms, () => {
      if (life === this.#life) this.#monitor(life);
    });
  }

  /** monitorNodeHealth: the nodes beside each other; what follows from all of them when the last is done. */
  #monitor(life: number): void {
    const conditions = new Map<string, NodeObject['ready'][]>();
    let left = this.#nodes.size;
    const seen = (state: NodeState, ready: NodeObject['ready'] | undefined) => {
      const { zone } = state.object.spec;
      if (ready !== undefined) conditions.set(zone, [...(conditions.get(zone) ?? []), ready]);
      left -= 1;
      if (left > 0 || life !== this.#life) return;
      this.#handleDisruption(conditions);
      const look_ms = this.#environment.delay_ms('controller_sync');
      this.#monitorAfter(look_ms + this.#environment.delay_ms('node_monitor_period'));
    };
    for (const state of this.#nodes.values()) {
      this.#check(state, state.object, ATTEMPTS, (ready) => seen(state, ready));
    }
  }

  /**
   * tryUpdateNodeHealth.
   *
   * @param known the node as the watch told it, and after a conflict as the API server has it
   * @param done told what it is now; undefined where that could not be written
   */
  #check(
    state: NodeState,
    known: NodeObject,
    attempts: number,
    done: (ready: NodeObject['ready'] | undefined) => void,
  ): void {
    const { health } = state;
    const { now_ms } = this.#environment;
    const renewed_at_ms = this.#leases.get(known.name) ?? Number.NEGATIVE_INFINITY;
    // Any other heartbeat than before is a sign of life, even an older one of a watch that is late.
    if (renewed_at_ms > health.renewed_at_ms || known.heartbeat_at_ms !== health.heartbeat_at_ms) {
      health.probe_ms = now_ms;
      health.renewed_at_ms = Math.max(renewed_at_ms, health.renewed_at_ms);
      health.heartbeat_at_ms = known.heartbeat_at_ms;
    }
    // A look takes a while, so that one which is due when the grace period ends comes after its end, never before.
    const isInGrace = now_ms < health.probe_ms + this.#grace_ms - ROUNDING_MS;
    if (isInGrace || known.ready === 'Unknown') {
      this.#handle(state, known, known.ready, known.ready, undefined, done);
      return;
    }
    const cause = step(undefined, 'node monitor grace period', now_ms, health.probe_ms);
    let hasConflict = false;
    const change = (current: NodeObject) => {
      hasConflict = current !== known;
      return hasConflict ? undefined : ({ ready: 'Unknown' } as const);
    };
    const retry = () => {
      const current = this.#api.nodes.get(known.name);
      if (current === undefined || attempts <= 1 || !this.#api.link.isUp) done(undefined);
      else this.#environment.after(RETRY_MS, () => this.#check(state, current, attempts - 1, done));
    };
    this.#api.nodes.attempt(
      known.name,
      change,
      cause,
      (stored) => {
        if (hasConflict) retry();
        else this.#handle(state, known, 'Unknown', known.ready, stored, done);
      },
      () => done(undefined),
    );
  }

  /** What follows from a node's condition, and from that it was another at the look before. */
  #handle(
    state: NodeState,
    known: NodeObject,
    ready: NodeObject['ready'],
    observed: NodeObject['ready'],
    changed: Cause | undefined,
    done: (ready: NodeObject['ready']) => void,
  ): void {
    const cause = changed ?? step(undefined, 'node lifecycle', this.#environment.now_ms);
    const queue = this.#zone(known).queue;
    const hasTurned = ready !== 'True' && observed === 'True';
    if (hasTurned) state.turned = cause;
    if (ready === 'True') {
      this.#untaint(state, cause);
    } else if (hasNoExecute(known) && !hasNoExecute(known, ready)) {
      this.#patch(known.name, (current) => ({ taints: withNoExecute(current, ready) }), cause);
    } else {
      if (!hasNoExecute(known, ready)) queue.remove(known.name);
      queue.add(known.name);
    }
    if (!hasTurned && !(state.needsRetry && observed !== 'True')) {
      state.needsRetry = false;
      done(ready);
      return;
    }
    const pods = [...this.#pods.values()].filter((pod) => pod.node === known.index && pod.ready);
    this.#markNotReady(pods, cause, (wasStored) => {
      state.needsRetry = !wasStored;
      done(ready);
    });
  }

  /** MarkPodsNotReady: one pod after the other (pkg/controller/util/node/controller_utils.go). */
  #markNotReady(pods: readonly PodObject[], cause: Cause, done: (wasStored: boolean) => void): void {
    const [pod, ...rest] = pods;
    if (pod === undefined) {
      done(true);
      return;
    }
    const next = () => {
      this.#events.record(pod.name);
      this.#markNotReady(rest, cause, done);
    };
    const change = (current: PodObject) => (current.ready ? { ready: false } : undefined);
    this.#api.pods.attempt(pod.name, change, cause, next, () => done(false));
  }

  #taintNoSchedule(name: string, cause: Cause, end: () => void): void {
    const known = this.#nodes.get(name)?.object;
    if (known === undefined || withNoSchedule(known) === undefined) {
      end();
      return;
    }
    const change = (current: NodeObject) => {
      // The condition that it goes by is the one it knows.
      const { ready, unschedulable } = known;
      const taints = withNoSchedule({ ...current, ready, unschedulable });
      return taints && { taints };
    };
    this.#patch(name, change, cause, end);
  }

  /** doNoExecuteTaintingPass: whether it could be sent. A node that has become ready is let go. */
  #taintNoExecute(name: string): boolean {
    const state = this.#nodes.get(name);
    if (state === undefined || state.object.ready === 'True') return true;
    if (!this.#api.link.isUp) return false;
    const { ready } = state.object;
    const cause = step(state.turned, 'node eviction rate', this.#environment.now_ms);
    this.#patch(name, (current) => ({ taints: withNoExecute(current, ready) }), cause);
    return true;
  }

  /** markNodeAsReachable. */
  #untaint({ object }: NodeState, cause: Cause): void {
    this.#zone(object).queue.remove(object.name);
    if (!hasNoExecute(object)) return;
    this.#patch(object.name, (current) => ({ taints: withNoExecute(current, 'True') }), cause);
  }

  /** Reads the node and writes it back, at most once (pkg/controller/controller_utils.go AddOrUpdateTaintOnNode). */
  #patch(
    name: string,
    change: (current: NodeObject) => Partial<NodeObject> | undefined,
    cause: Cause,
    end: () => void = () => {},
  ): void {
    this.#limit.take(() => this.#api.nodes.attempt(name, change, cause, end, end));
  }

  #zone({ spec }: NodeObject): Zone {
    let zone = this.#zones.get(spec.zone);
    if (zone === undefined) {
      const interval_ms = this.#environment.delay_ms('node_eviction_interval');
      const queue = new TaintQueue(this.#environment, interval_ms, (node) => this.#taintNoExecute(node));
      zone = { state: 'initial', queue };
      this.#zones.set(spec.zone, zone);
    }
    return zone;
  }

  /**
   * handleDisruption: where no node of any zone is ready it is rather the controller that sees nothing, so nobody is
   * evicted, and when the first node is back all of them get their grace period again.
   *
   * @param conditions by zone; of nodes whose condition could not be written nothing
   */
  #handleDisruption(conditions: ReadonlyMap<string, readonly NodeObject['ready'][]>): void {
    const states = new Map([...conditions].map(([name, ready]) => [name, zoneState(ready)]));
    for (const name of this.#zones.keys()) if (!states.has(name)) this.#zones.delete(name);
    const isAll = [...states.values()].every((state) => state === 'full-disruption');
    const wasAll = [...this.#zones.values()].every(({ state }) => state === 'full-disruption');
    if (isAll && wasAll) return;
    if (isAll) {
      const cause = step(undefined, 'node lifecycle', this.#environment.now_ms);
      for (const state of this.#nodes.values()) this.#untaint(state, cause);
      for (const zone of this.#zones.values()) {
        zone.queue.setInterval(Number.POSITIVE_INFINITY);
        zone.state = 'full-disruption';
      }
      return;
    }
    if (wasAll) {
      for (const { health } of this.#nodes.values()) health.probe_ms = this.#environment.now_ms;
    }
    for (const [name, state] of states) {
      const zone = this.#zones.get(name);
      if (zone === undefined || (zone.state === state && !wasAll)) continue;
      const interval = evictionInterval(state, conditions.get(name)?.length ?? 0);
      const never = interval === 'never';
      zone.queue.setInterval(never ? Number.POSITIVE_INFINITY : this.#environment.delay_ms(interval));
      zone.state = state;
    }
  }
}

interface NodeState {
  /** As the watch last told it. */
  object: NodeObject;
  readonly health: Health;
  /** Its pods could not all be marked as not ready. */
  needsRetry: boolean;
  /** What made it not ready, the last time it was. */
  turned: Cause | undefined;
}

interface Health {
  /** The look that last found a sign of life; the grace period counts from here. */
  probe_ms: number;
  /** The signs of life it has seen. */
  renewed_at_ms: number;
  heartbeat_at_ms: number;
}

interface Zone {
  state: ZoneState;
  queue: TaintQueue;
}
