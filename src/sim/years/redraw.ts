import { type Distribution, mean_ms } from '../../scenario/distribution.ts';
import type { KindIndex, Plan } from '../../scenario/plan.ts';
import type { Alarms } from '../engine/alarms.ts';
import { type Dice, OF_UNIT } from './dice.ts';
import type { PlanModel } from './plan-model.ts';
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
 * same as before. What stands still, replacements and roll-backs keep what they had, which is as fair; so do failures
 * without memory that lie far ahead.
 */
export function redraw(state: UnderWay): void {
  const { plan } = state.model;
  const window_ms = windowOf(plan);
  for (let kind = 0; kind < plan.units.length; kind += 1) {
    const { time_to_failure } = plan.units[kind]!;
    redrawRepairs(state, kind);
    if (time_to_failure?.kind === 'exponential') {
      redrawSoon(state, kind, time_to_failure.mean_ms, window_ms);
    } else if (time_to_failure !== undefined && time_to_failure.kind !== 'constant') {
      redrawLives(state, kind, time_to_failure);
    }
  }
  redrawOthers(state);
}

/**
 * Times without memory, until the window ends: each rings within it with the same chance, however long it has waited.
 * One that does not, and did before, rings after it; one that does neither keeps its time, which is distributed as if it
 * were drawn again. So most units cost a look, and a few of them random numbers.
 */
function redrawSoon(state: UnderWay, kind: KindIndex, mean_ms: number, window_ms: number): void {
  const { model, working, dice, alarms, now_ms } = state;
  const { first } = model.units;
  const uniform = () => dice.uniformOf('units', kind, 'time-to-failure');
  const exponential_ms = () => -Math.log(1 - uniform()) * mean_ms;
  const chance = -Math.expm1(-window_ms / mean_ms);
  // How many do not ring before the next one that does is geometric.
  let silent = Math.floor(exponential_ms() / window_ms);
  for (let unit = first[kind]!; unit < first[kind + 1]!; unit += 1) {
    if (working.failed[unit] === 1) continue;
    const at_ms = alarms.timeOf(unit);
    if (at_ms === Number.POSITIVE_INFINITY) continue;
    if (silent === 0) {
      alarms.set(unit, now_ms - Math.log(1 - uniform() * chance) * mean_ms);
      silent = Math.floor(exponential_ms() / window_ms);
    } else {
      silent -= 1;
      if (at_ms < now_ms + window_ms) alarms.set(unit, now_ms + window_ms + exponential_ms());
    }
  }
}

/** Repairs are over by its end, nearly always, and with them whatever may come of what has failed now. */
const REPAIRS_IN_WINDOW = 5;

const WINDOWS = new WeakMap<Plan, number>();

function windowOf(plan: Plan): number {
  let window_ms = WINDOWS.get(plan);
  if (window_ms === undefined) {
    const repairs_ms = plan.units.map(({ time_to_repair, crew }) => {
      const inspection_ms = crew === undefined ? 0 : mean_ms(plan.crews[crew]!.inspection);
      return inspection_ms + mean_ms(time_to_repair);
    });
    // Of no length it would hold nothing to draw.
    window_ms = Math.max(1, REPAIRS_IN_WINDOW * Math.max(0, ...repairs_ms));
    WINDOWS.set(plan, window_ms);
  }
  return window_ms;
}

function redrawLives(state: UnderWay, kind: KindIndex, life: Distribution): void {
  const { model, working, dice, alarms } = state;
  const { first } = model.units;
  for (let unit = first[kind]!; unit < first[kind + 1]!; unit += 1) {
    if (working.failed[unit] === 1 || !alarms.isSet(unit)) continue;
    again(state, unit, () => dice.ofUnit_ms(unit, OF_UNIT.failure, life));
  }
}

function redrawRepairs(state: UnderWay, kind: KindIndex): void {
  const { model, working, dice, alarms } = state;
  const { first } = model.units;
  const { time_to_repair, crew } = model.plan.units[kind]!;
  for (let unit = first[kind]!; unit < first[kind + 1]!; unit += 1) {
    if (working.failed[unit] === 0 || !alarms.isSet(unit)) continue;
    const { order, inspection } = crew === undefined ? NO_CREW : model.plan.crews[crew]!;
    again(state, unit, () => {
      const before_ms = order === 'first-inspected' ? 0 : dice.ofUnit_ms(unit, OF_UNIT.repair, inspection);
      return before_ms + dice.ofUnit_ms(unit, OF_UNIT.repair, time_to_repair);
    });
  }
}

const NO_CREW = { order: 'first-come', inspection: { kind: 'constant', value_ms: 0 } } as const;

function redrawOthers(state: UnderWay): void {
  const { model, dice, alarms } = state;
  const { plan } = model;
  for (let ring = 0; ring < model.rings.length; ring += 1) {
    const alarm = model.ringing + ring;
    if (!alarms.isSet(alarm)) continue;
    const { type, of } = model.rings[ring]!;
    switch (type) {
      case 'common-cause':
        again(state, alarm, () => dice.of_ms('common_causes', of, 'every', plan.common_causes[of]!.every));
        break;
      case 'round':
        again(state, alarm, () => dice.of_ms('maintenance', of, 'every', plan.maintenance[of]!.every));
        break;
      case 'back': {
        const maintenance = model.slots[of]!;
        const { takes } = plan.maintenance[maintenance]!;
        again(state, alarm, () => dice.of_ms('maintenance', maintenance, 'takes', takes));
        break;
      }
      case 'deployment':
        again(state, alarm, () => dice.of_ms('deployments', of, 'every', plan.deployments[of]!.every));
        break;
      case 'inspection': {
        const { inspection } = plan.crews[plan.units[of]!.crew!]!;
        again(state, alarm, () => dice.inspection_ms(of, inspection));
        break;
      }
      case 'roll-back':
        // The later of two, maybe: it keeps its time.
        break;
    }
  }
}

function again({ alarms, since_ms, now_ms }: UnderWay, alarm: number, draw_ms: () => number): void {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const at_ms = since_ms[alarm]! + draw_ms();
    if (at_ms <= now_ms) continue;
    alarms.set(alarm, at_ms);
    return;
  }
}
