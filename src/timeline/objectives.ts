import type { Objectives } from '../scenario/scenario.ts';
import type { Measurement, Metric, ObjectiveResult, Prediction } from './verdict.ts';

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
  predicted: Prediction['metrics'] | undefined,
  measured: Measurement['metrics'] | undefined,
): ObjectiveResult[] {
  return BOUNDS.flatMap(([metric, bound]) => {
    const target = objectives[metric];
    if (target === undefined) return [];
    const means = {
      predicted: predicted?.[metric]?.predicted.mean,
      measured: measured?.[metric]?.measured.mean,
    };
    const meets = (mean: number | undefined) => mean !== undefined && isMet({ bound, target }, mean);
    const sides = [predicted && meets(means.predicted), measured && meets(means.measured)];
    const judged = sides.filter((side) => side !== undefined);
    return [{ metric, target, bound, ...means, met: judged.length > 0 && judged.every(Boolean) }];
  });
}

export const isMet = (
  { bound, target }: Pick<ObjectiveResult, 'bound' | 'target'>,
  value: number,
): boolean => (bound === 'at-least' ? value >= target : value <= target);
