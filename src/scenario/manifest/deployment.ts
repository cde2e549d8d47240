/** A Deployment (apps/v1) as the prediction sees it (Kubernetes 1.35 pkg/apis/apps/v1/defaults.go SetDefaults_Deployment). */
import { z } from 'zod';
import { check } from '../issues.ts';
import type { Reporter } from '../reporter.ts';
import type { Deployment } from '../scenario.ts';
import { intOrPercent, intOrShare, isZero, labelSelector, whole } from './fields.ts';
import type { LocatedObject } from './objects.ts';
import { alwaysRestarted, podTemplate, readPodTemplate } from './pod-template.ts';
import { checkSelector, type ManifestContext, type ManifestOf, reporterOf } from './workload.ts';

const strategy = z.object({
  type: z.enum(['RollingUpdate', 'Recreate']).nullish(),
  rollingUpdate: z
    .object({ maxUnavailable: intOrShare.nullish(), maxSurge: intOrPercent.nullish() })
    .nullish(),
});

const deployment = z.object({
  spec: z.object({
    replicas: whole.nullish(),
    minReadySeconds: whole.nullish(),
    progressDeadlineSeconds: whole.nullish(),
    strategy: strategy.nullish(),
    selector: labelSelector,
    template: podTemplate(alwaysRestarted),
  }),
});

const PROGRESS_DEADLINE_S = 600;

/** Reads a Deployment; undefined where anything is wrong with it. */
export function readDeployment(
  object: LocatedObject,
  context: ManifestContext,
): ManifestOf<'Deployment'> | undefined {
  const checked = check(deployment, object.document, object.path, context.problems);
  if (checked === undefined) return undefined;
  const { spec } = checked;
  const report = reporterOf(object, context);
  const pod = readPodTemplate(spec.template, object, context, report);
  const read = readStrategy(spec.strategy ?? {}, report);
  if (pod === undefined || read === undefined || !checkSelector(object, spec.selector, pod, report)) {
    return undefined;
  }
  const min_ready_s = spec.minReadySeconds ?? 0;
  const progress_deadline_s = spec.progressDeadlineSeconds ?? PROGRESS_DEADLINE_S;
  if (progress_deadline_s <= min_ready_s) {
    const path = spec.progressDeadlineSeconds == null ? 'minReadySeconds' : 'progressDeadlineSeconds';
    return report.at(['spec', path], {
      message: `no rollout of Deployment ${object.name} could ever finish: a pod counts after ${min_ready_s} s, and the deadline is ${progress_deadline_s} s`,
      expected: 'progressDeadlineSeconds above minReadySeconds',
    });
  }
  return {
    kind: 'Deployment',
    name: object.name,
    namespace: object.namespace,
    position: object.position,
    replicas: spec.replicas ?? 1,
    min_ready_s,
    strategy: read,
    progress_deadline_s,
    selector: spec.selector,
    pod,
  };
}

function readStrategy(
  { type, rollingUpdate }: z.output<typeof strategy>,
  report: Reporter,
): Deployment['strategy'] | undefined {
  if (type === 'Recreate') {
    if (rollingUpdate == null) return { type };
    return report.atKey(['spec', 'strategy', 'rollingUpdate'], {
      message: 'a strategy of type Recreate takes no `rollingUpdate`',
    });
  }
  const max_unavailable = rollingUpdate?.maxUnavailable ?? { percent: 25 };
  const max_surge = rollingUpdate?.maxSurge ?? { percent: 25 };
  if (isZero(max_unavailable) && isZero(max_surge)) {
    return report.at(['spec', 'strategy', 'rollingUpdate', 'maxUnavailable'], {
      message: 'maxUnavailable and maxSurge are both 0: no pod could be replaced',
      expected: 'one of the two above 0',
    });
  }
  return { type: 'RollingUpdate', max_unavailable, max_surge };
}
