/**
 * Where a small chain is after a time, however stiff: over a time so short that hardly anything happens by
 * uniformisation, and then the time is doubled by squaring, again and again (Stewart, "Introduction to the Numerical
 * Solution of Markov Chains", chapter 8). All are sums of positive terms; each row is scaled to its sum of 1, so that
 * what is rare keeps its digits.
 */
import type { MarkovChain } from './chain.ts';
import { notNegative } from './input.ts';

/** Up to here one time takes some milliseconds at the most. */
export const DENSE_MAX = 40;
/** Terms of a series whose ratio is below 1/2 at first and falls from there. */
const TERMS = 16;

/**
 * The probability to be in each state `time_h` after the start.
 *
 * @param chain of at most some tens of states
 * @throws UserError where the time is negative or not finite
 */
export function denseTransient<State>(chain: MarkovChain<State>, time_h: number): Float64Array {
  notNegative('the time', time_h);
  const { size, exit_per_h } = chain;
  const fastest_per_h = exit_per_h.reduce((most, rate) => Math.max(most, rate), 0);
  const doublings = Math.max(0, Math.ceil(Math.log2(fastest_per_h * time_h)) + 1);
  let matrix = shortly(chain, fastest_per_h, time_h / 2 ** doublings);
  for (let doubling = 0; doubling < doublings; doubling += 1) matrix = squared(matrix, size);
  const probability = new Float64Array(size);
  for (const [from, chance] of chain.start.entries()) {
    for (let to = 0; to < size; to += 1) probability[to]! += chance * matrix[from * size + to]!;
  }
  return probability;
}

/** From state to state in a time in which the fastest of them is left half a time in the mean. */
function shortly<State>(chain: MarkovChain<State>, fastest_per_h: number, time_h: number): Float64Array {
  const { size, rowStart, target, rate_per_h, exit_per_h } = chain;
  const ticks = fastest_per_h * time_h;
  const result = new Float64Array(size * size);
  for (let start = 0; start < size; start += 1) {
    let shares = new Float64Array(size);
    shares[start] = 1;
    let weight = Math.exp(-ticks);
    for (let tick = 0; tick <= TERMS; tick += 1) {
      const next = new Float64Array(size);
      for (let from = 0; from < size; from += 1) {
        const share = shares[from]!;
        result[start * size + from]! += weight * share;
        if (share === 0 || fastest_per_h === 0) continue;
        next[from]! += share * (1 - exit_per_h[from]! / fastest_per_h);
        for (let at = rowStart[from]!; at < rowStart[from + 1]!; at += 1) {
          next[target[at]!]! += share * (rate_per_h[at]! / fastest_per_h);
        }
      }
      shares = next;
      weight *= ticks / (tick + 1);
    }
  }
  return scaled(result, size);
}

function squared(matrix: Float64Array, size: number): Float64Array {
  const result = new Float64Array(size * size);
  for (let from = 0; from < size; from += 1) {
    for (let over = 0; over < size; over += 1) {
      const chance = matrix[from * size + over]!;
      if (chance === 0) continue;
      for (let to = 0; to < size; to += 1) {
        result[from * size + to]! += chance * matrix[over * size + to]!;
      }
    }
  }
  return scaled(result, size);
}

function scaled(matrix: Float64Array, size: number): Float64Array {
  for (let from = 0; from < size; from += 1) {
    const row = matrix.subarray(from * size, (from + 1) * size);
    const sum = row.reduce((total, value) => total + value, 0);
    for (let to = 0; to < size; to += 1) row[to]! /= sum;
  }
  return matrix;
}
