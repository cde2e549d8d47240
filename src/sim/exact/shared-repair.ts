/** k-of-n with fewer repair crews than units: failures wait for each other, so units are not independent. */
import { birthDeathSteadyState, birthDeathStepTimes } from './birth-death.ts';
import { COUNT_MAX, positive, whole } from './input.ts';
import { sumOf } from './sum.ts';

/** Equal units with exponential times to failure and to repair; a failed one waits while every crew is at work. */
export interface SharedRepair {
  readonly units: number;
  /** So many units must be up for the whole to be up. */
  readonly needed: number;
  readonly crews: number;
  /** Of one unit that is up; those up go on failing while the whole is down. */
  readonly failure_per_h: number;
  /** Of one crew at work. */
  readonly repair_per_h: number;
}

export interface SharedRepairResult {
  readonly availability: number;
  /** Right in all digits where availability rounds to 1. */
  readonly unavailability: number;
  readonly failures_per_h: number;
  /** Mean hours from all units up to the first failure of the whole (MTTF). */
  readonly meanTimeToFirstFailure_h: number;
  /** Mean hours from one failure of the whole to the next, in the long run (MTBF). */
  readonly meanTimeBetweenFailures_h: number;
  /** Mean hours up in a row, in the long run (MUT). */
  readonly meanUpTime_h: number;
  /** Mean hours of an outage (MDT). */
  readonly meanDownTime_h: number;
}

/** @throws UserError where a rate is not above zero and finite, or a number is not whole */
export function sharedRepair(system: SharedRepair): SharedRepairResult {
  const units = whole('the number of units', system.units, 1, COUNT_MAX);
  const needed = whole('the number of units needed', system.needed, 1, units);
  const crews = whole('the number of crews', system.crews, 1);
  const failure_per_h = positive('the failure rate', system.failure_per_h);
  const repair_per_h = positive('the repair rate', system.repair_per_h);
  // The state is how many units are down.
  const up = Array.from({ length: units }, (_, failed) => (units - failed) * failure_per_h);
  const down = Array.from({ length: units }, (_, index) => Math.min(index + 1, crews) * repair_per_h);
  const p = birthDeathSteadyState({ up, down });
  const spare = units - needed;
  const share = (from: number, to?: number) => sumOf(p.subarray(from, to));
  // Step by step up to the failure, and from it back down.
  const failing_h = birthDeathStepTimes({ up: up.slice(0, spare + 1), down: down.slice(0, spare + 1) });
  const recovering_h = birthDeathStepTimes({
    up: down.slice(spare).reverse(),
    down: up.slice(spare).reverse(),
  });
  const meanUpTime_h = failing_h.at(-1)!;
  const meanDownTime_h = recovering_h.at(-1)!;
  const meanTimeBetweenFailures_h = meanUpTime_h + meanDownTime_h;
  return {
    availability: share(0, spare + 1),
    unavailability: share(spare + 1),
    failures_per_h: 1 / meanTimeBetweenFailures_h,
    meanTimeToFirstFailure_h: sumOf(failing_h),
    meanTimeBetweenFailures_h,
    meanUpTime_h,
    meanDownTime_h,
  };
}
