/** Which pods of the manifests a Service or a PodDisruptionBudget is about. */
import { valueAt } from '../issues.ts';
import { didYouMean } from '../nearest.ts';
import type { Labels, Selector } from '../scenario.ts';
import { selectorText, selects } from '../selector.ts';
import { labels } from './fields.ts';
import type { LocatedObject } from './objects.ts';
import type { ManifestWorkload } from './workload.ts';

/** What can be selected from. */
export interface Selectable {
  readonly workloads: readonly ManifestWorkload[];
  /** Objects that are not modelled, but may have pods. */
  readonly others: readonly LocatedObject[];
}

export interface Selected {
  readonly workloads: readonly ManifestWorkload[];
  /** One that is not modelled. */
  readonly other: LocatedObject | undefined;
}

export function selectedBy(selector: Selector, namespace: string, among: Selectable): Selected {
  const isSelected = (of: { readonly namespace: string }, podLabels: Labels) =>
    of.namespace === namespace && selects(selector, podLabels);
  return {
    workloads: among.workloads.filter((workload) => isSelected(workload, workload.pod.labels)),
    other: among.others.find((object) => {
      const podLabels = podLabelsOf(object);
      return podLabels !== undefined && isSelected(object, podLabels);
    }),
  };
}

/** Labels of a Pod, or of the pods that a ReplicaSet or the like makes. */
function podLabelsOf({ kind, body }: LocatedObject): Labels | undefined {
  const path = kind === 'Pod' ? ['metadata', 'labels'] : ['spec', 'template', 'metadata', 'labels'];
  return labels.safeParse(valueAt(body, path)).data;
}

/** A problem in words: that nothing is selected, and what may have been meant. */
export function selectsNothing(
  object: Pick<LocatedObject, 'kind' | 'name' | 'namespace'>,
  selector: Selector,
  { workloads }: Selectable,
): { readonly message: string; readonly hint: string | undefined } {
  const { kind, name, namespace } = object;
  return {
    message: `${kind} ${name} selects no pods: no workload of the manifests has pods with ${selectorText(selector)} in namespace ${namespace}`,
    hint: nearestLabel(selector, workloads),
  };
}

function nearestLabel(selector: Selector, workloads: readonly ManifestWorkload[]): string | undefined {
  const present = workloads.flatMap(({ pod }) =>
    Object.entries(pod.labels).map(([key, value]) => `${key}: ${value}`),
  );
  for (const [key, value] of Object.entries(selector)) {
    if (present.includes(`${key}: ${value}`)) continue;
    return didYouMean(`${key}: ${value}`, present);
  }
  return undefined;
}
