/**
 * A HorizontalPodAutoscaler (autoscaling/v2, and v1) as the prediction sees it (Kubernetes 1.35
 * pkg/apis/autoscaling/v2/defaults.go).
 */
import { z } from 'zod';
import { check } from '../issues.ts';
import { didYouMean } from '../nearest.ts';
import { cpuMillis } from '../quantity.ts';
import { expectedNames, type Reporter } from '../reporter.ts';
import type { Autoscaler, AutoscalerMetric, ScalingRules } from '../scenario.ts';
import type { Path } from '../yaml.ts';
import { quantity, whole } from './fields.ts';
import type { LocatedObject } from './objects.ts';
import type { Selectable } from './selected.ts';
import { type ManifestContext, type ManifestWorkload, reporterOf } from './workload.ts';

const target = z.object({
  type: z.enum(['Utilization', 'AverageValue', 'Value']),
  averageUtilization: whole.min(1).nullish(),
  averageValue: quantity.nullish(),
});

const metric = z.object({
  type: z.enum(['Resource', 'Pods', 'Object', 'External', 'ContainerResource']),
  resource: z.object({ name: z.string(), target }).nullish(),
  pods: z.object({ metric: z.object({ name: z.string() }), target }).nullish(),
});

/** pkg/apis/autoscaling/validation/validation.go MaxStabilizationWindowSeconds, MaxPeriodSeconds. */
const scalingRules = z
  .object({
    stabilizationWindowSeconds: whole.max(3600).nullish(),
    selectPolicy: z.enum(['Max', 'Min', 'Disabled']).nullish(),
    policies: z
      .array(
        z.object({
          type: z.enum(['Pods', 'Percent']),
          value: whole.min(1),
          periodSeconds: whole.min(1).max(1800),
        }),
      )
      .min(1)
      .nullish(),
    tolerance: quantity.nullish(),
  })
  .nullish();

const autoscaler = z.object({
  spec: z.object({
    scaleTargetRef: z.object({ kind: z.string().min(1), name: z.string().min(1) }),
    minReplicas: whole.min(1).nullish(),
    maxReplicas: whole.min(1),
    metrics: z.array(metric).nullish(),
    targetCPUUtilizationPercentage: whole.min(1).nullish(),
    behavior: z.object({ scaleUp: scalingRules, scaleDown: scalingRules }).nullish(),
  }),
});

/** Flag --horizontal-pod-autoscaler-tolerance (pkg/controller/podautoscaler/config/v1alpha1/defaults.go). */
const TOLERANCE = 0.1;

const SCALE_UP: ScalingRules = {
  stabilization_window_s: 0,
  select_policy: 'Max',
  policies: [
    { type: 'Pods', value: 4, period_s: 15 },
    { type: 'Percent', value: 100, period_s: 15 },
  ],
  tolerance: TOLERANCE,
};

const SCALE_DOWN: ScalingRules = {
  // Flag --horizontal-pod-autoscaler-downscale-stabilization, in the same file as the tolerance.
  stabilization_window_s: 300,
  select_policy: 'Max',
  policies: [{ type: 'Percent', value: 100, period_s: 15 }],
  tolerance: TOLERANCE,
};

/** pkg/apis/autoscaling/types.go DefaultCPUUtilization: where no metric is given. */
const CPU_UTILIZATION_PERCENT = 80;

/**
 * Reads a HorizontalPodAutoscaler. Metrics that the model does not know are left out (`unmodelled` names them).
 *
 * @param among undefined where some workload could not be read
 * @returns `ignored` where nothing of it is modelled; undefined where anything is wrong with it
 */
export function readAutoscaler(
  object: LocatedObject,
  among: Selectable | undefined,
  context: ManifestContext,
): Autoscaler | 'ignored' | undefined {
  const checked = check(autoscaler, object.document, object.path, context.problems);
  if (checked === undefined || among === undefined) return undefined;
  const { spec } = checked;
  const report = reporterOf(object, context);
  const min_replicas = spec.minReplicas ?? 1;
  if (spec.maxReplicas < min_replicas) {
    return report.at(['spec', 'maxReplicas'], {
      message: `maxReplicas ${spec.maxReplicas} is below minReplicas ${min_replicas}`,
      expected: `at least ${min_replicas}`,
    });
  }
  const workload = targetOf(object, spec.scaleTargetRef, among, report);
  if (workload === 'ignored' || workload === undefined) return workload;
  const metrics = readMetrics(spec);
  if (metrics.length === 0) return 'ignored';
  const unknown = workload.pod.without_cpu_request;
  if (unknown.length > 0 && metrics.some(({ type }) => type === 'cpu-utilization')) {
    return report.at(['spec', spec.metrics == null ? 'scaleTargetRef' : 'metrics'], {
      message: `${unknown.length === 1 ? 'container' : 'containers'} ${unknown.join(', ')} of ${workload.kind} ${workload.name} ${unknown.length === 1 ? 'requests' : 'request'} no cpu, so the utilization of its pods is not known and nothing would be scaled`,
      expected: 'resources.requests.cpu in every container, or a target of type AverageValue',
    });
  }
  const rules = (given: z.output<typeof scalingRules>, defaults: ScalingRules): ScalingRules => ({
    stabilization_window_s: given?.stabilizationWindowSeconds ?? defaults.stabilization_window_s,
    select_policy: given?.selectPolicy ?? defaults.select_policy,
    policies:
      given?.policies?.map(({ type, value, periodSeconds }) => ({ type, value, period_s: periodSeconds })) ??
      defaults.policies,
    tolerance: (context.behaviour.hpa_tolerance ? given?.tolerance : undefined) ?? defaults.tolerance,
  });
  return {
    name: object.name,
    namespace: object.namespace,
    position: object.position,
    workload: workload.name,
    min_replicas,
    max_replicas: spec.maxReplicas,
    metrics,
    has_behavior: spec.behavior != null,
    scale_up: rules(spec.behavior?.scaleUp, SCALE_UP),
    scale_down: rules(spec.behavior?.scaleDown, SCALE_DOWN),
  };
}

function targetOf(
  object: LocatedObject,
  { kind, name }: { readonly kind: string; readonly name: string },
  { workloads, others }: Selectable,
  report: Reporter,
): ManifestWorkload | 'ignored' | undefined {
  const isTarget = (each: { readonly kind: string; readonly name: string; readonly namespace: string }) =>
    each.kind === kind && each.name === name && each.namespace === object.namespace;
  const workload = workloads.find(isTarget);
  if (workload === undefined) {
    if (others.some(isTarget)) return 'ignored';
    const known = workloads.filter((each) => each.kind === kind).map((each) => each.name);
    return report.at(['spec', 'scaleTargetRef', 'name'], {
      message: `there is no ${kind} \`${name}\` to scale in namespace ${object.namespace}`,
      expected: expectedNames(kind, known),
      hint: didYouMean(name, known),
    });
  }
  if (workload.kind === 'Deployment' || workload.kind === 'StatefulSet') return workload;
  return report.at(['spec', 'scaleTargetRef', 'kind'], {
    message: `a ${kind} cannot be scaled`,
    expected: 'a Deployment or a StatefulSet',
  });
}

type Spec = z.output<typeof autoscaler>['spec'];

function readMetrics({ metrics, targetCPUUtilizationPercentage }: Spec): readonly AutoscalerMetric[] {
  if (metrics == null || metrics.length === 0) {
    const target_percent = targetCPUUtilizationPercentage ?? CPU_UTILIZATION_PERCENT;
    return [{ type: 'cpu-utilization', target_percent }];
  }
  return metrics.flatMap((each) => readMetric(each) ?? []);
}

/** A custom metric whose name speaks of requests is taken for the requests a second that a pod serves. */
function readMetric({ type, resource, pods }: z.output<typeof metric>): AutoscalerMetric | undefined {
  if (type === 'Resource' && resource?.name === 'cpu') {
    const { averageUtilization, averageValue } = resource.target;
    if (averageUtilization != null) return { type: 'cpu-utilization', target_percent: averageUtilization };
    if (averageValue != null) return { type: 'cpu-value', target_millis: cpuMillis(averageValue) };
  }
  if (type === 'Pods' && pods?.target.averageValue != null && /request/i.test(pods.metric.name)) {
    return { type: 'requests', target_per_s: pods.target.averageValue };
  }
  return undefined;
}

/** Where the metrics stand that the model does not know. */
export function unknownMetrics(object: LocatedObject): readonly Path[] {
  const spec = autoscaler.safeParse(object.body).data?.spec;
  return (spec?.metrics ?? []).flatMap((each, index) =>
    readMetric(each) === undefined ? [['spec', 'metrics', index]] : [],
  );
}
