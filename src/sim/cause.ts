/**
 * Why something happened when it did: a chain of steps, each with the mechanism that took the time, from
 * the event back to the fault. The budget of a prediction is read off these chains.
 */
export interface Cause {
  /** The field's own name of what took the time: "replica set", "sandbox start", "kube-proxy sync". */
  readonly mechanism: string;
  readonly begin_ms: number;
  readonly end_ms: number;
  /** What had to happen first; undefined at the fault itself. */
  readonly before: Cause | undefined;
}

/** Adds a step to a chain; the step begins where the chain ended. */
export function step(before: Cause | undefined, mechanism: string, end_ms: number, begin_ms?: number): Cause {
  return { mechanism, begin_ms: begin_ms ?? before?.end_ms ?? end_ms, end_ms, before };
}

/** Adds what has just taken its time on a machine, and apart from it what it lost to others there. */
export function stepOf(before: Cause | undefined, mechanism: string, end_ms: number, lost_ms: number): Cause {
  const worked = step(before, mechanism, end_ms - lost_ms);
  return lost_ms > 0 ? step(worked, 'CPU contention', end_ms) : worked;
}

/** What to call the time that no step of a chain covers. */
export interface Uncovered {
  /** Before the chain began: what began it was not there yet. */
  readonly before: string;
  /** After its end, and in gaps. */
  readonly after: string;
}

/**
 * Splits the stretch [begin, end] over the mechanisms of a chain: every moment goes to the latest step that
 * covers it. The shares add up to end - begin.
 */
export function split(
  cause: Cause | undefined,
  begin_ms: number,
  end_ms: number,
  uncovered: Uncovered,
  add: (mechanism: string, duration_ms: number) => void,
): void {
  let open_ms = end_ms;
  for (let link = cause; link !== undefined && open_ms > begin_ms; link = link.before) {
    const to_ms = Math.min(open_ms, link.end_ms);
    if (open_ms > to_ms) {
      const from_ms = Math.max(to_ms, begin_ms);
      add(uncovered.after, open_ms - from_ms);
      open_ms = from_ms;
    }
    const from_ms = Math.max(begin_ms, Math.min(link.begin_ms, open_ms));
    if (open_ms > from_ms) {
      add(link.mechanism, open_ms - from_ms);
      open_ms = from_ms;
    }
  }
  if (open_ms > begin_ms) {
    add(cause === undefined ? uncovered.after : uncovered.before, open_ms - begin_ms);
  }
}
