/** Unavailability in the long run, from one run that goes on for long. */
import type { Plan } from '../../scenario/plan.ts';
import type { Estimate } from '../../timeline/plan-prediction.ts';
import { batchMeans } from '../estimate/batch-means.ts';
import type { EpisodeCost } from './costs.ts';
import { compilePlan } from './plan-model.ts';
import { YearState } from './year-state.ts';

/** Of the whole run: some tenths of a second. */
const STEPS = 300_000;
/** One that takes so many times more than expected is given up, for a shorter one. */
const SLIP = 4;
/** Pieces of the run whose shares down are its values. */
const PIECES = 2000;
/** A trial of its own, which no horizon is. */
const TRIAL = 2 ** 32 - 1;

/**
 * @param steps of one horizon, in the mean: see Effort
 * @returns by service; undefined where the run would be too short to tell: a plan in which so many events are but a
 *   few horizons, one in which nothing happens, or a service that hardly ever fails
 */
export function longRun(
  plan: Plan,
  episodes: readonly EpisodeCost[],
  steps: number,
): (Estimate | undefined)[] {
  const unknown = plan.services.map(() => undefined);
  let horizons = Math.min(STEPS / steps, CLOCK_MAX_MS / plan.horizon_ms);
  if (steps === 0 || !(horizons >= HORIZONS_LEAST)) return unknown;
  const fresh = new YearState(compilePlan(plan), episodes);
  const state = new YearState(fresh.model, episodes, fresh);
  while (horizons >= HORIZONS_LEAST) {
    state.copyFrom(fresh);
    const shares = sharesDown(state, horizons * plan.horizon_ms);
    if (shares !== undefined) return shares.map(meanOf);
    // What is worn fails more often than what was new: as long as such steps last.
    const slow = state.effort.steps / (state.now_ms / plan.horizon_ms);
    horizons = Math.min(STEPS / slow, horizons / 2);
  }
  return unknown;
}

/** Of each piece of a run, by service; undefined where that takes far more steps than it should. */
function sharesDown(state: YearState, length_ms: number): Float64Array[] | undefined {
  const piece_ms = length_ms / PIECES;
  const services = state.model.plan.services.length;
  const shares = Array.from({ length: services }, () => new Float64Array(PIECES));
  const before_ms = new Float64Array(services);
  state.begin(TRIAL);
  for (let piece = 0; piece < PIECES; piece += 1) {
    if (!state.runUntil((piece + 1) * piece_ms, () => state.effort.steps > SLIP * STEPS)) return undefined;
    for (const [service, share] of shares.entries()) {
      const downtime_ms = state.downtime.downtime_ms[service]!;
      share[piece] = (downtime_ms - before_ms[service]!) / piece_ms;
      before_ms[service] = downtime_ms;
    }
  }
  return shares;
}

function meanOf(share: Float64Array): Estimate | undefined {
  if (share.filter((each) => each > 0).length < PIECES_DOWN_LEAST) return undefined;
  const steady = batchMeans(share);
  return steady && { mean: steady.mean, ci95: [Math.max(0, steady.ci95[0]), Math.min(1, steady.ci95[1])] };
}

const HORIZONS_LEAST = 20;
/** So long the clock tells milliseconds apart: later a short repair would take no time. 285,000 years. */
const CLOCK_MAX_MS = Number.MAX_SAFE_INTEGER;
/** With fewer pieces that show an outage, batches have a few each, and their mean is too skewed for Student's interval. */
const PIECES_DOWN_LEAST = 400;
