import { type Cause, step } from '../cause.ts';
import { addressOf } from './pod-names.ts';
import { Sandbox } from './sandbox.ts';

/** A sandbox as the kubelet's cache has it: as it was when the PLEG inspected the pod. */
interface CachedSandbox {
  readonly sandbox: Sandbox;
  /** SANDBOX_NOTREADY. */
  readonly hasExited: boolean;
  /** When the PLEG first found it so. */
  readonly seen_at_ms: number;
}

/** The sandboxes of one pod, of which the latest counts: what there is, and what the kubelet's cache has of it. */
export class SandboxState {
  readonly #pod: string;
  #attempts = 0;
  /** It may have exited. */
  #latest: Sandbox | undefined;
  #cached: CachedSandbox | undefined;
  /** What the PLEG has told of. */
  #told: Pick<CachedSandbox, 'sandbox' | 'hasExited'> | undefined;

  constructor(pod: string) {
    this.#pod = pod;
  }

  get latest(): Sandbox | undefined {
    return this.#latest;
  }

  get cached(): CachedSandbox | undefined {
    return this.#cached;
  }

  /** A new one, with an address of its own, takes the place of the last. */
  create(now_ms: number, cause: Cause): void {
    this.#latest = new Sandbox(addressOf(this.#pod, this.#attempts), now_ms, cause);
    this.#attempts += 1;
  }

  /** It has been there since long ago. */
  settle(): void {
    this.#latest = new Sandbox(addressOf(this.#pod, 0), Number.NEGATIVE_INFINITY, undefined);
    this.#attempts = 1;
    this.inspect(Number.NEGATIVE_INFINITY);
    this.#told = this.#cached;
  }

  /** Whether it differs from what the PLEG last told, as it was listed then: a sandbox counts as a container. */
  differs(listed_at_ms: number): boolean {
    const latest = this.#latest;
    if (latest === undefined || latest.created_at_ms > listed_at_ms) return false;
    return this.#told?.sandbox !== latest || this.#told.hasExited !== latest.hadExited(listed_at_ms);
  }

  /** The PLEG tells of it as it was listed. */
  tell(listed_at_ms: number, now_ms: number): Cause {
    const sandbox = this.#latest as Sandbox;
    const hasExited = sandbox.hadExited(listed_at_ms);
    this.#told = { sandbox, hasExited };
    return step(hasExited ? sandbox.exitCause : sandbox.cause, 'kubelet PLEG', now_ms);
  }

  /** The cache takes in its state as it is now. */
  inspect(now_ms: number): void {
    const sandbox = this.#latest;
    if (sandbox === undefined) return;
    const { hasExited } = sandbox;
    if (this.#cached?.sandbox === sandbox && this.#cached.hasExited === hasExited) return;
    this.#cached = { sandbox, hasExited, seen_at_ms: now_ms };
  }

  /** What led to its end, where the cache has that. */
  exitedCause(): Cause | undefined {
    if (this.#cached?.hasExited !== true) return undefined;
    return step(this.#cached.sandbox.exitCause, 'kubelet PLEG', this.#cached.seen_at_ms);
  }
}
