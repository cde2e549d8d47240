/** From the API's objects to what the timing of a kill is read off. */
import type { CoreV1Event, V1EndpointSlice, V1Pod } from '@kubernetes/client-node';
import type { EventSight, PodSight } from '../observation.ts';

export function podSight(pod: V1Pod, change: PodSight['change'], at_ms: number): PodSight {
  const { metadata, spec, status } = pod;
  return {
    at_ms,
    change,
    pod: metadata?.name ?? '',
    node: spec?.nodeName,
    address: status?.podIP,
    ready: status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false,
    terminating: metadata?.deletionTimestamp !== undefined,
  };
}

/** Nanoseconds of a millisecond. */
const NS_PER_MS = 1e6;

/**
 * The event's own times are whole seconds; its name ends in the nanosecond at which it was recorded, in
 * hexadecimal (Kubernetes 1.35 k8s.io/client-go tools/record/event.go makeEvent, tools/record/util GenerateEventName).
 *
 * @returns undefined for what is not of a kubelet, has happened before, or has another name
 */
export function eventSight(event: CoreV1Event, at_ms: number): EventSight | undefined {
  const { involvedObject, reason, source, metadata, count } = event;
  const stamp = /\.([0-9a-f]{15,16})$/.exec(metadata.name ?? '')?.[1];
  const isOfKubelet = source?.component === 'kubelet' && source.host !== undefined;
  if (!isOfKubelet || involvedObject.kind !== 'Pod' || stamp === undefined || (count ?? 1) > 1)
    return undefined;
  return {
    at_ms,
    stamped_ms: Number(BigInt(`0x${stamp}`) / 1000n) / (NS_PER_MS / 1000),
    node: source?.host ?? '',
    pod: involvedObject.name ?? '',
    reason: reason ?? '',
    container: /^spec\.containers\{(.*)\}$/.exec(involvedObject.fieldPath ?? '')?.[1],
  };
}

/** Pods of a slice to whose addresses connections are sent; a condition that is not said counts as true. */
export function readyPods({ endpoints }: V1EndpointSlice): readonly string[] {
  return (endpoints ?? []).flatMap(({ conditions, targetRef }) =>
    conditions?.ready !== false && targetRef?.kind === 'Pod' && targetRef.name !== undefined
      ? [targetRef.name]
      : [],
  );
}
