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

export interface Broken {
  /** When the client lost the connection, and began to wait for its first attempt. */
  readonly lost_ms: number;
  /** From when on an attempt succeeds; one that is under way then does too. */
  readonly whole_ms: number;
  /** How long an attempt takes to fail. */
  readonly attempt_ms: () => number;
  /** How many attempts that arrive are turned away. */
  readonly turned_away: number;
}

/** When a client that lost its connection has one again. */
export function reconnected_ms(
  { first_ms, longest_ms, jitter }: Retries,
  { lost_ms, whole_ms, attempt_ms, turned_away }: Broken,
  uniform: Uniform,
): number {
  let wait_ms = first_ms;
  let left = turned_away;
  for (let failed_ms = lost_ms; ; ) {
    const begin_ms = failed_ms + wait_ms * (1 + jitter * uniform());
    failed_ms = begin_ms + attempt_ms();
    if (begin_ms >= whole_ms || failed_ms > whole_ms) {
      failed_ms = Math.max(begin_ms, whole_ms);
      if (left === 0) return failed_ms;
      left -= 1;
    }
    wait_ms = Math.min(2 * wait_ms, longest_ms);
  }
}
