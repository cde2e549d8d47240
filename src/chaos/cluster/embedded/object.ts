/** What an object of the API says of itself. */
import type { KubernetesObject } from '@kubernetes/client-node';

/** What `kubectl apply` and webernetes' own apply remember the applied manifest under. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Of a pod, or of a workload's pod template. */
export function images(body: KubernetesObject): string[] {
  interface PodSpec {
    readonly containers?: readonly { readonly image?: string }[];
  }
  const { spec } = body as { spec?: PodSpec & { template?: { spec?: PodSpec } } };
  const containers = spec?.template?.spec?.containers ?? spec?.containers ?? [];
  return containers.flatMap(({ image }) => (image ? [image] : []));
}

/** The manifest that the object was applied from; undefined where it was not applied. */
export function lastApplied(object: KubernetesObject): unknown {
  const annotation = object.metadata?.annotations?.[LAST_APPLIED];
  return annotation === undefined ? undefined : JSON.parse(annotation);
}
