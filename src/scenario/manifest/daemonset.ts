/** A DaemonSet (apps/v1) as the prediction sees it (Kubernetes 1.35 pkg/apis/apps/v1/defaults.go SetDefaults_DaemonSet). */
import { z } from 'zod';
import { check } from '../issues.ts';
import type { Reporter } from '../reporter.ts';
import type { DaemonSet } from '../scenario.ts';
import { admits } from '../toleration.ts';
import { intOrShare, isZero, labelSelector, whole } from './fields.ts';
import type { LocatedObject } from './objects.ts';
import { alwaysRestarted, podTemplate, readPodTemplate } from './pod-template.ts';
import { checkSelector, type ManifestContext, type ManifestOf, reporterOf } from './workload.ts';

const strategy = z.object({
  type: z.enum(['RollingUpdate', 'OnDelete']).nullish(),
  rollingUpdate: z.object({ maxUnavailable: intOrShare.nullish(), maxSurge: intOrShare.nullish() }).nullish(),
});

const daemonSet = z.object({
  spec: z.object({
    minReadySeconds: whole.nullish(),
    updateStrategy: strategy.nullish(),
    selector: labelSelector,
    template: podTemplate(alwaysRestarted),
  }),
});

/** Reads a DaemonSet; undefined where anything is wrong with it. */
export function readDaemonSet(
  object: LocatedObject,
  context: ManifestContext,
): ManifestOf<'DaemonSet'> | undefined {
  const checked = check(daemonSet, object.document, object.path, context.problems);
  if (checked === undefined) return undefined;
  const { spec } = checked;
  const report = reporterOf(object, context);
  const pod = readPodTemplate(spec.template, object, context, report);
  const update_strategy = readStrategy(spec.updateStrategy ?? {}, report);
  if (pod === undefined || update_strategy === undefined) return undefined;
  if (!checkSelector(object, spec.selector, pod, report)) return undefined;
  return {
    kind: 'DaemonSet',
    name: object.name,
    namespace: object.namespace,
    position: object.position,
    replicas: context.nodes.filter((node) => admits(node, pod)).length,
    min_ready_s: spec.minReadySeconds ?? 0,
    update_strategy,
    selector: spec.selector,
    pod,
  };
}

/** pkg/apis/apps/validation/validation.go ValidateRollingUpdateDaemonSet: exactly one of the two is not 0. */
function readStrategy(
  { type, rollingUpdate }: z.output<typeof strategy>,
  report: Reporter,
): DaemonSet['update_strategy'] | undefined {
  // Unlike the other kinds', a DaemonSet's rollingUpdate may stand beside OnDelete, and says nothing then.
  if (type === 'OnDelete') return { type };
  const max_unavailable = rollingUpdate?.maxUnavailable ?? { pods: 1 };
  const max_surge = rollingUpdate?.maxSurge ?? { pods: 0 };
  if (isZero(max_unavailable) === isZero(max_surge)) {
    return report.at(['spec', 'updateStrategy', 'rollingUpdate'], {
      message: isZero(max_surge)
        ? 'maxUnavailable and maxSurge are both 0: no pod could be replaced'
        : 'maxUnavailable (1 where nothing is said) and maxSurge are both above 0',
      expected: 'exactly one of the two above 0',
    });
  }
  return { type: 'RollingUpdate', max_unavailable, max_surge };
}
