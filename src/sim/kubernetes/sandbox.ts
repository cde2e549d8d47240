import type { Cause } from '../cause.ts';

/**
 * A pod's sandbox: the process that holds its namespaces ("pause"), its network namespace, and the address in it.
 *
 * Where that process dies the runtime says that the sandbox is not ready, and does no more. containerd has the network
 * namespace mounted in a file of its own (containerd 1.6 pkg/netns/netns_linux.go newNS; 1.6 pkg/cri/server/events.go
 * handleSandboxExit), so the address stays, and what runs in the pod goes on to answer there, until the kubelet has the
 * sandbox stopped. A container has a PID namespace of its own, unless shareProcessNamespace says otherwise.
 */
export class Sandbox {
  readonly address: string;
  readonly created_at_ms: number;
  /** Why it was created when; undefined: long ago. */
  readonly cause: Cause | undefined;
  /** While its network namespace is there a closed port answers with a reset; then nothing answers at all. */
  isUp = true;
  #exit: { readonly at_ms: number; readonly cause: Cause } | undefined;

  constructor(address: string, created_at_ms: number, cause: Cause | undefined) {
    this.address = address;
    this.created_at_ms = created_at_ms;
    this.cause = cause;
  }

  get exitCause(): Cause | undefined {
    return this.#exit?.cause;
  }

  /** SIGKILL to the process that holds it. */
  kill(at_ms: number, cause: Cause): void {
    this.#exit ??= { at_ms, cause };
  }

  get hasExited(): boolean {
    return this.#exit !== undefined;
  }

  /** Whether that process had ended by then. */
  hadExited(at_ms: number): boolean {
    return this.#exit !== undefined && this.#exit.at_ms <= at_ms;
  }
}
