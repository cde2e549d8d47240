/** A condition on units that fail and are repaired each on its own: from what is known of each unit. */
import type { Distribution } from '../../../scenario/distribution.ts';
import { mean_ms } from '../../../scenario/distribution.ts';
import type { Condition, KindIndex, Plan } from '../../../scenario/plan.ts';
import { positive } from '../input.ts';
import type { Refused } from './by-chain.ts';
import { IndependentUnits, type UnitChance } from './independent.ts';
import { canFail, unitsOf } from './life.ts';
import { MS_PER_H } from './phase-type.ts';
import { integrate } from './quadrature.ts';
import { type UnitChain, unitChain } from './unit-chain.ts';

/** A normal distribution whose mean is so many standard deviations above zero has lost nothing of it below. */
const DEVIATIONS_MIN = 6;

/**
 * Share of time down in the long run, from the mean times alone.
 *
 * @returns undefined where a mean is not known exactly, or where several units fail and return in step
 */
export function longRunByCounting(
  plan: Plan,
  kinds: readonly KindIndex[],
  up: Condition,
): number | undefined {
  const inStep = kinds.filter((kind) => isInStep(plan, kind));
  if (inStep.reduce((sum, kind) => sum + unitsOf(plan, kind), 0) > 1) return undefined;
  const units = plan.units.map((_, kind) => (kinds.includes(kind) ? inTheLongRun(plan, kind) : ALWAYS));
  if (!units.every((unit) => unit !== undefined)) return undefined;
  return Math.min(1, new IndependentUnits(plan, up).evaluate(units).down);
}

const ALWAYS: UnitChance = { up: 1, down: 0, failures_per_h: 0 };

function inTheLongRun(plan: Plan, kind: KindIndex): UnitChance | undefined {
  if (!canFail(plan, kind)) return ALWAYS;
  const { name, time_to_failure, time_to_repair } = plan.units[kind]!;
  if (!hasMean(time_to_failure!) || !hasMean(time_to_repair)) return undefined;
  const up_h = positive(`the mean time to failure of ${name}`, mean_ms(time_to_failure!) / MS_PER_H);
  const down_h = positive(`the mean time to repair of ${name}`, mean_ms(time_to_repair) / MS_PER_H);
  const cycle_h = up_h + down_h;
  return { up: up_h / cycle_h, down: down_h / cycle_h, failures_per_h: 1 / cycle_h };
}

const hasMean = (time: Distribution): boolean =>
  time.kind !== 'normal' || time.mean_ms >= DEVIATIONS_MIN * time.sd_ms;

/**
 * Whether a unit fails and returns at fixed distances only: two that were new together then never fall out of step, and
 * are down at the same time far more often than the shares of each would tell (Feller II, XI.1: the renewal theorem asks
 * for times that are not arithmetic).
 */
function isInStep(plan: Plan, kind: KindIndex): boolean {
  const { time_to_failure, time_to_repair } = plan.units[kind]!;
  return canFail(plan, kind) && isDiscrete(time_to_failure!) && isDiscrete(time_to_repair);
}

function isDiscrete(time: Distribution): boolean {
  switch (time.kind) {
    case 'constant':
    case 'empirical':
      return true;
    case 'uniform':
      return time.min_ms === time.max_ms;
    case 'normal':
      return time.sd_ms === 0;
    case 'lognormal':
      return time.sigma === 0;
    default:
      return false;
  }
}

/**
 * Share of the horizon down, and outages in it, from all being new: the integrals over time of the chance to be down,
 * and of the rate at which it begins.
 */
export function horizonByCounting(
  plan: Plan,
  kinds: readonly KindIndex[],
  up: Condition,
  horizon_h: number,
): { readonly unavailability: number; readonly outages: number } | Refused {
  const chains = new Map<KindIndex, UnitChain>();
  for (const kind of kinds) {
    const chain = unitChain(plan, kind);
    if ('refused' in chain) return chain;
    chains.set(kind, chain);
  }
  const system = new IndependentUnits(plan, up);
  const at = (time_h: number): readonly number[] => {
    const units = plan.units.map((_, kind) => chains.get(kind)?.at(time_h) ?? ALWAYS);
    const { down, failures_per_h } = system.evaluate(units);
    return [down, failures_per_h];
  };
  const fastest_per_h = Math.max(...[...chains.values()].map((chain) => chain.fastest_per_h));
  const isDown = at(0)[0]!;
  if (fastest_per_h === 0) return { unavailability: isDown, outages: isDown };
  const [down_h, outages] = integrate(at, horizon_h, 1 / fastest_per_h);
  return { unavailability: Math.min(1, down_h! / horizon_h), outages: isDown + outages! };
}
