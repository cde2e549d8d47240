/** What every method's prediction of a service has in common. */
import type { PlannedService } from '../scenario/plan.ts';
import { YEAR_MS } from '../scenario/units.ts';
import { wilsonInterval } from '../timeline/interval.ts';
import type { Estimate, ServicePrediction } from '../timeline/plan-prediction.ts';

/** The same figure in another unit. */
export const scaled = ({ mean, ci95: [low, high] }: Estimate, factor: number): Estimate => ({
  mean: mean * factor,
  ci95: [low * factor, high * factor],
});

/** Mean downtime of a horizon as a share of it, and a year. */
export function rates(
  downtime_s: Estimate,
  horizon_s: number,
): Pick<ServicePrediction, 'unavailability' | 'downtime_min_per_year'> {
  return {
    unavailability: scaled(downtime_s, 1 / horizon_s),
    downtime_min_per_year: scaled(downtime_s, YEAR_MS / 60_000 / horizon_s),
  };
}

/** Of means by cause: those that cost anything, the largest first. */
export function orderedCauses(causes: ServicePrediction['causes']): ServicePrediction['causes'] {
  return causes
    .filter(({ downtime_s, outages }) => downtime_s > 0 || outages > 0)
    .sort((a, b) => b.downtime_s - a.downtime_s || (a.cause < b.cause ? -1 : 1));
}

/**
 * Judges a service's objectives by its mean downtime.
 *
 * @param horizons_s downtime of each horizon, where whole ones were simulated: then it is told how many meet them
 */
export function judgeService(
  { objectives: { availability, downtime_s: most_s } }: PlannedService,
  mean_s: number,
  horizon_s: number,
  horizons_s?: readonly number[],
): ServicePrediction['objectives'] {
  const trialsMet = (isMet: (downtime_s: number) => boolean) => {
    if (horizons_s === undefined) return undefined;
    const met = horizons_s.filter(isMet).length;
    return { share: met / horizons_s.length, ci95: wilsonInterval(met, horizons_s.length) };
  };
  const availabilityOf = (downtime_s: number) => 1 - downtime_s / horizon_s;
  const judged: ServicePrediction['objectives'][number][] = [];
  if (availability !== undefined) {
    const isMet = (downtime_s: number) => availabilityOf(downtime_s) >= availability;
    judged.push({
      metric: 'availability',
      target: availability,
      predicted: availabilityOf(mean_s),
      met: isMet(mean_s),
      trials_met: trialsMet(isMet),
    });
  }
  if (most_s !== undefined) {
    const isMet = (downtime_s: number) => downtime_s <= most_s;
    judged.push({
      metric: 'downtime_s',
      target: most_s,
      predicted: mean_s,
      met: isMet(mean_s),
      trials_met: trialsMet(isMet),
    });
  }
  return judged;
}
