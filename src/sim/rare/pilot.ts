/**
 * Chooses the levels by trying: level by level, until outages are seen. What it simulates is thrown away: an estimate
 * whose levels were fixed before has the right mean, one whose levels depend on what it saw has not.
 */
import type { GivesUp } from '../years/effort.ts';
import { allocate } from './allocation.ts';
import { Census, type Visits } from './census.ts';
import { type Levels, NO_LEVELS } from './levels.ts';
import { Restart } from './restart.ts';
import type { SplitModel } from './split-model.ts';

/** Entries that must be seen before their number is relied on: it is then right to some 14 %. */
const SEEN_MIN = 50;
/** Where the patience is over so many must do: it is then right to a third, which is better than no level. */
const SEEN_AT_LAST = 10;

/** Events between two looks at what was seen. */
const LOOK_EVENTS = 20_000;

/** What a root costs, in events, even where nothing happens in it; of a large model it says itself how many. */
const ROOT_EVENTS = 10;

/** Events without a higher level after which it gives up, and events in all. */
const PATIENCE_EVENTS = 3_000_000;
const EVENTS_MAX = 30_000_000;

/** Trajectories from entries into the highest level so far, of which it is not known what comes next. */
const FACTOR_UNKNOWN = 8;

/** So many times more of them where nothing higher was seen in a part of the patience: entries may be few, and cheap. */
const STEEPER = 8;
const TRIES = 3;

export interface Pilot {
  readonly levels: Levels;
  /**
   * How many times less work for the same precision than without levels, roughly. Undefined where it saw too few outages
   * to tell; the levels then lead as far as it got.
   */
  readonly gain: number | undefined;
  /** Events simulated. */
  readonly events: number;
}

export interface PilotOptions {
  /** Asked now and then; where its time is over it gives up. */
  readonly isOver?: GivesUp | undefined;
}

/** Its roots are numbered -1, -2, ..., which no estimate's are. Messages and signals come through meanwhile. */
export async function runPilot<Model extends SplitModel<Model>>(
  make: () => Model,
  { isOver = () => false }: PilotOptions = {},
): Promise<Pilot> {
  const { copy_events, root_events = 0 } = make();
  const each_root = Math.max(ROOT_EVENTS, root_events);
  let levels = NO_LEVELS;
  let events = 0;
  let root = 0;
  /** Events since the highest level was found. */
  let waited = 0;
  for (;;) {
    const patience = levels === NO_LEVELS ? PATIENCE_EVENTS : PATIENCE_EVENTS / TRIES;
    const census = new Census();
    const restart = new Restart(make, levels, census);
    const begun = events;
    let reached: Visits[];
    do {
      let looked = 0;
      while (looked < LOOK_EVENTS) {
        root -= 1;
        const seen = restart.run(root, PATIENCE_EVENTS, isOver);
        if (seen === undefined) return { levels, gain: undefined, events: events + looked };
        looked += each_root + seen.events;
      }
      events += looked;
      reached = census.way(SEEN_MIN);
      await new Promise((resolve) => setImmediate(resolve));
      if (isOver()) return { levels, gain: undefined, events };
    } while (!isHigher(reached, levels) && events - begun < patience && events < EVENTS_MAX);
    if (events >= EVENTS_MAX) return { levels, gain: undefined, events };
    if (!isHigher(reached, levels)) {
      waited += events - begun;
      if (waited < PATIENCE_EVENTS) {
        levels = { ...levels, factors: levels.factors.with(-1, STEEPER * levels.factors.at(-1)!) };
        continue;
      }
      reached = census.way(SEEN_AT_LAST);
      if (!isHigher(reached, levels)) return { levels, gain: undefined, events };
    }
    waited = 0;
    const allocation = allocate(reached, copy_events);
    if (reached.at(-1)!.importance === Number.POSITIVE_INFINITY) return { ...allocation, events };
    levels = {
      thresholds: [...allocation.levels.thresholds, reached.at(-1)!.importance],
      factors: [
        ...allocation.levels.factors,
        Math.max(FACTOR_UNKNOWN, allocation.levels.factors.at(-1) ?? 0),
      ],
    };
  }
}

/** Whether anything above the highest level was seen often enough. */
function isHigher(reached: readonly Visits[], { thresholds }: Levels): boolean {
  const highest = reached.at(-1)?.importance;
  return highest !== undefined && highest > (thresholds.at(-1) ?? Number.NEGATIVE_INFINITY);
}
