/** The spec of a Schedule, of its own or in a Workflow (Chaos Mesh v2.8.3 api/v1alpha1/schedule_types.go). */
import { z } from 'zod';
import { quote } from '../../scenario/problem.ts';
import type { Path } from '../../scenario/yaml.ts';
import type { Fates } from '../reading.ts';
import { everyMs } from './duration.ts';
import { type PodChaosContext, type PodChaosFault, readPodChaos } from './pod-chaos.ts';

const SCHEDULE = z.looseObject({
  schedule: z.string().min(1),
  type: z.string(),
  concurrencyPolicy: z.enum(['Forbid', 'Allow', '']).nullish(),
});

const SCHEDULE_FIELDS: Fates = {
  schedule: 'read',
  type: 'read',
  podChaos: 'read',
  concurrencyPolicy: { leaves_out: 'what is killed is killed at once, so no two meet' },
  historyLimit: { leaves_out: 'how many finished objects Chaos Mesh keeps' },
  startingDeadlineSeconds: { leaves_out: 'no act is late' },
  workflow: { refuses: 'a scenario repeats faults, not workflows' },
};

/**
 * It acts first when so long has passed (controllers/schedule/cron/utils.go getRecentUnmetScheduleTime).
 *
 * @returns undefined where it is nothing that a scenario has, which is then told
 */
export function readSchedule(
  path: Path,
  context: PodChaosContext,
): { readonly every_ms: number; readonly fault: PodChaosFault } | undefined {
  const { reading } = context;
  const spec = reading.get(SCHEDULE, path);
  reading.fields(path, SCHEDULE_FIELDS);
  if (spec === undefined) return undefined;
  if (spec.type !== 'PodChaos') {
    return reading.refuse([...path, 'type'], {
      message: `a schedule of ${quote(spec.type)} is nothing that a scenario has`,
      expected: 'PodChaos',
    });
  }
  const every_ms = everyMs(spec.schedule);
  const fault = readPodChaos([...path, 'podChaos'], context);
  if (every_ms === undefined) {
    return reading.refuse([...path, 'schedule'], {
      message: `${quote(spec.schedule)} is a time of day: a scenario counts from when it begins`,
      expected: '@every and a duration, such as "@every 30s"',
    });
  }
  return fault && { every_ms, fault };
}
