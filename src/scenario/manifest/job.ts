/** A Job (batch/v1) as the prediction sees it (Kubernetes 1.35 pkg/apis/batch/v1/defaults.go SetDefaults_Job). */
import { z } from 'zod';
import { check } from '../issues.ts';
import { whole } from './fields.ts';
import type { LocatedObject } from './objects.ts';
import { podTemplate, readPodTemplate } from './pod-template.ts';
import { type ManifestContext, type ManifestOf, reporterOf } from './workload.ts';

const job = z.object({
  spec: z.object({
    parallelism: whole.nullish(),
    completions: whole.nullish(),
    backoffLimit: whole.nullish(),
    suspend: z.boolean().nullish(),
    template: podTemplate(z.enum(['Never', 'OnFailure'])),
  }),
});

const BACKOFF_LIMIT = 6;

/** Labels that the Job controller gives its pods (pkg/apis/batch: job-name, and with its prefix since 1.27). */
const JOB_NAME = ['job-name', 'batch.kubernetes.io/job-name'] as const;

/**
 * Reads a Job; undefined where anything is wrong with it.
 *
 * One with parallelism and without completions, whose pods share out the work, is over when each pod has ended.
 */
export function readJob(object: LocatedObject, context: ManifestContext): ManifestOf<'Job'> | undefined {
  const checked = check(job, object.document, object.path, context.problems);
  if (checked === undefined) return undefined;
  const { spec } = checked;
  const pod = readPodTemplate(spec.template, object, context, reporterOf(object, context));
  if (pod === undefined) return undefined;
  const parallelism = spec.parallelism ?? 1;
  const completions = spec.completions ?? parallelism;
  return {
    kind: 'Job',
    name: object.name,
    namespace: object.namespace,
    position: object.position,
    replicas: spec.suspend === true ? 0 : Math.min(parallelism, completions),
    min_ready_s: 0,
    completions,
    backoff_limit: spec.backoffLimit ?? BACKOFF_LIMIT,
    selector: { [JOB_NAME[0]]: object.name },
    pod: {
      ...pod,
      labels: { ...pod.labels, ...Object.fromEntries(JOB_NAME.map((label) => [label, object.name])) },
    },
  };
}
