/**
 * Importance sampling of common causes that seldom come: there is nothing on the way to them that could be split, and of
 * an event that is once in ten thousand years a thousand horizons show nothing, nor does their interval. So they come
 * more often, and each trajectory counts by how much likelier it is in truth (Asmussen and Glynn, Stochastic
 * Simulation, 2007, chapter V). Splitting finds the ways from there on.
 */
import { constant, exponential } from '../../scenario/distribution.ts';
import type { KindIndex, Plan } from '../../scenario/plan.ts';

/** A common cause of exponential times. */
export interface HastenedCause {
  /** Place in the plan's common causes. */
  readonly index: number;
  readonly rate_per_ms: number;
  readonly hastened_per_ms: number;
}

export interface Hastening {
  /** With these causes coming more often. */
  readonly plan: Plan;
  /** Without them: what is on the way to outages by itself. */
  readonly calm: Plan;
  readonly causes: readonly HastenedCause[];
}

/** What comes more often in a horizon is seen often enough. */
const RARE = 0.1;
/**
 * How often hastened causes come in a horizon, all together. The likelihood then has a relative variance of
 * exp(0.5) - 1 at the most, so the rest is not known much worse.
 */
const HASTENED = 0.5;
/** Longer than any horizon. */
const NEVER = constant(1e300);

/** @param kinds those that matter to the service */
export function hasten(plan: Plan, kinds: ReadonlySet<KindIndex>): Hastening {
  const rare = plan.common_causes.flatMap(({ every, hits }, index) => {
    if (every.kind !== 'exponential' || !hits.some((kind) => kinds.has(kind))) return [];
    const rate_per_ms = 1 / every.mean_ms;
    return rate_per_ms * plan.horizon_ms < RARE ? [{ index, rate_per_ms }] : [];
  });
  const hastened_per_ms = HASTENED / rare.length / plan.horizon_ms;
  const causes = rare
    .filter(({ rate_per_ms }) => rate_per_ms < hastened_per_ms)
    .map((cause) => ({ ...cause, hastened_per_ms }));
  const withEvery = (every: Plan['common_causes'][number]['every']): Plan => ({
    ...plan,
    common_causes: plan.common_causes.map((cause, index) =>
      causes.some((each) => each.index === index) ? { ...cause, every } : cause,
    ),
  });
  return { plan: withEvery(exponential(1 / hastened_per_ms)), calm: withEvery(NEVER), causes };
}

/**
 * The logarithm of how much likelier what has happened until now is in truth.
 *
 * @param struck how often each common cause of the plan has come
 */
export function logLikelihood(
  causes: readonly HastenedCause[],
  struck: ArrayLike<number>,
  now_ms: number,
): number {
  let log = 0;
  for (const { index, rate_per_ms, hastened_per_ms } of causes) {
    log +=
      (hastened_per_ms - rate_per_ms) * now_ms + struck[index]! * Math.log(rate_per_ms / hastened_per_ms);
  }
  return log;
}
