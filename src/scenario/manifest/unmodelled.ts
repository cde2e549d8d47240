/**
 * Fields that change how a cluster behaves and that the prediction does not know: named in every report, so
 * that nobody takes a prediction for more than it is.
 */
import { valueAt } from '../issues.ts';
import type { IgnoredObject } from '../scenario.ts';
import type { Path } from '../yaml.ts';
import type { LocatedObject } from './objects.ts';

interface Field {
  readonly path: Path;
  /** Values that change nothing. */
  readonly harmless?: readonly unknown[];
}

const POD: Path = ['spec', 'template', 'spec'];

const FIELDS: Readonly<Record<string, readonly Field[]>> = {
  Deployment: [
    { path: [...POD, 'initContainers'] },
    { path: [...POD, 'affinity'] },
    { path: [...POD, 'nodeSelector'] },
    { path: [...POD, 'topologySpreadConstraints'] },
    { path: [...POD, 'readinessGates'] },
    { path: [...POD, 'hostNetwork'], harmless: [false] },
    { path: [...POD, 'restartPolicy'], harmless: ['Always'] },
    { path: ['spec', 'paused'], harmless: [false] },
  ],
  Service: [
    { path: ['spec', 'sessionAffinity'], harmless: ['None'] },
    { path: ['spec', 'externalTrafficPolicy'], harmless: ['Cluster'] },
    { path: ['spec', 'internalTrafficPolicy'], harmless: ['Cluster'] },
    { path: ['spec', 'publishNotReadyAddresses'], harmless: [false] },
    { path: ['spec', 'trafficDistribution'] },
  ],
};

/** What of a Deployment or a Service the prediction leaves out; `kind` then names the field too. */
export function unmodelled(object: LocatedObject): readonly IgnoredObject[] {
  return (FIELDS[object.kind] ?? []).flatMap(({ path, harmless = [] }) => {
    const value = valueAt(object.body, path);
    if (value == null || harmless.includes(value) || isEmpty(value)) return [];
    return {
      kind: `${object.kind} ${path.join('.')}`,
      name: object.name,
      position: object.document.keyPosition([...object.path, ...path]),
    };
  });
}

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && Object.keys(value ?? {}).length === 0;
