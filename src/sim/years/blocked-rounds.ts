/** Maintenance that waits for what does not come. */
import type { Plan } from '../../scenario/plan.ts';
import type { EpisodeCost } from './costs.ts';
import { compilePlan } from './plan-model.ts';
import { countOf } from './units.ts';
import { YearState } from './year-state.ts';

/**
 * Tells of careful maintenance that stops at a unit which a service cannot do without, though everything works: as a
 * drain does for ever where the disruption budget allows none. What such maintenance would cost is in no figure.
 *
 * @param episodes what each of the plan's costs, by their place there
 */
export function blockedRounds(plan: Plan, episodes: readonly EpisodeCost[]): string[] {
  if (!plan.maintenance.some(({ careful }) => careful)) return [];
  const model = compilePlan(plan);
  const state = new YearState(model, episodes);
  return plan.maintenance.flatMap(({ name, of, careful }) => {
    if (!careful) return [];
    const first = model.units.first[of]!;
    const units = Array.from({ length: countOf(model.units, of) }, (_, index) => first + index);
    const unit = units.find((each) => state.endedWithout(each).length > 0);
    if (unit === undefined) return [];
    const services = state.endedWithout(unit).map((service) => plan.services[service]!.name);
    const down = new Intl.ListFormat('en-GB').format(services);
    return [
      `${name} is careful, and waits even while everything works, for without ${plan.units[of]!.name} ${unit - first + 1} ${down} would be down: ` +
        'what it costs is not in these figures; say `careful: false` if it is done all the same',
    ];
  });
}
