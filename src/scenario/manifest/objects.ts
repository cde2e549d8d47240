/** The Kubernetes objects of the manifests a scenario names, each with its place. */
import { z } from 'zod';
import { check, valueAt } from '../issues.ts';
import type { Problems } from '../problem.ts';
import type { ManifestObject, Position } from '../scenario.ts';
import { manifestFiles, readSource } from '../source.ts';
import { type Path, parseYaml, type YamlDocument } from '../yaml.ts';

/** An object, and the way back to where each of its fields was written. */
export interface LocatedObject extends ManifestObject {
  readonly document: YamlDocument;
  /** Of the object in its document: not the root for items of a List. */
  readonly path: Path;
}

export const DEFAULT_NAMESPACE = 'default';

const NAME = z
  .string()
  .max(253)
  .regex(/^[a-z0-9A-Z]([-a-zA-Z0-9._:]*[a-zA-Z0-9])?$/, { error: 'a name of letters, digits, "-" and "."' });

const header = z.object({
  apiVersion: z.string().min(1),
  kind: z.string().min(1),
  metadata: z.object({ name: NAME, namespace: NAME.optional() }),
});

const list = z.object({ items: z.array(z.unknown()) });

/**
 * Reads the files and folders a scenario names.
 *
 * @param references path of each, and where the scenario names it
 */
export function readObjects(
  references: readonly { readonly path: string; readonly from: Position }[],
  problems: Problems,
): readonly LocatedObject[] {
  const objects: LocatedObject[] = [];
  for (const { path, from } of references) {
    for (const file of manifestFiles(path, problems, from)) {
      const source = readSource(file, problems, from);
      if (source === undefined) continue;
      const documents = parseYaml(source, 'kubernetes', problems);
      if (documents.length === 0 && !problems.has(file)) {
        problems.add({
          position: { file, line: 1, column: 1 },
          message: 'the file holds no Kubernetes object',
        });
      }
      for (const document of documents) objects.push(...objectsAt(document, [], problems));
    }
  }
  reportDuplicates(objects, problems);
  return objects;
}

function objectsAt(document: YamlDocument, path: Path, problems: Problems): readonly LocatedObject[] {
  if (isList(valueAt(document.value, path))) {
    const items = check(list, document, path, problems)?.items ?? [];
    return items.flatMap((_, index) => objectsAt(document, [...path, 'items', index], problems));
  }
  const checked = check(header, document, path, problems);
  if (checked === undefined) return [];
  return [
    {
      apiVersion: checked.apiVersion,
      kind: checked.kind,
      name: checked.metadata.name,
      namespace: CLUSTER_SCOPED.has(checked.kind) ? '' : (checked.metadata.namespace ?? DEFAULT_NAMESPACE),
      position: document.position(path),
      body: valueAt(document.value, path) as Record<string, unknown>,
      document,
      path,
    },
  ];
}

const isList = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  'kind' in value &&
  value.kind === 'List' &&
  !('metadata' in value && valueAt(value, ['metadata', 'name']) !== undefined);

/** Kinds that live in no namespace (Kubernetes 1.35, `kubectl api-resources --namespaced=false`). */
const CLUSTER_SCOPED = new Set([
  'APIService',
  'CertificateSigningRequest',
  'ClusterRole',
  'ClusterRoleBinding',
  'CSIDriver',
  'CSINode',
  'CustomResourceDefinition',
  'FlowSchema',
  'IngressClass',
  'MutatingWebhookConfiguration',
  'Namespace',
  'Node',
  'PersistentVolume',
  'PriorityClass',
  'PriorityLevelConfiguration',
  'RuntimeClass',
  'StorageClass',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'ValidatingWebhookConfiguration',
  'VolumeAttachment',
]);

function reportDuplicates(objects: readonly LocatedObject[], problems: Problems): void {
  const first = new Map<string, LocatedObject>();
  for (const object of objects) {
    const key = [object.apiVersion, object.kind, object.namespace, object.name].join('\0');
    const earlier = first.get(key);
    if (earlier === undefined) {
      first.set(key, object);
    } else {
      const { file, line } = earlier.position;
      problems.add({
        position: object.document.position([...object.path, 'metadata', 'name']),
        message: `${object.kind} ${object.name} is there twice, first at ${file}:${line}`,
        hint: 'keep one of them',
      });
    }
  }
}
