/** A PodDisruptionBudget (policy/v1) as the prediction sees it. */
import { z } from 'zod';
import { check } from '../issues.ts';
import type { DisruptionBudget } from '../scenario.ts';
import { intOrShare, labelSelector } from './fields.ts';
import type { LocatedObject } from './objects.ts';
import { type Selectable, selectedBy, selectsNothing } from './selected.ts';
import { type ManifestContext, reporterOf } from './workload.ts';

const budget = z.object({
  spec: z.object({
    minAvailable: intOrShare.nullish(),
    maxUnavailable: intOrShare.nullish(),
    selector: labelSelector,
    unhealthyPodEvictionPolicy: z.enum(['IfHealthyBudget', 'AlwaysAllow']).nullish(),
  }),
});

/**
 * Reads a PodDisruptionBudget.
 *
 * @param among undefined where some workload could not be read
 * @returns `ignored` where it is about pods that are not modelled; undefined where anything is wrong with it
 */
export function readDisruptionBudget(
  object: LocatedObject,
  among: Selectable | undefined,
  context: ManifestContext,
): DisruptionBudget | 'ignored' | undefined {
  const checked = check(budget, object.document, object.path, context.problems);
  if (checked === undefined || among === undefined) return undefined;
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy } = checked.spec;
  const report = reporterOf(object, context);
  if ((minAvailable == null) === (maxUnavailable == null)) {
    const neither = minAvailable == null;
    return report.at(['spec'], {
      message: `PodDisruptionBudget ${object.name} has ${neither ? 'neither minAvailable nor' : 'both minAvailable and'} maxUnavailable`,
      expected: 'exactly one of the two',
    });
  }
  const selected = selectedBy(selector, object.namespace, among);
  if (selected.workloads.length === 0) {
    if (selected.other !== undefined) return 'ignored';
    return report.at(['spec', 'selector'], selectsNothing(object, selector, among));
  }
  return {
    name: object.name,
    namespace: object.namespace,
    position: object.position,
    selector,
    min_available: minAvailable ?? undefined,
    max_unavailable: maxUnavailable ?? undefined,
    unhealthy_pod_eviction_policy:
      (context.behaviour.unhealthy_pod_eviction_policy ? unhealthyPodEvictionPolicy : undefined) ??
      'IfHealthyBudget',
  };
}
