/**
 * The steady state of a small irreducible chain by the elimination of Grassmann, Taksar and Heyman (1985): states are
 * taken out one by one, and nothing is ever subtracted. Every probability is right to about size times 1e-16 of
 * itself, however stiff the rates (O'Cinneide, "Entrywise perturbation theory and error analysis for Markov chains",
 * 1993).
 */
import type { Inflow } from './inflow.ts';
import { sumOf } from './sum.ts';

/** Takes size^3 steps and size^2 doubles. */
export function gth(chain: Inflow): Float64Array {
  const { size } = chain;
  const a = dense(chain);
  for (let last = size - 1; last > 0; last -= 1) {
    const row = last * size;
    let out = 0;
    for (let to = 0; to < last; to += 1) out += a[row + to]!;
    for (let from = 0; from < last; from += 1) {
      // What entered the state that is taken out goes on to where it would have left to.
      const share = a[from * size + last]! / out;
      a[from * size + last] = share;
      if (share === 0) continue;
      for (let to = 0; to < last; to += 1) a[from * size + to]! += share * a[row + to]!;
    }
  }
  const x = new Float64Array(size);
  x[0] = 1;
  for (let state = 1; state < size; state += 1) {
    let sum = 0;
    for (let from = 0; from < state; from += 1) sum += x[from]! * a[from * size + state]!;
    x[state] = sum;
  }
  return normalised(x);
}

function dense({ size, start, from, rate }: Inflow): Float64Array {
  const a = new Float64Array(size * size);
  for (let to = 0; to < size; to += 1) {
    for (let at = start[to]!; at < start[to + 1]!; at += 1) a[from[at]! * size + to]! += rate[at]!;
  }
  return a;
}

/** Scaled in place to a sum of 1. */
export function normalised(x: Float64Array): Float64Array {
  const sum = sumOf(x);
  for (let index = 0; index < x.length; index += 1) x[index]! /= sum;
  return x;
}
