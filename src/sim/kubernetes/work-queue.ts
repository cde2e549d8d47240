import { type Cause, step } from '../cause.ts';
import type { Environment } from '../environment.ts';

/**
 * Wait before a failed sync is tried again, doubled with every further failure (Kubernetes 1.35
 * staging/src/k8s.io/client-go/util/workqueue/default_rate_limiters.go DefaultTypedControllerRateLimiter).
 */
const RETRY_MS = 5;
const RETRY_MAX_MS = 1_000_000;

/** What a sync came to; a failed one is tried again. */
export type SyncEnd = 'done' | 'failed';

/** One key's work. `end` is to be called once, when its last write has returned. */
export type Sync = (key: string, cause: Cause, end: (how: SyncEnd) => void) => void;

/**
 * The queue of a controller and its workers: a key is worked on by one worker at a time, and what asks for it
 * meanwhile is one request, worked off afterwards (Kubernetes 1.35 staging/src/k8s.io/client-go/util/workqueue
 * queue.go, delaying_queue.go). Keys do not wait for each other: a scenario has fewer workloads than workers.
 */
export class WorkQueue {
  readonly #environment: Environment;
  readonly #sync: Sync;
  readonly #keys = new Map<string, KeyState>();

  constructor(environment: Environment, sync: Sync) {
    this.#environment = environment;
    this.#sync = sync;
  }

  /** @param cause the latest is what the sync is laid on */
  add(key: string, cause: Cause): void {
    const state = this.#state(key);
    state.due = cause;
    if (!state.isBusy) this.#begin(key, state);
  }

  /**
   * Asks for the key after a while; of several such requests the earliest counts.
   *
   * @param mechanism what the wait is for
   */
  addAfter(key: string, delay_ms: number, cause: Cause, mechanism: string): void {
    const state = this.#state(key);
    const at_ms = this.#environment.now_ms + delay_ms;
    if (state.delayed !== undefined && state.delayed.at_ms <= at_ms) return;
    const delayed = { at_ms };
    state.delayed = delayed;
    this.#environment.simulation.at(at_ms, () => {
      if (state.delayed !== delayed) return;
      state.delayed = undefined;
      this.add(key, step(cause, mechanism, at_ms));
    });
  }

  #state(key: string): KeyState {
    let state = this.#keys.get(key);
    if (state === undefined) {
      state = { due: undefined, isBusy: false, failures: 0, delayed: undefined };
      this.#keys.set(key, state);
    }
    return state;
  }

  #begin(key: string, state: KeyState): void {
    state.isBusy = true;
    this.#environment.after(this.#environment.delay_ms('controller_sync'), () => {
      const cause = state.due as Cause;
      state.due = undefined;
      this.#sync(key, cause, (how) => this.#end(key, state, cause, how));
    });
  }

  #end(key: string, state: KeyState, cause: Cause, how: SyncEnd): void {
    state.isBusy = false;
    if (how === 'failed') {
      const wait_ms = Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** state.failures);
      state.failures += 1;
      this.addAfter(key, wait_ms, cause, 'retry');
    } else {
      state.failures = 0;
    }
    if (state.due !== undefined) this.#begin(key, state);
  }
}

interface KeyState {
  /** What asked for it last, while it is asked for. */
  due: Cause | undefined;
  /** A worker has it. */
  isBusy: boolean;
  failures: number;
  delayed: { readonly at_ms: number } | undefined;
}
