import type { Watcher } from './restart.ts';

/** What was seen at one importance. Weighted: as often as it would have been without splitting. */
export interface Visits {
  readonly importance: number;
  /** Weighted rises from below it to it or beyond; of Infinity, outages. */
  readonly entries: number;
  /** The same, as many as were simulated. */
  readonly entries_seen: number;
  /** Weighted events of trajectories that stood below it. */
  readonly events_below: number;
  /** Of the entries into the last of a way, the share that came from here or above: others have skipped this. */
  readonly share: number;
}

interface Count {
  weighted: number;
  seen: number;
}

/** Counts, for every importance that was met, how often trajectories rose to it and how long they stayed below. */
export class Census implements Watcher {
  /** By where they ended, and within that by where they began. */
  readonly #rises = new Map<number, Map<number, Count>>();
  readonly #events = new Map<number, number>();

  rose(from: number, to: number, weight: number): void {
    let rises = this.#rises.get(to);
    if (rises === undefined) {
      rises = new Map();
      this.#rises.set(to, rises);
    }
    const count = rises.get(from);
    if (count === undefined) {
      rises.set(from, { weighted: weight, seen: 1 });
    } else {
      count.weighted += weight;
      count.seen += 1;
    }
  }

  stood(importance: number, weight: number): void {
    this.#events.set(importance, (this.#events.get(importance) ?? 0) + weight);
  }

  /**
   * The importances that so many entries were seen into, ascending: the way to the last of them, which is outages where
   * as many were seen. Empty where there is none.
   */
  way(seen_min: number): Visits[] {
    const entries = this.#entries();
    const target = entries.findLast(({ seen }) => seen >= seen_min);
    if (target === undefined) return [];
    const begins = this.#begins(target.importance);
    const way: Visits[] = [];
    let events_below = 0;
    for (const { importance, weighted, seen } of entries) {
      if (importance > target.importance) break;
      if (seen >= seen_min) {
        let above = importance === target.importance ? target.weighted : 0;
        for (const [from, weight] of begins) if (from >= importance) above += weight;
        const share = above / target.weighted;
        way.push({ importance, entries: weighted, entries_seen: seen, events_below, share });
      }
      events_below += this.#events.get(importance) ?? 0;
    }
    return way;
  }

  /** Into every importance that was met, ascending, and outages as the last. */
  #entries(): (Count & { readonly importance: number })[] {
    const outages = { importance: Number.POSITIVE_INFINITY, weighted: 0, seen: 0 };
    // Rises that ended at an importance less those that began there: summed from above, those that passed it.
    const ends = new Map<number, Count>();
    const add = (importance: number, { weighted, seen }: Count, sign: number) => {
      const end = ends.get(importance) ?? { weighted: 0, seen: 0 };
      ends.set(importance, { weighted: end.weighted + sign * weighted, seen: end.seen + sign * seen });
    };
    for (const importance of this.#events.keys()) add(importance, outages, 0);
    for (const [to, rises] of this.#rises) {
      for (const [from, count] of rises) {
        if (to === Number.POSITIVE_INFINITY) {
          outages.weighted += count.weighted;
          outages.seen += count.seen;
        } else {
          add(to, count, 1);
          add(from, count, -1);
        }
      }
    }
    const above = { weighted: 0, seen: 0 };
    const descending = [...ends].sort(([a], [b]) => b - a);
    const found = descending.map(([importance, end]) => {
      above.weighted += end.weighted;
      above.seen += end.seen;
      return { importance, ...above };
    });
    return [...found.reverse(), outages];
  }

  /** Where the entries into an importance began, with their weights. */
  #begins(target: number): [number, number][] {
    const begins: [number, number][] = [];
    for (const [to, rises] of this.#rises) {
      if (to < target || (to === Number.POSITIVE_INFINITY) !== (target === Number.POSITIVE_INFINITY))
        continue;
      for (const [from, { weighted }] of rises) if (from < target) begins.push([from, weighted]);
    }
    return begins;
  }
}
