/** The spec of a Schedule, of its own or in a Workflow (Chaos Mesh v2.8.3 api/v1alpha1/schedule_types.go). */
import { z } from 'zod';
import { quote } from '../../scenario/problem.ts';
import type { Path } from '../../scenario/yaml.ts';
import { type Fates, isMapping } from '../reading.ts';
import { fieldOf, isRead, READ_KINDS, readChaos, refuseKind, specFates } from './chaos.ts';
import { everyMs } from './duration.ts';
import type { Chaos, ChaosContext } from './selection.ts';

const SCHEDULE = z.looseObject({
  schedule: z.string().min(1),
  type: z.string(),
  // Forbid where nothing is said.
  concurrencyPolicy: z.enum(['Forbid', 'Allow', '']).nullish(),
});

const SCHEDULE_FATES: Fates = {
  schedule: 'read',
  type: 'read',
  concurrencyPolicy: 'read',
  historyLimit: { leaves_out: 'how many finished objects Chaos Mesh keeps' },
  startingDeadlineSeconds: { leaves_out: 'no act is late' },
  workflow: { refuses: 'a scenario repeats faults, not workflows' },
};

export interface ReadSchedule {
  readonly every_ms: number;
  readonly chaos: Chaos;
  /** Where it says how long each lasts. */
  readonly path: Path;
}

/**
 * It acts first when so long has passed (controllers/schedule/cron/utils.go getRecentUnmetScheduleTime).
 *
 * @returns undefined where it is nothing that a scenario has, which is then told
 */
export function readSchedule(path: Path, context: ChaosContext): ReadSchedule | undefined {
  const { reading } = context;
  const spec = reading.get(SCHEDULE, path);
  const type = spec?.type ?? '';
  reading.fields(path, { ...SCHEDULE_FATES, ...specFates(type) });
  if (spec === undefined) return undefined;
  if (!isRead(type)) {
    const expected = READ_KINDS.join(' or ');
    return refuseKind(type, { path: [...path, 'type'], what: 'schedule of ', expected }, reading);
  }
  const at = [...path, fieldOf(type)];
  if (!isMapping(reading.value(at))) {
    return reading.refuse(path, { message: `\`${fieldOf(type)}\` is missing` });
  }
  const chaos = readChaos(type, at, context);
  const every_ms = everyMs(spec.schedule);
  if (every_ms === undefined) {
    return reading.refuse([...path, 'schedule'], {
      message: `${quote(spec.schedule)} is a time of day: a scenario counts from when it begins`,
      expected: '@every and a duration, such as "@every 30s"',
    });
  }
  if (chaos === undefined) return undefined;
  const policy = [...path, 'concurrencyPolicy'];
  if (!chaos.lasts) {
    if (spec.concurrencyPolicy != null) {
      reading.leaveOut(policy, 'what is killed is killed at once, so no two meet');
    }
  } else if (spec.concurrencyPolicy !== 'Allow' && (chaos.duration_ms ?? 0) >= every_ms) {
    return reading.refuse(spec.concurrencyPolicy == null ? path : policy, {
      message:
        'Forbid leaves out what would begin before the last is over, and each lasts as long as it takes to the next',
      expected: 'a `duration` below that of `schedule`, or Allow',
    });
  }
  return { every_ms, chaos, path: at };
}
