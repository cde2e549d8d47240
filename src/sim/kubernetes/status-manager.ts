import { type Cause, step } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { ApiClient } from './api-server.ts';
import type { PodObject } from './objects.ts';

/** What the kubelet says of a pod. */
export type PodStatus = Pick<PodObject, 'phase' | 'has_address' | 'ready'>;

/**
 * The kubelet's status manager, for one pod: one write after the other, each after a look at the pod it
 * changes, with what is the latest when it begins (Kubernetes 1.35 pkg/kubelet/status/status_manager.go
 * syncBatch, syncPod).
 */
export class StatusManager {
  readonly #environment: Environment;
  readonly #api: ApiClient;
  readonly #podName: string;
  #status: PodStatus;
  /** Why the latest status differs from the one that was last sent; undefined where it does not. */
  #unsent: Cause | undefined;
  #isSending = false;
  /** What the API server last said of the pod, while that is to be compared. */
  #compared: { said: PodStatus; cause: Cause } | undefined;
  /** Since when it has been ready, as it was first written; undefined while it is not. */
  #ready_since_ms: number | undefined;

  constructor(environment: Environment, api: ApiClient, pod: PodObject) {
    const { name, phase, has_address, ready, ready_since_ms } = pod;
    this.#environment = environment;
    this.#api = api;
    this.#podName = name;
    this.#status = { phase, has_address, ready };
    this.#ready_since_ms = ready ? ready_since_ms : undefined;
  }

  /** Tells the API server, where something has changed. A pod that runs keeps that until it ends, and its address for good. */
  report(seen: PodStatus, cause: Cause): void {
    const before = this.#status;
    const hasEnded = seen.phase === 'Succeeded' || seen.phase === 'Failed';
    const phase = before.phase === 'Running' && !hasEnded ? 'Running' : seen.phase;
    const has_address = before.has_address || seen.has_address;
    const { ready } = seen;
    if (before.phase === phase && before.has_address === has_address && before.ready === ready) return;
    this.#status = { phase, has_address, ready };
    if (!ready) this.#ready_since_ms = undefined;
    this.#unsent = cause;
    this.#send();
  }

  /**
   * Somebody else has written another status, as the node lifecycle controller does with the pods of a node that it
   * has given up: it is put right when all statuses are compared next (syncBatch with all, needsReconcile).
   */
  observe(said: PodStatus, compared_ms: number, cause: Cause): void {
    if (this.#compared !== undefined) {
      this.#compared = { said, cause };
    } else if (!isSame(said, this.#status)) {
      this.#compared = { said, cause };
      this.#environment.simulation.at(compared_ms, () => this.#compare());
    }
  }

  #compare(): void {
    const compared = this.#compared;
    this.#compared = undefined;
    if (compared === undefined || this.#isSending || isSame(compared.said, this.#status)) return;
    this.#unsent = step(compared.cause, 'kubelet status sync', this.#environment.now_ms);
    this.#send();
  }

  #send(): void {
    const cause = this.#unsent;
    if (this.#isSending || cause === undefined) return;
    this.#isSending = true;
    this.#unsent = undefined;
    const status = this.#status;
    this.#environment.after(this.#environment.delay_ms('api_write'), () => {
      const read = step(cause, 'API server', this.#environment.now_ms);
      if (status.ready) this.#ready_since_ms ??= read.end_ms;
      const ready_since_ms = this.#ready_since_ms ?? read.end_ms;
      const change = (pod: PodObject) =>
        pod.ready === status.ready ? status : { ...status, ready_since_ms };
      this.#api.pods.update(this.#podName, change, read, () => {
        this.#isSending = false;
        this.#send();
      });
    });
  }
}

const isSame = (a: PodStatus, b: PodStatus): boolean =>
  a.phase === b.phase && a.has_address === b.has_address && a.ready === b.ready;
