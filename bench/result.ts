export interface Result {
  readonly unit: 'ms' | 's' | '/s';
  readonly value: number;
  /** Who else did the same work, and how much more (or less) than ours its value is. */
  readonly peer?: string;
  readonly ratio?: number;
}

export type Benchmark = () => Promise<Result>;

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}
