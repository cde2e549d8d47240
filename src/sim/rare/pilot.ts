/**
 * Chooses the levels by trying: level by level, until outages are seen. What it simulates is thrown away: an estimate
 * whose levels were fixed before has the right mean, one whose levels depend on what it saw has not.
 */
import { allocate } from './allocation.ts';
import { Census, type Visits } from './census.ts';
import { type Levels, NO_LEVELS } from './levels.ts';
import { Restart } from './restart.ts';
import type { SplitModel } from './split-model.ts';

/** Entries that must be seen before their number is relied on: it is then right to some 14 %. */
const SEEN_MIN = 50;

/** Events between two looks at what was seen. */
const LOOK_EVENTS = 20_000;

/** What a root costs, in events, even where nothing happens in it. */
const ROOT_EVENTS = 10;

/** Events without a higher level after which it gives up, and events in all. */
const PATIENCE_EVENTS = 3_000_000;
const EVENTS_MAX = 30_000_000;

/** Trajectories from entries into the highest level so far, of which it is not known what comes next. */
const FACTOR_UNKNOWN = 8;

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

/** Its roots are numbered -1, -2, ..., which no estimate's are. */
export function runPilot<Model extends SplitModel<Model>>(make: () => Model): Pilot {
  const { copy_events } = make();
  let levels = NO_LEVELS;
  let events = 0;
  let root = 0;
  for (;;) {
    const census = new Census();
    const restart = new Restart(make, levels, census);
    const begun = events;
    let reached: Visits[];
    do {
      let looked = 0;
      while (looked < LOOK_EVENTS) {
        root -= 1;
        looked += ROOT_EVENTS + restart.run(root, PATIENCE_EVENTS).events;
      }
      events += looked;
      reached = census.way(SEEN_MIN);
    } while (!isHigher(reached, levels) && events - begun < PATIENCE_EVENTS && events < EVENTS_MAX);
    if (!isHigher(reached, levels) || events >= EVENTS_MAX) return { levels, gain: undefined, events };
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
