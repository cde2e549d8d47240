/** Single failures that are enough for an outage, and come too seldom for the horizons that were simulated to show. */
import { mean_ms } from '../../scenario/distribution.ts';
import type { Plan } from '../../scenario/plan.ts';
import { YEAR_MS } from '../../scenario/units.ts';
import { compilePlan } from '../years/plan-model.ts';
import { countOf } from '../years/units.ts';
import { YearState } from '../years/year-state.ts';

/** Seen fewer times, what they cost is not known from what was seen. */
const SEEN_MIN = 30;
/** What adds less to the downtime does not matter. */
const SHARE_MIN = 0.05;

/**
 * Units of exponential lives only: these begin at their full rate.
 *
 * @param horizons that were simulated
 * @param downtime_ms of a horizon, as estimated
 * @returns a sentence for each kind
 */
export function unseenAlone(plan: Plan, service: number, horizons: number, downtime_ms: number): string[] {
  const model = compilePlan(plan);
  let state: YearState | undefined;
  return plan.units.flatMap(({ name, time_to_failure, time_to_repair, placed }, kind) => {
    if (time_to_failure?.kind !== 'exponential' || placed !== undefined) return [];
    const failures = (countOf(model.units, kind) * plan.horizon_ms) / time_to_failure.mean_ms;
    const alone_ms = failures * mean_ms(time_to_repair);
    if (failures * horizons >= SEEN_MIN || alone_ms <= SHARE_MIN * downtime_ms) return [];
    state ??= new YearState(model, []);
    if (!state.endedWithout(model.units.first[kind]!).includes(service)) return [];
    const horizon_y = plan.horizon_ms / YEAR_MS;
    const every_y = rounded(horizon_y / failures);
    const cost_s = rounded(alone_ms / 1000 / horizon_y);
    return [
      `${name} alone takes it down, once in ${every_y} years, which these horizons hardly saw: by its times that is ${cost_s} s of downtime a year, which the interval does not know of`,
    ];
  });
}

const rounded = (value: number): number => Number(value.toPrecision(3));
