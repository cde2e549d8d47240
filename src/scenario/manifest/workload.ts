/** What the readers of all workloads share. */
import type { KubernetesBehaviour } from '../kubernetes-version.ts';
import type { Problems } from '../problem.ts';
import { Reporter } from '../reporter.ts';
import type { Node, Requirement, Selector, Workload } from '../scenario.ts';
import { selects } from '../selector.ts';
import { isEmptySelector } from './fields.ts';
import type { LocatedObject } from './objects.ts';
import type { ManifestPod } from './pod-template.ts';

type WithManifestPod<W extends Workload> = W extends Workload
  ? Omit<W, 'pod'> & { readonly pod: ManifestPod }
  : never;

/** A workload before the scenario has said what its programs do. */
export type ManifestWorkload = WithManifestPod<Workload>;

export type ManifestOf<Kind extends Workload['kind']> = Extract<ManifestWorkload, { readonly kind: Kind }>;

/** What of the cluster decides how a manifest is read. */
export interface ManifestContext {
  readonly behaviour: KubernetesBehaviour;
  readonly nodes: readonly Node[];
  /** What the API server adds to pods that say nothing of it (timing.ts `default_toleration`). */
  readonly default_toleration_s: number;
  readonly problems: Problems;
}

export const reporterOf = (object: LocatedObject, { problems }: ManifestContext): Reporter =>
  new Reporter(object.document, problems, object.path);

/** Whether a workload finds its own pods; the API server refuses what does not. */
export function checkSelector(
  object: LocatedObject,
  selector: Selector,
  pod: Pick<ManifestPod, 'labels'>,
  report: Reporter,
): boolean {
  const owner = `${object.kind} ${object.name}`;
  if (isEmptySelector(selector)) {
    report.at(['spec', 'selector'], {
      message: `the selector of ${owner} is empty`,
      expected: 'matchLabels with at least one label',
    });
    return false;
  }
  if (selects(selector, pod.labels)) return true;
  const message = `the selector of ${owner} does not match the labels of its own pods`;
  const unmatched = Object.entries(selector as Readonly<Record<string, string | Requirement>>).find(
    ([key, value]) => typeof value === 'string' && pod.labels[key] !== value,
  );
  if (unmatched === undefined || Array.isArray(selector)) {
    report.at(['spec', 'selector', 'matchExpressions'], {
      message,
      expected: 'labels in spec.template.metadata that fit',
    });
  } else {
    const [key, value] = unmatched;
    report.at(['spec', 'selector', 'matchLabels', key], {
      message,
      expected: `spec.template.metadata.labels with ${key}: ${value}`,
    });
  }
  return false;
}
