export interface Result {
  /** What it is called, where that is more than the name by which it was asked for. */
  readonly name?: string;
  readonly unit: 'ms' | 's' | '/s' | 'events' | 'MiB';
  readonly value: number;
  /** Who else did the same work, and how many times as fast as theirs ours was: above 1, we are ahead. */
  readonly peer?: string;
  readonly ratio?: number;
  /** The lowest and the highest ratio of a round, by which to judge how steady the machine was. */
  readonly ratios?: readonly [number, number];
  /** Why there is no ratio. */
  readonly skipped?: string;
}

export type Benchmark = () => Promise<Result | readonly Result[]>;

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}
