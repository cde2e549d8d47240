/** The fields that Kubernetes knows of the objects that the prediction reads, from its API as the client has it. */
import * as kubernetes from '@kubernetes/client-node';

/** By apiVersion and kind: what `src/scenario/manifest` reads. */
const ROOTS = {
  'apps/v1/Deployment': 'V1Deployment',
  'apps/v1/StatefulSet': 'V1StatefulSet',
  'apps/v1/DaemonSet': 'V1DaemonSet',
  'batch/v1/Job': 'V1Job',
  'v1/Service': 'V1Service',
  'policy/v1/PodDisruptionBudget': 'V1PodDisruptionBudget',
  'autoscaling/v1/HorizontalPodAutoscaler': 'V1HorizontalPodAutoscaler',
  'autoscaling/v2/HorizontalPodAutoscaler': 'V2HorizontalPodAutoscaler',
} as const;

interface Model {
  getAttributeTypeMap(): readonly { readonly baseName: string; readonly type: string }[];
}

const MODELS = kubernetes as unknown as Readonly<Record<string, Partial<Model> | undefined>>;

/**
 * The text of src/scenario/manifest/kubernetes-fields.json: each type's fields with blanks between; a field of
 * another type, or a list of those, as `field:type`.
 */
export function kubernetesFieldsText(): string {
  const types = new Map<string, string>();
  const add = (type: string): void => {
    const attributes = MODELS[type]?.getAttributeTypeMap?.();
    if (attributes === undefined || types.has(type)) return;
    const fields = attributes.map(({ baseName, type: of }) => ({
      baseName,
      of: /^Array<(\w+)>$/.exec(of)?.[1] ?? of,
    }));
    const isType = (of: string) => MODELS[of]?.getAttributeTypeMap !== undefined;
    types.set(
      type,
      fields.map(({ baseName, of }) => (isType(of) ? `${baseName}:${of}` : baseName)).join(' '),
    );
    for (const { of } of fields) add(of);
  };
  for (const type of Object.values(ROOTS)) add(type);
  const sorted = [...types].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `${JSON.stringify({ roots: ROOTS, types: Object.fromEntries(sorted) }, undefined, 2)}\n`;
}
