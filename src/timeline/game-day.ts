/** What came of a game day, step by step. */
import type { Judgement } from './verdict.ts';

export interface GameDayRecord {
  readonly schema: 'foreshock.game-day/v1';
  /** Version that ran it. */
  readonly foreshock: string;
  readonly game_day: string;
  readonly steps: readonly GameDayStepRecord[];
}

export interface GameDayStepRecord {
  /** "verify shop", "ask", ... */
  readonly step: string;
  /** ISO 8601; left out where it was not come to. */
  readonly began?: string;
  readonly ended?: string;
  /**
   * - `done`: with what came of it, where it was an experiment
   * - `dry`: an experiment of which it was only said what it would do
   * - `skipped`: for a prediction alone, a dry run, or where nobody is there to be asked
   * - `ended`: the game day ended with it
   * - `not-begun`: it had ended before
   */
  readonly outcome: 'done' | 'dry' | 'skipped' | 'ended' | 'not-begun';
  /** Of an experiment, the exit code that its command would have ended with. */
  readonly exit_code?: number;
  readonly verdict?: Judgement;
  /** Of an experiment: where its results are. */
  readonly results?: string;
  readonly question?: string;
  readonly answer?: string;
  /** Why it ended. */
  readonly because?: string;
}
