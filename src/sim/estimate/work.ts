/** What can be replicated, as plain data, so that a thread can be handed it; and who runs the trials of it. */
import type { Plan } from '../../scenario/plan.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { Recorder } from '../../timeline/event.ts';
import type { Platform } from '../platform.ts';
import type { EpisodeCost } from '../years/costs.ts';
import { type Horizon, HorizonReplicator } from '../years/horizon.ts';
import { type Replication, Replicator } from './replication.ts';

/** An episode, request by request. */
export interface EpisodeWork {
  readonly kind: 'episode';
  readonly scenario: Scenario;
  readonly platform: Platform['name'];
}

/** A plan's horizon, at state level. */
export interface HorizonWork {
  readonly kind: 'horizon';
  readonly plan: Plan;
  /** What each of the plan's episodes costs, by their place there. */
  readonly episodes: readonly EpisodeCost[];
}

/** What a trial of each kind of work gives: plain data, too. */
interface Results {
  readonly episode: Replication;
  readonly horizon: Horizon;
}

export type Work = EpisodeWork | HorizonWork;
export type ResultOf<W extends Work> = Results[W['kind']];

export interface TrialRunner<W extends Work> {
  /**
   * What comes out depends on the work and the trial alone.
   *
   * @param recorder takes the trial's events, too, where it has any
   */
  run(trial: number, recorder?: Recorder): ResultOf<W>;
}

export function runnerOf<W extends Work>(work: W): TrialRunner<W> {
  return make(work) as TrialRunner<W>;
}

function make(work: Work): TrialRunner<EpisodeWork> | TrialRunner<HorizonWork> {
  switch (work.kind) {
    case 'episode':
      return new Replicator(work.scenario, work.platform);
    case 'horizon':
      return new HorizonReplicator(work.plan, work.episodes);
  }
}
