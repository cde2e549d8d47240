/** What the roots say together. */
import { meanInterval } from '../../timeline/interval.ts';
import type { Estimate } from '../../timeline/plan-prediction.ts';
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
  readonly #outages: number[] = [];
  readonly #lost_ms: number[] = [];
  readonly #chances: number[] = [];
  #tallies: number[] = [];
  #events = 0;

  add({ tallies, outage_chance, events }: Root): void {
    this.#downtimes_ms.push(tallies[DOWNTIME_MS]!);
    this.#outages.push(tallies[OUTAGES]!);
    this.#lost_ms.push(tallies[LOST_MS] ?? 0);
    this.#chances.push(outage_chance);
    this.#tallies = Array.from(tallies, (tally, at) => tally + (this.#tallies[at] ?? 0));
    this.#events += events;
  }

  /** Of at least one root. */
  estimate(): SplitEstimate {
    const roots = this.#downtimes_ms.length;
    const diagnosis = diagnose(this.#downtimes_ms);
    return {
      downtime_ms: within(meanInterval(this.#downtimes_ms), Number.POSITIVE_INFINITY),
      outages: within(meanInterval(this.#outages), Number.POSITIVE_INFINITY),
      lost_ms: within(meanInterval(this.#lost_ms), Number.POSITIVE_INFINITY),
      outage_chance: within(meanInterval(this.#chances), 1),
      tallies: this.#tallies.map((tally) => tally / roots),
      roots,
      events: this.#events,
      diagnosis,
      complaints: complaints(diagnosis),
    };
  }
}

/** As far as it can be at all; weights let a chance go beyond 1. */
function within({ mean, ci95: [low, high] }: Estimate, most: number): Estimate {
  return { mean: Math.min(mean, most), ci95: [Math.max(0, low), Math.min(high, most)] };
}
