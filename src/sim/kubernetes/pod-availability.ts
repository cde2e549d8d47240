import type { Environment } from '../environment.ts';
import type { PodObject } from './objects.ts';

/**
 * Whether a pod has been ready for minReadySeconds. It counts from the second before it became ready, which is what
 * its status says (Kubernetes 1.35 pkg/api/v1/pod/util.go IsPodAvailable).
 */
export function isAvailable(environment: Environment, pod: PodObject, min_ready_s: number): boolean {
  if (!pod.ready) return false;
  return min_ready_s === 0 || availableFrom_ms(environment, pod, min_ready_s) <= environment.now_ms;
}

/**
 * When the next of the pods that are ready and not yet available becomes it; undefined where none will (Kubernetes 1.35
 * pkg/controller/controller_utils.go FindMinNextPodAvailabilityCheck).
 */
export function nextAvailableAt_ms(
  environment: Environment,
  pods: readonly PodObject[],
  min_ready_s: number,
): number | undefined {
  let next_ms: number | undefined;
  for (const pod of pods) {
    if (!pod.ready) continue;
    const at_ms = availableFrom_ms(environment, pod, min_ready_s);
    if (at_ms > environment.now_ms && (next_ms === undefined || at_ms < next_ms)) next_ms = at_ms;
  }
  return next_ms;
}

function availableFrom_ms(environment: Environment, pod: PodObject, min_ready_s: number): number {
  return environment.statusTime_ms(pod.ready_since_ms) + min_ready_s * 1000;
}
