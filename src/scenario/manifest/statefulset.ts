/** A StatefulSet (apps/v1) as the prediction sees it (Kubernetes 1.35 pkg/apis/apps/v1/defaults.go SetDefaults_StatefulSet). */
import { z } from 'zod';
import { check } from '../issues.ts';
import type { Reporter } from '../reporter.ts';
import type { StatefulSet } from '../scenario.ts';
import { intOrShare, isZero, labelSelector, whole } from './fields.ts';
import type { LocatedObject } from './objects.ts';
import { alwaysRestarted, podTemplate, readPodTemplate } from './pod-template.ts';
import { checkSelector, type ManifestContext, type ManifestOf, reporterOf } from './workload.ts';

const strategy = z.object({
  type: z.enum(['RollingUpdate', 'OnDelete']).nullish(),
  rollingUpdate: z.object({ partition: whole.nullish(), maxUnavailable: intOrShare.nullish() }).nullish(),
});

const statefulSet = z.object({
  spec: z.object({
    replicas: whole.nullish(),
    minReadySeconds: whole.nullish(),
    podManagementPolicy: z.enum(['OrderedReady', 'Parallel']).nullish(),
    updateStrategy: strategy.nullish(),
    selector: labelSelector,
    template: podTemplate(alwaysRestarted),
    volumeClaimTemplates: z.array(z.unknown()).nullish(),
  }),
});

/** Reads a StatefulSet; undefined where anything is wrong with it. */
export function readStatefulSet(
  object: LocatedObject,
  context: ManifestContext,
): ManifestOf<'StatefulSet'> | undefined {
  const checked = check(statefulSet, object.document, object.path, context.problems);
  if (checked === undefined) return undefined;
  const { spec } = checked;
  const report = reporterOf(object, context);
  const pod = readPodTemplate(spec.template, object, context, report);
  const update_strategy = readStrategy(spec.updateStrategy ?? {}, context, report);
  if (pod === undefined || update_strategy === undefined) return undefined;
  if (!checkSelector(object, spec.selector, pod, report)) return undefined;
  return {
    kind: 'StatefulSet',
    name: object.name,
    namespace: object.namespace,
    position: object.position,
    replicas: spec.replicas ?? 1,
    min_ready_s: spec.minReadySeconds ?? 0,
    pod_management: spec.podManagementPolicy ?? 'OrderedReady',
    update_strategy,
    selector: spec.selector,
    pod: {
      ...pod,
      mounts_volumes: pod.mounts_volumes || (spec.volumeClaimTemplates ?? []).length > 0,
    },
  };
}

function readStrategy(
  { type, rollingUpdate }: z.output<typeof strategy>,
  { behaviour }: ManifestContext,
  report: Reporter,
): StatefulSet['update_strategy'] | undefined {
  if (type === 'OnDelete') {
    if (rollingUpdate == null) return { type };
    return report.atKey(['spec', 'updateStrategy', 'rollingUpdate'], {
      message: 'an updateStrategy of type OnDelete takes no `rollingUpdate`',
    });
  }
  const said = behaviour.stateful_set_max_unavailable ? rollingUpdate?.maxUnavailable : undefined;
  const max_unavailable = said ?? { pods: 1 };
  if (isZero(max_unavailable)) {
    return report.at(['spec', 'updateStrategy', 'rollingUpdate', 'maxUnavailable'], {
      message: 'maxUnavailable is 0: no pod could be replaced',
      expected: 'a number above 0',
    });
  }
  return { type: 'RollingUpdate', partition: rollingUpdate?.partition ?? 0, max_unavailable };
}
