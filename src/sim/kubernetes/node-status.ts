import { type Cause, step } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { ApiClient } from './api-server.ts';

/** Each wait is longer by up to this share of itself, by chance (JitterUntil). */
const JITTER = 0.04;

/**
 * Reports that a node is ready: a look every ten seconds, and a write where what the kubelet knows of its node says
 * something else, as it does when the node lifecycle controller has given it up (Kubernetes 1.35
 * pkg/kubelet/kubelet_node_status.go syncNodeStatus, tryUpdateNodeStatus).
 */
export class NodeStatus {
  readonly #environment: Environment;
  readonly #api: ApiClient;
  readonly #node: string;
  /** Why the status known is wrong; undefined while it is right. */
  #wrong: Cause | undefined;
  #isDue = false;

  constructor(environment: Environment, api: ApiClient, node: string) {
    this.#environment = environment;
    this.#api = api;
    this.#node = node;
    api.nodes.watch((object, _gone, cause) => {
      if (object.name !== node) return;
      this.#wrong = object.ready === 'True' ? undefined : cause;
      if (this.#wrong !== undefined) this.#look();
    });
  }

  /** What a kubelet does when it has started: it reports at once. */
  report(cause: Cause): void {
    const heartbeat_at_ms = this.#environment.now_ms;
    this.#api.nodes.update(this.#node, { ready: 'True', heartbeat_at_ms }, cause);
  }

  /** The next look is anywhere in the period. */
  #look(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    const period_ms = this.#environment.delay_ms('node_status_update_period') * (1 + JITTER / 2);
    this.#environment.after(period_ms * this.#environment.uniform('node/status')(), () => {
      this.#isDue = false;
      if (this.#wrong === undefined) return;
      this.report(step(this.#wrong, 'node status', this.#environment.now_ms));
    });
  }
}
