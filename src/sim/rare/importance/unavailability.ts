/**
 * How likely a unit is to be down, and what takes several down at once: rough figures, from means alone. They say which
 * states are near an outage. Where they are wrong splitting costs more; what it estimates does not depend on them.
 */
import { mean_ms } from '../../../scenario/distribution.ts';
import type { KindIndex, Plan, UnitKind } from '../../../scenario/plan.ts';
import { countOf, type Units } from '../../years/units.ts';

export interface Unavailability {
  /** By kind: share of time that a unit is down by itself. */
  readonly own: Float64Array;
  /** By kind: what takes its units down with it, the coarsest first. */
  readonly losses: readonly (readonly Loss[])[];
}

/** A unit that others are lost with. */
export interface Loss {
  readonly kind: KindIndex;
  /** Share of time that such a unit is down, and with it what it holds. */
  readonly chance: number;
}

/** A queue of repairs makes them so many times longer at the most, for this purpose. */
const QUEUEING_MAX = 5;

/** No unit is taken to be down for more of the time. */
const CHANCE_MAX = 0.5;

export function unavailabilityOf(plan: Plan, units: Units): Unavailability {
  const repairs_ms = plan.units.map((unit) => mean_ms(unit.time_to_repair) + inspection_ms(plan, unit));
  const queueing = plan.crews.map((crew, index) => {
    let busy = 0;
    for (const [kind, unit] of plan.units.entries()) {
      if (unit.crew === index) busy += countOf(units, kind) * shareDown(unit, repairs_ms[kind]!);
    }
    return 1 / Math.max(1 / QUEUEING_MAX, 1 - busy / crew.size);
  });
  const own = Float64Array.from(plan.units, (unit, kind) => {
    const down_ms = repairs_ms[kind]! * (unit.crew === undefined ? 1 : queueing[unit.crew]!);
    const others = shocks(plan, units, kind) * down_ms + maintained(plan, kind);
    return Math.min(CHANCE_MAX, shareDown(unit, down_ms) + others);
  });
  const losses = plan.units.map(({ within, placed }) => {
    const found: Loss[] = [];
    for (let kind = placed?.on ?? within; kind !== undefined; kind = plan.units[kind]!.within) {
      const chance = own[kind]!;
      if (chance === 0) continue;
      // What moves is away from a unit that is down only until it is replaced.
      const away_ms = placed === undefined ? Number.POSITIVE_INFINITY : mean_ms(placed.time_to_replace);
      const kept = away_ms < repairs_ms[kind]! ? away_ms / repairs_ms[kind]! : 1;
      found.unshift({ kind, chance: chance * kept });
    }
    return found;
  });
  return { own, losses };
}

function shareDown({ time_to_failure }: UnitKind, down_ms: number): number {
  return time_to_failure === undefined ? 0 : down_ms / (mean_ms(time_to_failure) + down_ms);
}

const inspection_ms = (plan: Plan, { crew }: UnitKind): number =>
  crew === undefined ? 0 : mean_ms(plan.crews[crew]!.inspection);

/** How often a unit is taken down by a common cause, per millisecond. */
function shocks(plan: Plan, units: Units, kind: KindIndex): number {
  let rate = 0;
  for (const { every, hits, within, share } of plan.common_causes) {
    if (!hits.includes(kind)) continue;
    rate += share / mean_ms(every) / (within === undefined ? 1 : countOf(units, within));
  }
  return rate;
}

/** Share of time that a unit is out for maintenance. */
function maintained(plan: Plan, kind: KindIndex): number {
  let share = 0;
  for (const { of, every, takes } of plan.maintenance) {
    if (of === kind) share += mean_ms(takes) / mean_ms(every);
  }
  return share;
}
