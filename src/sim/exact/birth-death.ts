/** Chains on 0, 1, ..., n that move by one: Markov chains with a closed form, in sums of positive terms only. */
import { positive, wrong } from './input.ts';
import { sumOf } from './sum.ts';

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
    // Far behind, what was scaled down thrice is 0 already.
    for (let k = from; k >= 0 && p[k]! > 0; k -= 1) p[k] = p[k]! / last / ratio;
    p[from + 1] = 1;
  }
  const sum = sumOf(p);
  return p.map((weight) => weight / sum);
}

/**
 * The mean time from each state until the next higher one is first reached, in the unit of the rates. The step up from
 * k takes 1/up + down/up times the step up from k-1: Karlin and Taylor, "A First Course in Stochastic Processes",
 * chapter 4. The last rate down plays no part.
 *
 * @throws UserError where a rate is not above zero and finite
 */
export function birthDeathStepTimes(chain: BirthDeath): number[] {
  check(chain);
  let step = 0;
  return chain.up.map((rate, from) => {
    const back = from === 0 ? 0 : chain.down[from - 1]!;
    step = (1 + back * step) / rate;
    return step;
  });
}

function check({ up, down }: BirthDeath): void {
  if (up.length !== down.length) throw wrong('a birth-death chain has as many rates down as up');
  for (const [from, rate] of up.entries()) positive(`the rate from ${from} to ${from + 1}`, rate);
  for (const [to, rate] of down.entries()) positive(`the rate from ${to + 1} to ${to}`, rate);
}
