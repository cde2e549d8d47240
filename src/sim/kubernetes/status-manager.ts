import { type Cause, step } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { ApiClient } from './api-server.ts';
import { isTerminal, isTerminating, type PodObject } from './objects.ts';
import type { PodStatus } from './pod-status.ts';

interface Entry {
  status: PodStatus;
  /** Since when it has been ready, as it was first written; undefined while it is not. */
  ready_since_ms: number | undefined;
  /** Why the status differs from what was sent last; undefined where it does not. */
  unsent: Cause | undefined;
  /** What the API server last said of the pod, while that is to be compared. */
  compared: { readonly said: PodStatus; readonly cause: Cause } | undefined;
  /** Whether containers of it may still run: until then no terminal phase is told. */
  mayRun: boolean;
  /** Whether nothing of it is left to do, so that its object can go once it is deleted. */
  isFinished: boolean;
}

/**
 * The status manager of one kubelet: sends what has changed, one pod after the other, each after a look at the object
 * that it changes. What changes while a round is under way waits for the next; what cannot be sent, and what somebody
 * else has written, is put right when all statuses are compared, once in `kubelet_status_sync_period` (Kubernetes
 * 1.35 pkg/kubelet/status/status_manager.go syncBatch, syncPod, needsReconcile).
 */
export class StatusManager {
  readonly #environment: Environment;
  readonly #api: ApiClient;
  readonly #name: string;
  readonly #started_at_ms: number;
  readonly #entries = new Map<string, Entry>();
  #isSending = false;
  #isWaiting = false;
  /** Where in the period the comparisons are, as a share of it, once anybody has asked. */
  #phase: number | undefined;

  /** @param name of its stream of luck */
  constructor(environment: Environment, api: ApiClient, name: string) {
    this.#environment = environment;
    this.#api = api;
    this.#name = name;
    this.#started_at_ms = environment.now_ms;
  }

  /** A pod that the kubelet begins to look after, with the status that its object has. */
  add({ name, phase, address, ready, ready_since_ms }: PodObject): void {
    this.#entries.set(name, {
      status: { phase, address, ready },
      ready_since_ms: ready ? ready_since_ms : undefined,
      unsent: undefined,
      compared: undefined,
      mayRun: true,
      isFinished: false,
    });
  }

  remove(pod: string): void {
    this.#entries.delete(pod);
  }

  /** Tells the API server, where something has changed. */
  report(pod: string, seen: PodStatus, cause: Cause): void {
    const entry = this.#entries.get(pod);
    if (entry !== undefined && !isSame(entry.status, withAddress(entry, seen)))
      this.#tell(entry, seen, cause);
  }

  /** No container of the pod runs any more, nor will, and its sandbox is gone: that is told in any case. */
  stopped(pod: string, seen: PodStatus, cause: Cause): void {
    const entry = this.#entries.get(pod);
    if (entry === undefined) return;
    entry.mayRun = false;
    this.#tell(entry, seen, cause);
  }

  /** Nothing of the pod is left to do: its object goes if it was deleted, and is over if not (TerminatePod). */
  finish(pod: string, cause: Cause): void {
    const entry = this.#entries.get(pod);
    if (entry === undefined) return;
    entry.isFinished = true;
    const { status } = entry;
    this.#tell(entry, isTerminal(status) ? status : { ...status, phase: 'Failed', ready: false }, cause);
  }

  /**
   * The API server says this of the pod: another status where somebody else has written it, as the node lifecycle
   * controller does with the pods of a node that it has given up.
   */
  observe({ name, phase, address, ready }: PodObject, cause: Cause): void {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    const isDue = entry.compared !== undefined;
    const said = { phase, address, ready };
    if (!isDue && isSame(said, entry.status)) return;
    entry.compared = { said, cause };
    if (!isDue) this.#environment.simulation.at(this.#nextComparison_ms(), () => this.#compare(entry));
  }

  #tell(entry: Entry, seen: PodStatus, cause: Cause): void {
    entry.status = withAddress(entry, seen);
    if (!seen.ready) entry.ready_since_ms = undefined;
    entry.unsent = cause;
    this.#round();
  }

  #compare(entry: Entry): void {
    const { compared } = entry;
    entry.compared = undefined;
    if (compared === undefined || isSame(compared.said, entry.status)) return;
    entry.unsent ??= step(compared.cause, 'kubelet status sync', this.#environment.now_ms);
    this.#round();
  }

  #round(): void {
    if (this.#isSending) return;
    const due = [...this.#entries].filter(([, { unsent }]) => unsent !== undefined);
    if (due.length === 0) return;
    if (!this.#api.link.isUp) {
      this.#retry();
      return;
    }
    this.#isSending = true;
    const batch = due.map(([pod, entry]) => ({ pod, status: entry.status, cause: entry.unsent as Cause }));
    for (const [, entry] of due) entry.unsent = undefined;
    this.#next(batch);
  }

  #retry(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#api.link.whenUp(() => {
      this.#environment.simulation.at(this.#nextComparison_ms(), () => {
        this.#isWaiting = false;
        this.#round();
      });
    });
  }

  #nextComparison_ms(): number {
    const period_ms = this.#environment.delay_ms('kubelet_status_sync_period');
    if (period_ms <= 0) return this.#environment.now_ms;
    this.#phase ??= this.#environment.uniform(`status-manager/${this.#name}`)();
    const first_ms = this.#started_at_ms + period_ms * this.#phase;
    const passed_ms = this.#environment.now_ms - first_ms;
    return passed_ms < 0 ? first_ms : first_ms + (Math.floor(passed_ms / period_ms) + 1) * period_ms;
  }

  #next(batch: Update[]): void {
    const update = batch.shift();
    if (update === undefined) {
      this.#isSending = false;
      this.#round();
      return;
    }
    const { pod, cause } = update;
    this.#environment.after(this.#environment.delay_ms('api_write'), () => {
      const read = step(cause, 'API server', this.#environment.now_ms);
      const object = this.#api.pods.get(pod);
      const entry = this.#entries.get(pod);
      if (object === undefined || entry === undefined) {
        this.#next(batch);
        return;
      }
      this.#patch(object, entry, merged(object, update.status, entry.mayRun), read, (patched) => {
        if (entry.isFinished && isTerminating(object)) this.#api.pods.remove(pod, patched);
        this.#next(batch);
      });
    });
  }

  /** A write, where it changes anything. */
  #patch(
    object: PodObject,
    entry: Entry,
    status: PodStatus,
    read: Cause,
    done: (stored: Cause) => void,
  ): void {
    if (isSame(object, status)) {
      done(read);
      return;
    }
    if (status.ready) entry.ready_since_ms ??= read.end_ms;
    const ready_since_ms = entry.ready_since_ms ?? read.end_ms;
    const change = (pod: PodObject) => (pod.ready === status.ready ? status : { ...status, ready_since_ms });
    this.#api.pods.update(object.name, change, read, done);
  }
}

interface Update {
  readonly pod: string;
  readonly status: PodStatus;
  readonly cause: Cause;
}

/** An address stays until another is known (pkg/kubelet/pleg/generic.go getPodIPs). */
const withAddress = ({ status }: Entry, { phase, address, ready }: PodStatus): PodStatus => ({
  phase,
  address: address ?? status.address,
  ready,
});

/** What is sent: a terminal phase only once nothing of the pod can run (mergePodStatus). */
const merged = (object: PodObject, status: PodStatus, mayRun: boolean): PodStatus =>
  isTerminal(status) && !isTerminal(object) && mayRun ? { ...status, phase: object.phase } : status;

const isSame = (a: PodStatus, b: PodStatus): boolean =>
  a.phase === b.phase && a.address === b.address && a.ready === b.ready;
