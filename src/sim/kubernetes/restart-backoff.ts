import type { Environment } from '../environment.ts';
import { Backoff } from './backoff.ts';

/** A container that ran this long after its last restart starts again without a wait (Kubernetes 1.35 pkg/kubelet/kubelet.go HasExpiredFunc). */
const FORGET_MS = 600_000;

/**
 * The wait before a container is restarted (CrashLoopBackOff), counted from its end: none the first time, then 10 s,
 * 20 s, 40 s, ... up to 300 s (Kubernetes 1.35 pkg/kubelet/kuberuntime/kuberuntime_manager.go doBackOff).
 */
export function restartBackoff(environment: Environment): Backoff {
  const initial_ms = environment.delay_ms('kubelet_restart_backoff');
  const longest_ms = environment.delay_ms('kubelet_restart_backoff_max');
  // newCrashLoopBackOff
  return new Backoff(environment, {
    initial_ms: Math.min(initial_ms, longest_ms),
    longest_ms,
    forget_ms: FORGET_MS,
  });
}
