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

  constructor(environment: Environment, api: ApiClient, { name, phase, has_address, ready }: PodObject) {
    this.#environment = environment;
    this.#api = api;
    this.#podName = name;
    this.#status = { phase, has_address, ready };
  }

  /** Tells the API server, where something has changed. A pod that runs or has an address keeps that. */
  report(seen: PodStatus, cause: Cause): void {
    const before = this.#status;
    const phase = before.phase === 'Running' ? 'Running' : seen.phase;
    const has_address = before.has_address || seen.has_address;
    const { ready } = seen;
    if (before.phase === phase && before.has_address === has_address && before.ready === ready) return;
    this.#status = { phase, has_address, ready };
    this.#unsent = cause;
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
      const ready_since_ms = read.end_ms;
      const change = (pod: PodObject) =>
        pod.ready === status.ready ? status : { ...status, ready_since_ms };
      this.#api.pods.update(this.#podName, change, read, () => {
        this.#isSending = false;
        this.#send();
      });
    });
  }
}
