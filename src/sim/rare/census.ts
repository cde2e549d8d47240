import type { Watcher } from './restart.ts';

/** What was seen at one importance. Weighted: as often as it would have been without splitting. */
export interface Visits {
  readonly importance: number;
  /** Weighted rises from below it, to it or beyond. */
  readonly entries: number;
  /** The same, as many as were simulated. */
  readonly entries_seen: number;
  /** Weighted events of trajectories that stood below it. */
  readonly events_below: number;
}

interface Count {
  entries: number;
  entries_seen: number;
  events: number;
}

/** Counts, for every importance that was met, how often trajectories rose to it and how long they stayed below. */
export class Census implements Watcher {
  /** By importance; rises count where they ended, and negatively where they began. */
  readonly #counts = new Map<number, Count>();

  rose(from: number, to: number, weight: number): void {
    const begin = this.#count(from);
    begin.entries -= weight;
    begin.entries_seen -= 1;
    const end = this.#count(to);
    end.entries += weight;
    end.entries_seen += 1;
  }

  stood(importance: number, weight: number): void {
    this.#count(importance).events += weight;
  }

  #count(importance: number): Count {
    let count = this.#counts.get(importance);
    if (count === undefined) {
      count = { entries: 0, entries_seen: 0, events: 0 };
      this.#counts.set(importance, count);
    }
    return count;
  }

  /** By importance, ascending; Infinity, which is down, is the last, also where it was never met. */
  visits(): Visits[] {
    this.#count(Number.POSITIVE_INFINITY);
    const ascending = [...this.#counts].sort(([a], [b]) => a - b);
    const visits: Visits[] = [];
    // Whatever ended at an importance or above, and began below it, has risen to it.
    let entries = ascending.reduce((sum, [, count]) => sum + count.entries, 0);
    let entries_seen = ascending.reduce((sum, [, count]) => sum + count.entries_seen, 0);
    let events_below = 0;
    for (const [importance, count] of ascending) {
      visits.push({ importance, entries, entries_seen, events_below });
      entries -= count.entries;
      entries_seen -= count.entries_seen;
      events_below += count.events;
    }
    return visits;
  }
}
