/** The shape of a plan's prediction: what every method answers and every report renders. Also the JSON on disk. */
import type { Stop } from './verdict.ts';

/**
 * - `exact`: closed forms or a Markov chain; no luck in it
 * - `simulation`: whole horizons, one after the other
 * - `splitting`: horizons of which those that come near a failure are gone on with several times
 */
export type PlanMethod = 'exact' | 'simulation' | 'splitting';

/** A figure with its 95 % confidence interval; the exact method's interval is the figure twice. */
export interface Estimate {
  readonly mean: number;
  readonly ci95: readonly [number, number];
}

/** `prediction.json` of a plan */
export interface PlanPrediction {
  readonly schema: 'foreshock.plan-prediction/v1';
  readonly plan: string;
  readonly seed: string;
  readonly version: string;
  readonly horizon_s: number;
  readonly method: PlanMethod;
  /** Why this method, in one sentence; of others that were asked for or tried, why not. */
  readonly because: string;
  /** Where a method's own diagnostics say that its figures may be off. */
  readonly warnings: readonly string[];
  /** Simulated horizons; 0 where exact. */
  readonly trials: number;
  readonly stop: Stop | undefined;
  readonly services: readonly ServicePrediction[];
  /** Ended repairs of all units in the horizon; undefined where the method does not know. */
  readonly repairs: Estimate | undefined;
  /** Every rate the prediction rests on: the unit, its times in words, and who said so. */
  readonly assumptions: readonly { readonly name: string; readonly value: string; readonly source: string }[];
}

export interface ServicePrediction {
  readonly name: string;
  /** Share of the horizon down, from its start with all units new. */
  readonly unavailability: Estimate;
  /** Share of time down in the long run, where it is known. */
  readonly long_run_unavailability: Estimate | undefined;
  /** Down in one horizon. `pi90`: where a single horizon is expected; undefined where exact or split. */
  readonly downtime_s: Estimate & { readonly pi90: readonly [number, number] | undefined };
  /** Per year of 365 days. */
  readonly downtime_min_per_year: Estimate;
  /** Outages that begin within the horizon; undefined where the method does not know. */
  readonly outages: Estimate | undefined;
  /** Chance of at least one outage within the horizon; undefined where the method does not know. */
  readonly outage_chance: Estimate | undefined;
  /**
   * Requests lost, as seconds of all of them: an outage loses all, an episode what it says. Undefined where no episode
   * is given.
   */
  readonly lost_requests_s: Estimate | undefined;
  /** What the downtime is due to, largest first; adds up to the mean of `downtime_s`. Empty where not known. */
  readonly causes: readonly {
    readonly cause: string;
    readonly downtime_s: number;
    readonly outages: number;
  }[];
  readonly objectives: readonly {
    readonly metric: 'availability' | 'downtime_s';
    readonly target: number;
    readonly predicted: number;
    readonly met: boolean;
    /** Share of simulated horizons that meet it, each by itself, with its interval (Wilson). */
    readonly trials_met: { readonly share: number; readonly ci95: readonly [number, number] } | undefined;
  }[];
}
