import fc from 'fast-check';
import { exploreChain, type MarkovChain } from '../../../src/sim/exact/chain.ts';

/** A rate anywhere from 1e-5 to 1e3 per hour. */
export const rate = fc.double({ min: -5, max: 3, noNaN: true }).map((exponent) => 10 ** exponent);

export type Edge = readonly [from: number, to: number, rate_per_h: number];

/** Every state can reach every other: a ring through all of them, and some edges more. */
export const irreducible = fc
  .integer({ min: 2, max: 9 })
  .chain((size) =>
    fc
      .tuple(
        fc.array(rate, { minLength: size, maxLength: size }),
        fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1), rate), { maxLength: 20 }),
      )
      .map(([ring, more]): Edge[] => [
        ...ring.map((rate_per_h, from): Edge => [from, (from + 1) % size, rate_per_h]),
        ...more,
      ]),
  );

export function chainOf(edges: readonly Edge[]): MarkovChain<number> {
  return exploreChain<number>({
    initial: 0,
    key: (state) => state,
    transitions: (state) =>
      edges.filter(([from]) => from === state).map(([, to, rate_per_h]) => ({ rate_per_h, to })),
  });
}

/** A walk on 0 ... n with the given rates. */
export function walk(up: readonly number[], down: readonly number[]): MarkovChain<number> {
  return chainOf([
    ...up.map((rate_per_h, from): Edge => [from, from + 1, rate_per_h]),
    ...down.map((rate_per_h, index): Edge => [index + 1, index, rate_per_h]),
  ]);
}

/** The generator as rows, diagonal included. */
export function generator(chain: MarkovChain<number>): number[][] {
  const q = Array.from({ length: chain.size }, () => new Array<number>(chain.size).fill(0));
  for (let from = 0; from < chain.size; from += 1) {
    for (let at = chain.rowStart[from]!; at < chain.rowStart[from + 1]!; at += 1) {
      q[from]![chain.target[at]!] = chain.rate_per_h[at]!;
      q[from]![from]! -= chain.rate_per_h[at]!;
    }
  }
  return q;
}

/** x A = b by Gauss with row exchange: another way to the same numbers. */
export function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, index) => [...row, right[index]!]);
  const size = rows.length;
  for (let column = 0; column < size; column += 1) {
    let pivot = column;
    for (let row = column; row < size; row += 1) {
      if (Math.abs(rows[row]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = row;
    }
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    for (let row = 0; row < size; row += 1) {
      if (row === column) continue;
      const share = rows[row]![column]! / rows[column]![column]!;
      for (let at = column; at <= size; at += 1) rows[row]![at]! -= share * rows[column]![at]!;
    }
  }
  return rows.map((row, index) => row[size]! / row[index]!);
}

/** exp(Q t) by its series after halving the time often enough, and squaring. */
export function exponential(q: readonly (readonly number[])[], time_h: number): number[][] {
  const size = q.length;
  const fastest = Math.max(...q.map((row, index) => -row[index]!));
  const halvings = Math.max(0, Math.ceil(Math.log2(fastest * time_h)) + 4);
  const small = q.map((row) => row.map((rate_per_h) => (rate_per_h * time_h) / 2 ** halvings));
  const unit: number[][] = small.map((_, row) => small.map((__, column) => (row === column ? 1 : 0)));
  let result = unit;
  let term = unit;
  for (let power = 1; power <= 12; power += 1) {
    term = product(term, small).map((row) => row.map((value) => value / power));
    result = result.map((row, index) => row.map((value, column) => value + term[index]![column]!));
  }
  for (let half = 0; half < halvings; half += 1) {
    // Rows of probabilities, which rounding would slowly take away from 1.
    result = product(result, result).map((row) => {
      const sum = row.reduce((total, value) => total + value, 0);
      return row.map((value) => value / sum);
    });
  }
  return result;

  function product(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number[][] {
    return a.map((row) =>
      Array.from({ length: size }, (_, column) =>
        row.reduce((sum, value, k) => sum + value * b[k]![column]!, 0),
      ),
    );
  }
}
