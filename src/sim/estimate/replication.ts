import type { Scenario } from '../../scenario/scenario.ts';
import { type Recorder, tee } from '../../timeline/event.ts';
import type { Observation, Outage } from '../../timeline/observation.ts';
import { Score } from '../../timeline/score.ts';
import type { Metric } from '../../timeline/verdict.ts';
import { PLATFORMS, type Platform } from '../platform.ts';
import { SimulatedWorld } from '../world.ts';
import { type BudgetLoad, type BudgetShare, budgetShares } from './budget.ts';

/** What one trial showed of every metric. */
export type MetricValues = Pick<Observation, Metric>;

/** What is kept of one trial: plain data, so that a thread can hand it to another. */
export interface Replication {
  readonly values: MetricValues;
  readonly outages: readonly Outage[];
  /** What the outages were spent on. */
  readonly shares: readonly BudgetShare[];
  /** Why an act was refused, where one was. */
  readonly refusal: string | undefined;
}

/** Runs trials of one scenario; what comes out depends on the scenario, its seed and the trial alone. */
export class Replicator {
  readonly #world: SimulatedWorld;
  readonly #load: BudgetLoad;

  constructor(scenario: Scenario, platform: Platform['name']) {
    this.#world = new SimulatedWorld(scenario, PLATFORMS[platform]);
    this.#load = scenario.load;
  }

  /** @param recorder takes the trial's events, too */
  run(trial: number, recorder?: Recorder): Replication {
    const score = new Score();
    const { recoveries, refusal } = this.#world.simulate(
      trial,
      recorder === undefined ? score : tee(score, recorder),
    );
    const observation = score.observation();
    const { outages } = observation;
    return {
      values: valuesOf(observation),
      outages,
      shares: budgetShares(outages, recoveries, this.#load),
      refusal,
    };
  }
}

function valuesOf(observation: Observation): MetricValues {
  return {
    downtime_s: observation.downtime_s,
    failed_requests: observation.failed_requests,
    availability_time: observation.availability_time,
    availability_requests: observation.availability_requests,
    throughput_rps: observation.throughput_rps,
    capacity_rps: observation.capacity_rps,
    latency_p50_ms: observation.latency_p50_ms,
    latency_p99_ms: observation.latency_p99_ms,
  };
}
