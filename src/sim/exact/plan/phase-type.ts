/**
 * Times as the way of a small Markov chain to its end: exponential, Erlang and hyperexponential ones are such (Neuts,
 * "Matrix-Geometric Solutions in Stochastic Models", 1981, chapter 2). With a unit's phase in the state, a plan whose
 * times all are so is a Markov chain.
 */
import type { Distribution } from '../../../scenario/distribution.ts';
import { positive } from '../input.ts';

export const MS_PER_H = 3_600_000;

export interface PhaseType {
  /** Chance to begin in each phase; no phases: it takes no time. */
  readonly start: readonly number[];
  /** By phase. */
  readonly moves: readonly (readonly { readonly to: number; readonly rate_per_h: number }[])[];
  /** Rate at which each phase ends the whole. */
  readonly end_per_h: readonly number[];
}

/** It takes no time. */
export const NOTHING: PhaseType = { start: [], moves: [], end_per_h: [] };

/**
 * The phases of a time; undefined where it has none, such as a lognormal one.
 *
 * @throws UserError where a phase is shorter or longer than any exact method takes
 */
export function phaseType(distribution: Distribution): PhaseType | undefined {
  switch (distribution.kind) {
    case 'constant':
      return distribution.value_ms === 0 ? NOTHING : undefined;
    case 'exponential':
      return inARow(1, distribution.mean_ms);
    case 'erlang':
      return inARow(distribution.phases, distribution.mean_ms);
    case 'hyperexponential': {
      const branches = distribution.branches.filter(({ weight }) => weight > 0);
      return {
        start: branches.map(({ weight }) => weight),
        moves: branches.map(() => []),
        end_per_h: branches.map(({ mean_ms }) => rateOf(mean_ms)),
      };
    }
    default:
      return undefined;
  }
}

const rateOf = (mean_ms: number): number =>
  1 / positive('the mean of a phase, in hours,', mean_ms / MS_PER_H);

/** So many phases, one after the other, each with its share of the mean. */
function inARow(phases: number, mean_ms: number): PhaseType {
  const rate_per_h = rateOf(mean_ms / phases);
  const places = Array.from({ length: phases }, (_, place) => place);
  return {
    start: places.map((place) => (place === 0 ? 1 : 0)),
    moves: places.map((place) => (place + 1 < phases ? [{ to: place + 1, rate_per_h }] : [])),
    end_per_h: places.map((place) => (place + 1 < phases ? 0 : rate_per_h)),
  };
}
