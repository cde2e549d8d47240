/** What can be replicated, as plain data, so that a thread can be handed it; and who runs the trials of it. */
import type { Plan } from '../../scenario/plan.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { Recorder } from '../../timeline/event.ts';
import type { Platform } from '../platform.ts';
import type { HastenedCause } from '../rare/hastening.ts';
import type { Levels } from '../rare/levels.ts';
import type { Root } from '../rare/restart.ts';
import { SplitRunner } from '../rare/split-runner.ts';
import type { EpisodeCost } from '../years/costs.ts';
import type { GivesUp } from '../years/effort.ts';
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

/** A plan's horizon with all that is split off it on the way to outages of one service. */
export interface SplitWork {
  readonly kind: 'split';
  readonly plan: Plan;
  readonly episodes: readonly EpisodeCost[];
  /** Place in the plan's services. */
  readonly service: number;
  readonly levels: Levels;
  /** Common causes that come more often in this plan than they should. */
  readonly hastened: readonly HastenedCause[];
}

/** What a trial of each kind of work gives: plain data, too. */
interface Results {
  readonly episode: Replication;
  readonly horizon: Horizon;
  readonly split: Root;
}

export type Work = EpisodeWork | HorizonWork | SplitWork;
export type ResultOf<W extends Work> = Results[W['kind']];

export interface TrialRunner<W extends Work> {
  /**
   * What comes out depends on the work and the trial alone.
   *
   * @param recorder takes the trial's events, too, where it has any
   * @param givesUp of what may take long; else it is not asked
   * @returns undefined where it was given up
   */
  run(trial: number, recorder?: Recorder, givesUp?: GivesUp): ResultOf<W> | undefined;
}

export function runnerOf<W extends Work>(work: W): TrialRunner<W> {
  return make(work) as TrialRunner<W>;
}

function make(work: Work): TrialRunner<EpisodeWork> | TrialRunner<HorizonWork> | TrialRunner<SplitWork> {
  switch (work.kind) {
    case 'episode':
      return new Replicator(work.scenario, work.platform);
    case 'horizon': {
      const replicator = new HorizonReplicator(work.plan, work.episodes);
      return { run: (trial, _, givesUp) => replicator.run(trial, givesUp) };
    }
    case 'split': {
      const runner = new SplitRunner(work.plan, work.episodes, work.service, work.levels, work.hastened);
      return { run: (root, _, givesUp) => runner.run(root, givesUp) };
    }
  }
}
