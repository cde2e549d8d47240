/** What the exact methods take: anything else is told as the user's mistake, and never becomes a NaN. */
import { EXIT, UserError } from '../../scenario/errors.ts';

/**
 * Rates and times beyond these are nobody's: the universe is 1e14 h old. Within them a mean time, a rate's inverse, and
 * what they are multiplied to are far from where doubles end.
 */
const LEAST = 1e-100;
const MOST = 1e100;

export const isUsable = (value: number): boolean => value >= LEAST && value <= MOST;

/** A rate or a mean time: above zero and finite. */
export function positive(name: string, value: number): number {
  if (isUsable(value)) return value;
  if (!(value > 0 && value < Number.POSITIVE_INFINITY))
    throw wrong(`${name} must be above zero and finite, not ${value}`);
  throw wrong(`${name} must be from ${LEAST} to ${MOST}, not ${value}`);
}

/** A time or an amount that may be zero: finite, not below zero. */
export function notNegative(name: string, value: number): number {
  if (value >= 0 && value < Number.POSITIVE_INFINITY) return value;
  throw wrong(`${name} must be zero or more and finite, not ${value}`);
}

/** So many servers, machines or places are computed in seconds at the most. */
export const COUNT_MAX = 1_000_000;

/** A whole number, at least `least` and at most `most`. */
export function whole(name: string, value: number, least: number, most = Number.MAX_SAFE_INTEGER): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  throw wrong(`${name} must be a whole number ${range}, not ${value}`);
}

/** The mistake as the command line shows it. */
export function wrong(message: string, hint?: string): UserError {
  return new UserError(message, {
    exitCode: EXIT.configuration,
    ...(hint === undefined ? {} : { hint }),
  });
}
