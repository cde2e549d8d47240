import type { CoreV1Event } from '@kubernetes/client-node';
import type { ObjectEvent } from '../cluster.ts';
import { coreEventObject, namespaceOf } from '../object-event.ts';
import type { WebernetesCluster } from './webernetes.ts';

/** It has the Events of v1 alone, which take a Date for a time of six digits. */
export async function writeEvent({ corev1 }: WebernetesCluster['api'], event: ObjectEvent): Promise<void> {
  const body = coreEventObject(event) as unknown as CoreV1Event;
  try {
    await corev1.createNamespacedEvent({ namespace: namespaceOf(event), body });
  } catch (error) {
    // Where Kubernetes answers 409, webernetes 0.3.5 answers 500 and says why.
    const isThere = error instanceof Error && / already exists"/.test(error.message);
    if (!isThere) throw error;
  }
}
