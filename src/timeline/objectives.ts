import type { Objectives } from '../scenario/scenario.ts';
import type { Metric, ObjectiveResult } from './verdict.ts';

type Means = Readonly<Partial<Record<Metric, { readonly mean: number }>>>;

const BOUNDS: readonly (readonly [keyof Objectives & Metric, ObjectiveResult['bound']])[] = [
  ['downtime_s', 'at-most'],
  ['availability_time', 'at-least'],
  ['availability_requests', 'at-least'],
  ['throughput_rps', 'at-least'],
  ['latency_p99_ms', 'at-most'],
];

/**
 * Holds the means against what the scenario demands. An objective is met when each side that was run meets
 * it; one whose metric no side has is not met: no evidence is not a pass.
 */
export function judgeObjectives(
  objectives: Objectives,
  predicted: Means | undefined,
  measured: Means | undefined,
): ObjectiveResult[] {
  return BOUNDS.flatMap(([metric, bound]) => {
    const target = objectives[metric];
    if (target === undefined) return [];
    const sides = [predicted, measured].filter((side) => side !== undefined);
    const meets = (means: Means) => {
      const value = means[metric]?.mean;
      return value !== undefined && (bound === 'at-least' ? value >= target : value <= target);
    };
    return [
      {
        metric,
        target,
        bound,
        predicted: predicted?.[metric]?.mean,
        measured: measured?.[metric]?.mean,
        met: sides.length > 0 && sides.every(meets),
      },
    ];
  });
}
