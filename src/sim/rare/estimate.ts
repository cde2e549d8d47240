/** What the roots say together. */

import { withinRange } from '../../timeline/interval.ts';
import type { Estimate } from '../../timeline/plan-prediction.ts';
import { RunningMean } from '../estimate/running-mean.ts';
import { complaints, type Diagnosis, diagnose } from './diagnosis.ts';
import type { Root } from './restart.ts';
import { DOWNTIME_MS, LOST_MS, OUTAGES } from './split-model.ts';

export interface SplitEstimate {
  readonly downtime_ms: Estimate;
  readonly outages: Estimate;
  /** Requests lost, as the time in which all of them would be; 0 where a model does not count it. */
  readonly lost_ms: Estimate;
  /** Chance of at least one. */
  readonly outage_chance: Estimate;
  /** Means of all tallies. */
  readonly tallies: readonly number[];
  readonly roots: number;
  readonly events: number;
  readonly diagnosis: Diagnosis;
  /** Why the intervals may not hold; empty where nothing speaks against them. */
  readonly complaints: readonly string[];
}

/** Roots as they come. Their means are over roots, since only these are independent of each other. */
export class RootSum {
  readonly #downtimes_ms: number[] = [];
  readonly #downtime_ms = new RunningMean();
  readonly #outages = new RunningMean();
  readonly #lost_ms = new RunningMean();
  readonly #chance = new RunningMean();
  #tallies: number[] = [];
  #events = 0;

  add({ tallies, outage_chance, events }: Root): void {
    this.#downtimes_ms.push(tallies[DOWNTIME_MS]!);
    this.#downtime_ms.add(tallies[DOWNTIME_MS]!);
    this.#outages.add(tallies[OUTAGES]!);
    this.#lost_ms.add(tallies[LOST_MS] ?? 0);
    this.#chance.add(outage_chance);
    this.#tallies = Array.from(tallies, (tally, at) => tally + (this.#tallies[at] ?? 0));
    this.#events += events;
  }

  /** Time down of the roots so far, in milliseconds. */
  get downtime_ms(): RunningMean {
    return this.#downtime_ms;
  }

  /**
   * Of at least two roots.
   *
   * @param horizon_ms beyond which no time down can be
   */
  estimate(horizon_ms = Number.POSITIVE_INFINITY): SplitEstimate {
    const diagnosis = diagnose(this.#downtimes_ms);
    return {
      downtime_ms: within(this.#downtime_ms, horizon_ms),
      outages: within(this.#outages),
      lost_ms: within(this.#lost_ms, horizon_ms),
      outage_chance: chanceOf(this.#chance),
      tallies: this.#tallies.map((tally) => tally / diagnosis.roots),
      roots: diagnosis.roots,
      events: this.#events,
      diagnosis,
      complaints: complaints(diagnosis),
    };
  }
}

/** As far as it can be at all: weights let a mean go beyond what any horizon has. */
function within({ mean, ci95: [low, high] }: RunningMean, most = Number.POSITIVE_INFINITY): Estimate {
  return { mean: Math.min(most, mean), ci95: [Math.min(most, Math.max(0, low)), Math.min(most, high)] };
}

/** Weights let a chance go beyond 1. Where all roots had an outage, a share of those to come may have none. */
function chanceOf(moments: RunningMean): Estimate {
  const { count, sd } = moments;
  const mean = Math.min(1, moments.mean);
  const [low, high] = withinRange(moments.ci95, { count, sd, mean }, [0, 1]);
  return { mean, ci95: [low, high] };
}
