/** Chains on 0, 1, ..., n that move by one: Markov chains with a closed form, in sums of positive terms only. */
import { positive, wrong } from './input.ts';

/** Rates up, from 0, 1, ..., n-1, and rates down, from 1, 2, ..., n: all in the same unit of time. */
export interface BirthDeath {
  readonly up: readonly number[];
  readonly down: readonly number[];
}

/** Beyond it the unnormalised weights are scaled down. */
const LARGE = 1e200;

/**
 * The steady state: p[k] is the share of time in k.
 *
 * @throws UserError where a rate is not above zero and finite
 */
export function birthDeathSteadyState(chain: BirthDeath): Float64Array {
  check(chain);
  const p = new Float64Array(chain.up.length + 1);
  p[0] = 1;
  for (const [from, rate] of chain.up.entries()) {
    const ratio = rate / chain.down[from]!;
    if (p[from]! * ratio <= LARGE) {
      p[from + 1] = p[from]! * ratio;
      continue;
    }
    const last = p[from]!;
    for (let k = 0; k <= from; k += 1) p[k] = p[k]! / last / ratio;
    p[from + 1] = 1;
  }
  // The least first.
  const sum = p.toSorted().reduce((total, weight) => total + weight, 0);
  return p.map((weight) => weight / sum);
}

/**
 * The mean time from 0 until n is first reached, in the unit of the rates. Each step up from k takes
 * 1/up + down/up times the step up from k-1: Karlin and Taylor, "A First Course in Stochastic Processes", 4.7.
 *
 * @throws UserError where a rate is not above zero and finite
 */
export function birthDeathPassageTime(chain: BirthDeath): number {
  check(chain);
  let step = 0;
  let total = 0;
  for (const [from, rate] of chain.up.entries()) {
    const back = from === 0 ? 0 : chain.down[from - 1]!;
    step = (1 + back * step) / rate;
    total += step;
  }
  return total;
}

function check({ up, down }: BirthDeath): void {
  if (up.length !== down.length) throw wrong('a birth-death chain has as many rates down as up');
  for (const [from, rate] of up.entries()) positive(`the rate from ${from} to ${from + 1}`, rate);
  for (const [to, rate] of down.entries()) positive(`the rate from ${to + 1} to ${to}`, rate);
}
