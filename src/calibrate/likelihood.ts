/** Maximum likelihood, for durations known exactly or within bounds. */
import {
  DURATION_MAX_MS,
  FAMILIES,
  FAMILY,
  type Family,
  type Outline,
  type Parametric,
  searchFrom,
} from './families.ts';
import { type Interval, isExact, middle, RESOLUTION_MS } from './interval.ts';
import { minimise } from './minimise.ts';
import { logDensity, logMass } from './probability.ts';

/**
 * The best member of a family: of exact values by its closed form where it has one, else by search.
 *
 * @param intervals at least two, which no single value explains
 * @param near a member that is known to be near, for the search to begin with
 * @returns undefined where no member that a scenario can hold explains them
 */
export function fitFamily(
  family: Family,
  intervals: readonly Interval[],
  near?: Parametric,
): Parametric | undefined {
  const closed = intervals.every(isExact) ? FAMILY[family].closed(intervals.map(middle)) : undefined;
  if (closed !== undefined) return closed;
  const groups = grouped(intervals);
  const from = near ?? FAMILY[family].rough(outlineOf(intervals));
  return search(from, (member) => ofGroups(member, groups));
}

/** The member of a family, looked for from one of them, that makes a function largest; undefined if none is finite. */
export function search(
  from: Parametric,
  logLikelihood: (member: Parametric) => number,
): Parametric | undefined {
  const { at } = FAMILY[from.kind];
  const { point, step } = searchFrom(from);
  const cost = (where: readonly number[]): number => {
    const member = at(where);
    return member === undefined ? Number.POSITIVE_INFINITY : -logLikelihood(member);
  };
  const best = minimise(cost, point, step);
  return Number.isFinite(best.value) ? at(best.point) : undefined;
}

/** A candidate, and what its likelihood costs for the parameters it needs. */
export interface Candidate<Of> {
  readonly member: Of;
  readonly aicc: number;
}

/** The members that explain the intervals best, one of a family, the best of all first. */
export function candidates(intervals: readonly Interval[]): readonly Candidate<Parametric>[] {
  return FAMILIES.flatMap((family) => fitFamily(family, intervals) ?? [])
    .map((member) => ({
      member,
      aicc: aicc(logLikelihood(member, intervals), FAMILY[member.kind].parameters, intervals.length),
    }))
    .sort((a, b) => a.aicc - b.aicc);
}

/** Akaike's criterion with the correction for small samples (Hurvich and Tsai 1989): the least is the best. */
export function aicc(logLikelihood: number, parameters: number, n: number): number {
  const k = parameters;
  return 2 * k - 2 * logLikelihood + (2 * k * (k + 1)) / (n - k - 1);
}

export const logLikelihood = (member: Parametric, intervals: readonly Interval[]): number =>
  ofGroups(member, grouped(intervals));

interface Group extends Interval {
  readonly count: number;
}

/** Equal intervals taken together: rounded values are few different ones. */
function grouped(intervals: readonly Interval[]): readonly Group[] {
  const groups = new Map<string, Group>();
  const values: Group[] = [];
  for (const { low_ms, high_ms } of intervals) {
    if (low_ms === high_ms) {
      values.push({ low_ms, high_ms, count: 1 });
      continue;
    }
    const key = `${low_ms} ${high_ms}`;
    groups.set(key, { low_ms, high_ms, count: (groups.get(key)?.count ?? 0) + 1 });
  }
  return [...values, ...groups.values()];
}

const LOG_RESOLUTION = Math.log(RESOLUTION_MS);

/** A value stands for the microsecond around it, so that values and intervals weigh against each other. */
function ofGroups(member: Parametric, groups: readonly Group[]): number {
  let sum = 0;
  for (const { low_ms, high_ms, count } of groups) {
    sum +=
      low_ms === high_ms
        ? logDensity(member, low_ms) + LOG_RESOLUTION
        : count * logMass(member, low_ms, high_ms);
  }
  return sum;
}

function outlineOf(intervals: readonly Interval[]): Outline {
  const ends = intervals.flatMap(({ low_ms, high_ms }) =>
    Number.isFinite(high_ms) ? [low_ms, high_ms] : [low_ms],
  );
  const low_ms = Math.min(...ends);
  const high_ms = Math.max(...ends);
  const isOpen = intervals.some((interval) => interval.high_ms === Number.POSITIVE_INFINITY);
  // What did not end in sight needs room beyond its beginning.
  const beyond_ms = isOpen ? Math.max(RESOLUTION_MS, (high_ms - low_ms) / 2) : 0;
  return {
    middles_ms: intervals.map(middle),
    low_ms,
    high_ms: Math.min(DURATION_MAX_MS, high_ms + beyond_ms),
  };
}
