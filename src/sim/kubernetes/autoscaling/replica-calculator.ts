import type { Autoscaler, AutoscalerMetric } from '../../../scenario/scenario.ts';
import { isTerminating, type PodObject } from '../objects.ts';

/** What a metrics API says of a pod: an average over a window. */
export interface PodMetric {
  /** Milli-cores, or thousandths of a request a second. */
  readonly value_milli: number;
  /** End of the window. */
  readonly at_ms: number;
  readonly window_ms: number;
}

export interface PodInitialisation {
  /** --horizontal-pod-autoscaler-cpu-initialization-period. */
  readonly cpu_initialization_ms: number;
  /** --horizontal-pod-autoscaler-initial-readiness-delay. */
  readonly readiness_delay_ms: number;
}

/**
 * How many replicas one metric asks for; undefined where it says nothing (Kubernetes 1.35
 * pkg/controller/podautoscaler/replica_calculator.go GetResourceReplicas, calcPlainMetricReplicas).
 */
export function replicasFor(
  metric: AutoscalerMetric,
  autoscaler: Autoscaler,
  current: number,
  pods: readonly PodObject[],
  metricOf: (pod: PodObject) => PodMetric | undefined,
  initialisation: PodInitialisation,
  now_ms: number,
): number | undefined {
  const values = new Map<PodObject, number>();
  const unready: PodObject[] = [];
  const missing: PodObject[] = [];
  for (const pod of pods) {
    if (isTerminating(pod) || pod.phase === 'Failed') continue;
    const seen = pod.phase === 'Pending' ? undefined : metricOf(pod);
    if (pod.phase === 'Pending') unready.push(pod);
    else if (seen === undefined) missing.push(pod);
    else if (metric.type !== 'requests' && isInitialising(pod, seen, initialisation, now_ms))
      unready.push(pod);
    else values.set(pod, seen.value_milli);
  }
  if (values.size === 0) return undefined;
  const ready = values.size;
  const ratio = usageRatio(metric, values);
  if (ratio === undefined) return undefined;
  const isUpWithUnready = unready.length > 0 && ratio > 1;
  if (!isUpWithUnready && missing.length === 0) {
    return isWithin(autoscaler, ratio) ? current : Math.ceil(ratio * ready);
  }
  // Of pods that say nothing the worst is assumed for what would be done: full use against going down, none for going up.
  if (ratio < 1) for (const pod of missing) values.set(pod, fallback(metric, pod));
  else if (ratio > 1) for (const pod of missing) values.set(pod, 0);
  if (isUpWithUnready) for (const pod of unready) values.set(pod, 0);
  const assumed = usageRatio(metric, values) ?? ratio;
  const turns = (ratio < 1 && assumed > 1) || (ratio > 1 && assumed < 1);
  if (isWithin(autoscaler, assumed) || turns) return current;
  const replicas = Math.ceil(assumed * values.size);
  const isContrary = (assumed < 1 && replicas > current) || (assumed > 1 && replicas < current);
  return isContrary ? current : replicas;
}

/** Whether a pod's processor time still tells of its start (groupPods). */
function isInitialising(
  pod: PodObject,
  { at_ms, window_ms }: PodMetric,
  { cpu_initialization_ms, readiness_delay_ms }: PodInitialisation,
  now_ms: number,
): boolean {
  const changed_ms = pod.ready_since_ms;
  if (pod.created_at_ms + cpu_initialization_ms > now_ms) return !pod.ready || at_ms < changed_ms + window_ms;
  return !pod.ready && pod.created_at_ms + readiness_delay_ms > changed_ms;
}

/** metrics/utilization.go, with its whole numbers; undefined where nothing is requested that could be shared. */
function usageRatio(metric: AutoscalerMetric, values: ReadonlyMap<PodObject, number>): number | undefined {
  let total = 0;
  let requested = 0;
  for (const [pod, value] of values) {
    total += Math.trunc(value);
    requested += pod.template.requests.cpu_millis;
  }
  switch (metric.type) {
    case 'cpu-utilization':
      return requested === 0 ? undefined : Math.trunc((total * 100) / requested) / metric.target_percent;
    case 'cpu-value':
      return Math.trunc(total / values.size) / metric.target_millis;
    case 'requests':
      return Math.trunc(total / values.size) / (metric.target_per_s * 1000);
  }
}

function fallback(metric: AutoscalerMetric, pod: PodObject): number {
  switch (metric.type) {
    case 'cpu-utilization':
      return (pod.template.requests.cpu_millis * Math.max(100, metric.target_percent)) / 100;
    case 'cpu-value':
      return metric.target_millis;
    case 'requests':
      return metric.target_per_s * 1000;
  }
}

function isWithin({ scale_up, scale_down }: Autoscaler, ratio: number): boolean {
  return ratio >= 1 - scale_down.tolerance && ratio <= 1 + scale_up.tolerance;
}
