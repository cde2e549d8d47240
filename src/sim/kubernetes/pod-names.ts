/** Names of pods, and their addresses. Each pod that ever was has its own in the simulator; people see the ones that Kubernetes gives. */

/** Of a ReplicaSet: a number where Kubernetes puts five random letters, so that names sort as they were made. */
export function podName(owner: string, number: number): string {
  return `${owner}-${String(number).padStart(5, '0')}`;
}

/** Of a DaemonSet or a Job: apart from those of a Deployment of the same name. */
export function podNameOfKind(kind: 'DaemonSet' | 'Job', owner: string, number: number): string {
  return `${owner}-${kind === 'Job' ? 'j' : 'd'}${String(number).padStart(4, '0')}`;
}

/**
 * Of a StatefulSet. Pods that follow each other under one name differ in what Kubernetes has a UID and an address
 * for, so all but the first have the number of the life they are.
 *
 * @param life 1 for the first pod of that ordinal
 */
export function podNameOfOrdinal(set: string, ordinal: number, life: number): string {
  return life === 1 ? `${set}-${ordinal}` : `${set}-${ordinal}${LIFE}${life}`;
}

/** The ordinal of a StatefulSet's pod. */
export function ordinalOf(pod: string): number {
  const name = shownName(pod);
  return Number(name.slice(name.lastIndexOf('-') + 1));
}

/**
 * The address of one of a pod's sandboxes. That of the first is the pod's own name; a later one is another, as a
 * network plugin gives it.
 *
 * @param attempt 0 for the first
 */
export function addressOf(pod: string, attempt: number): string {
  return attempt === 0 ? pod : `${pod}${ATTEMPT}${attempt}`;
}

/** The pod whose address it is or was. */
export function podOf(address: string): string {
  const end = address.indexOf(ATTEMPT);
  return end === -1 ? address : address.slice(0, end);
}

/** The name that Kubernetes gives. */
export function shownName(pod: string): string {
  const end = pod.indexOf(LIFE);
  return end === -1 ? pod : pod.slice(0, end);
}

/** Neither is ever part of a name in Kubernetes. */
const LIFE = '~';
const ATTEMPT = '@';
