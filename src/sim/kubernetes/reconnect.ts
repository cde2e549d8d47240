import type { Uniform } from '../engine/random.ts';

/** How a client tries again and again: the first wait, doubled after each failure up to the longest. */
export interface Retries {
  readonly first_ms: number;
  readonly longest_ms: number;
  /** Each wait is longer by up to this share of itself, by chance. */
  readonly jitter: number;
}

/** A watch that has ended (Kubernetes 1.35 staging/src/k8s.io/client-go/tools/cache/reflector.go NewReflectorWithOptions). */
export const REFLECTOR: Retries = { first_ms: 800, longest_ms: 30_000, jitter: 1 };

/** A kubelet's lease (Kubernetes 1.35 staging/src/k8s.io/component-helpers/apimachinery/lease/controller.go backoffEnsureLease). */
export const LEASE: Retries = { first_ms: 200, longest_ms: 7000, jitter: 0 };

/**
 * When a client that lost its connection has one again.
 *
 * @param lost_ms when it lost the connection, and began to wait for its first attempt
 * @param whole_ms from when on an attempt succeeds; one that is under way then does too
 * @param attempt_ms how long an attempt takes to fail
 */
export function reconnected_ms(
  { first_ms, longest_ms, jitter }: Retries,
  lost_ms: number,
  whole_ms: number,
  attempt_ms: () => number,
  uniform: Uniform,
): number {
  let wait_ms = first_ms;
  for (let failed_ms = lost_ms; ; ) {
    const begin_ms = failed_ms + wait_ms * (1 + jitter * uniform());
    failed_ms = begin_ms + attempt_ms();
    if (begin_ms >= whole_ms || failed_ms > whole_ms) return Math.max(begin_ms, whole_ms);
    wait_ms = Math.min(2 * wait_ms, longest_ms);
  }
}
