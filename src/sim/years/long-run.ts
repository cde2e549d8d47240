/** Unavailability in the long run, from one run that goes on for long. */
import type { Plan } from '../../scenario/plan.ts';
import type { Estimate } from '../../timeline/plan-prediction.ts';
import { batchMeans } from '../estimate/batch-means.ts';
import type { EpisodeCost } from './costs.ts';
import { compilePlan } from './plan-model.ts';
import { YearState } from './year-state.ts';

/** Of the whole run: some tenths of a second. */
const EVENTS = 300_000;
/** Pieces of the run whose shares down are its values. */
const PIECES = 2000;
/** A trial of its own, which no horizon is. */
const TRIAL = 2 ** 32 - 1;

/**
 * @param events of one horizon, in the mean
 * @returns by service; undefined where the run would be too short to tell: a plan in which so many events are but a
 *   few horizons, one in which nothing happens, or a service that hardly ever fails
 */
export function longRun(
  plan: Plan,
  episodes: readonly EpisodeCost[],
  events: number,
): (Estimate | undefined)[] {
  const horizons = Math.min(EVENTS / events, CLOCK_MAX_MS / plan.horizon_ms);
  if (!(horizons >= HORIZONS_LEAST) || events === 0) return plan.services.map(() => undefined);
  const piece_ms = (horizons * plan.horizon_ms) / PIECES;
  const state = new YearState(compilePlan(plan), episodes);
  const shares = plan.services.map(() => new Float64Array(PIECES));
  const before_ms = new Float64Array(plan.services.length);
  state.begin(TRIAL);
  for (let piece = 0; piece < PIECES; piece += 1) {
    state.runUntil((piece + 1) * piece_ms);
    for (const [service, share] of shares.entries()) {
      const downtime_ms = state.downtime.downtime_ms[service]!;
      share[piece] = (downtime_ms - before_ms[service]!) / piece_ms;
      before_ms[service] = downtime_ms;
    }
  }
  return shares.map((share) => {
    if (share.filter((each) => each > 0).length < PIECES_DOWN_LEAST) return undefined;
    const steady = batchMeans(share);
    return steady && { mean: steady.mean, ci95: [Math.max(0, steady.ci95[0]), Math.min(1, steady.ci95[1])] };
  });
}

const HORIZONS_LEAST = 20;
/** So long the clock tells milliseconds apart: later a short repair would take no time. 285,000 years. */
const CLOCK_MAX_MS = Number.MAX_SAFE_INTEGER;
/** With fewer pieces that show an outage, batches have a few each, and their mean is too skewed for Student's interval. */
const PIECES_DOWN_LEAST = 400;
