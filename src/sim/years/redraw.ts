import type { Distribution } from '../../scenario/distribution.ts';
import type { Alarms } from '../engine/alarms.ts';
import { type Dice, OF_UNIT } from './dice.ts';
import type { PlanModel, Ring } from './plan-model.ts';
import type { Working } from './working.ts';

/** What of a state decides when everything under way will come. */
export interface UnderWay {
  readonly model: PlanModel;
  readonly working: Working;
  readonly dice: Dice;
  readonly alarms: Alarms;
  /** By alarm: when what it waits for began; later by as much as it stood still meanwhile. */
  readonly since_ms: Float64Array;
  readonly now_ms: number;
}

/**
 * A value is drawn again until it is beyond the age, so many times at the most. What has no luck keeps its old one,
 * which is as fair: whether that happens does not depend on it.
 */
const ATTEMPTS = 16;

/**
 * Draws again when each failure, repair, inspection, common cause and planned work that is under way will come, given
 * how long it has been under way. To whoever sees what has happened so far, and not what was drawn, the system is the
 * same as before. What stands still, replacements and roll-backs keep what they had, which is as fair.
 */
export function redraw({ model, working, dice, alarms, since_ms, now_ms }: UnderWay): void {
  const { plan, units } = model;

  const again = (alarm: number, isMemoryless: boolean, draw_ms: () => number) => {
    const from_ms = isMemoryless ? now_ms : since_ms[alarm]!;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const at_ms = from_ms + draw_ms();
      if (at_ms <= now_ms) continue;
      alarms.set(alarm, at_ms);
      return;
    }
  };

  for (const [kind, { time_to_failure, time_to_repair, crew }] of plan.units.entries()) {
    const { order, inspection } = crew === undefined ? NO_CREW : plan.crews[crew]!;
    const isInspected = order === 'first-inspected' || isNothing(inspection);
    const repairsForget = isInspected && isMemoryless(time_to_repair);
    const livesForget = time_to_failure !== undefined && isMemoryless(time_to_failure);
    for (let unit = units.first[kind]!; unit < units.first[kind + 1]!; unit += 1) {
      if (!alarms.isSet(unit)) continue;
      if (working.failed[unit] === 1) {
        again(unit, repairsForget, () => {
          const before_ms = isInspected ? 0 : dice.ofUnit_ms(unit, OF_UNIT.repair, inspection);
          return before_ms + dice.ofUnit_ms(unit, OF_UNIT.repair, time_to_repair);
        });
      } else if (time_to_failure !== undefined && time_to_failure.kind !== 'constant') {
        again(unit, livesForget, () => dice.ofUnit_ms(unit, OF_UNIT.failure, time_to_failure));
      }
    }
  }

  const ring = (type: Ring['type'], of: number, distribution: Distribution, draw_ms: () => number) => {
    const alarm = model.ringOf[type] + of;
    if (alarms.isSet(alarm)) again(alarm, isMemoryless(distribution), draw_ms);
  };
  for (const [of, { every }] of plan.common_causes.entries()) {
    ring('common-cause', of, every, () => dice.of_ms('common_causes', of, 'every', every));
  }
  for (const [of, { every }] of plan.maintenance.entries()) {
    ring('round', of, every, () => dice.of_ms('maintenance', of, 'every', every));
  }
  for (const [slot, maintenance] of model.slots.entries()) {
    const { takes } = plan.maintenance[maintenance]!;
    ring('back', slot, takes, () => dice.of_ms('maintenance', maintenance, 'takes', takes));
  }
  for (const [of, { every }] of plan.deployments.entries()) {
    ring('deployment', of, every, () => dice.of_ms('deployments', of, 'every', every));
  }
  for (const [kind, { crew }] of plan.units.entries()) {
    if (crew === undefined) continue;
    const { inspection } = plan.crews[crew]!;
    ring('inspection', kind, inspection, () => dice.inspection_ms(kind, inspection));
  }
}

const NO_CREW = { order: 'first-come', inspection: { kind: 'constant', value_ms: 0 } } as const;

/** How long it still takes does not depend on how long it has. */
const isMemoryless = ({ kind }: Distribution): boolean => kind === 'exponential';

const isNothing = (distribution: Distribution): boolean =>
  distribution.kind === 'constant' && distribution.value_ms === 0;
