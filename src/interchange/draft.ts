/** What an import has found, before it is a scenario: the same of every tool. */
import type { ManifestWorkload } from '../scenario/manifest/workload.ts';
import type { Problems } from '../scenario/problem.ts';
import type { FaultType, Position } from '../scenario/scenario.ts';
import { msToDuration } from '../scenario/units.ts';

/** Fields of a fault as a scenario file has them, without `at` and `repeat`. */
export type FaultFields = Readonly<Record<string, string | number>>;

export interface DraftFault {
  readonly type: FaultType;
  readonly fields: FaultFields;
  /** Rising, evenly spaced, at least one. */
  readonly at_ms: readonly number[];
  /** It goes on like this after the last of `at_ms` until the load has ended. */
  readonly every_ms?: number;
  /** Where the other tool's file says so. */
  readonly position: Position;
}

export interface Draft {
  readonly name: string | undefined;
  readonly description: string | undefined;
  readonly faults: readonly DraftFault[];
  /** Of the section `load`, in its own words: what the file says of the requests. */
  readonly load: Readonly<Record<string, unknown>>;
  /** Sections of a scenario that an export of ours put into the file, as they were written. */
  readonly sections: Readonly<Record<string, unknown>>;
}

/** What the files of a format are read with. */
export interface FormatContext {
  /** Of the manifests. */
  readonly workloads: readonly ManifestWorkload[];
  readonly problems: Problems;
}

/** One moment at which something is done. */
export interface Act {
  readonly type: FaultType;
  readonly fields: FaultFields;
  readonly at_ms: number;
  /** It is done again after so long, until the load has ended. */
  readonly every_ms?: number;
  /** Acts that are repetitions of one fault have the same; undefined: it stands alone. */
  readonly series: string | undefined;
  readonly position: Position;
}

/** Times are kept to the microsecond, as scenarios have them. */
export const microseconds = (ms: number): number => Math.round(ms * 1000) / 1000;

/** Acts of one series become one fault where they are alike and evenly spaced, else each stands alone. */
export function faultsOf(acts: readonly Act[]): DraftFault[] {
  const series = new Map<unknown, Act[]>();
  for (const act of acts) {
    const key = act.series ?? {};
    series.set(key, [...(series.get(key) ?? []), act]);
  }
  return [...series.values()].flatMap((members) => {
    const [first] = members;
    const at_ms = members.map((act) => microseconds(act.at_ms));
    const isOne =
      members.length > 1 &&
      first !== undefined &&
      members.every((act) => isAlike(act, first)) &&
      areEven(at_ms);
    if (isOne) return [{ type: first.type, fields: first.fields, at_ms, position: first.position }];
    return members.map(({ type, fields, position, every_ms }, index) => ({
      type,
      fields,
      at_ms: [at_ms[index] ?? 0],
      ...(every_ms === undefined ? {} : { every_ms }),
      position,
    }));
  });
}

const isAlike = (a: Act, b: Act): boolean =>
  a.type === b.type && JSON.stringify(a.fields) === JSON.stringify(b.fields);

/** Rising, and no gap is off from the first by as much as the last digit that a scenario can tell. */
export function areEven(at_ms: readonly number[]): boolean {
  const every_ms = (at_ms[1] ?? 0) - (at_ms[0] ?? 0);
  if (at_ms.length > 1 && every_ms <= 0) return false;
  return at_ms.every((time, k) => Math.abs(time - (at_ms[0] ?? 0) - k * every_ms) < 0.0015 * Math.max(k, 1));
}

/** The item of a scenario's `faults`. */
export function faultItem({ type, fields, at_ms, every_ms }: DraftFault): Record<string, unknown> {
  const first = at_ms[0] ?? 0;
  const last = at_ms.at(-1) ?? first;
  const every = (ms: number) => ({ every: msToDuration(microseconds(ms)) });
  const repeat =
    every_ms !== undefined
      ? { repeat: every(every_ms) }
      : at_ms.length < 2
        ? {}
        : { repeat: { ...every((last - first) / (at_ms.length - 1)), times: at_ms.length } };
  return { [type]: { ...fields, at: msToDuration(microseconds(first)), ...repeat } };
}
