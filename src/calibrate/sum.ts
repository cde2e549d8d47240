/** Samples of a sum whose parts are known but for one: how well a distribution explains that one. */
import type { Distribution } from '../scenario/distribution.ts';
import { type Family, meanAndSd, type Parametric, SIGMA_MAX } from './families.ts';
import { andersonDarling } from './goodness.ts';
import { type Interval, isExact, middle, RESOLUTION_MS } from './interval.ts';
import { centred, convolved, cumulative, densityAt, discretised, type Lattice, shifted } from './lattice.ts';
import { search } from './likelihood.ts';
import { minimise } from './minimise.ts';
import { cdf, moments, reach } from './probability.ts';

/** What the unknown part may be. */
export type Rest = Parametric | Extract<Distribution, { kind: 'constant' }>;

/** Cells in one standard deviation of the samples. */
const CELLS_PER_SD = 20;
const CELLS_MAX = 2000;

/** A sample that cannot be has this share of an even density: it costs much, and a search still finds its way. */
const IMPOSSIBLE = 1e-9;

export class Sum {
  readonly #samples: readonly Interval[];
  readonly #known: Lattice;
  /** No other value of the unknown part can have led to a sample. */
  readonly #low_ms: number;
  readonly #high_ms: number;
  readonly #floor_per_ms: number;

  /**
   * @param samples of the sum, at least two, each with an end
   * @param known the other parts, at least one, each with a spread
   */
  constructor(samples: readonly Interval[], known: readonly Distribution[]) {
    const least_ms = Math.min(...samples.map(({ low_ms }) => low_ms));
    const most_ms = Math.max(...samples.map(({ high_ms }) => high_ms));
    // Nothing is shorter than zero, so no part is longer than the longest sum.
    const reaches = known.map((part) => {
      const { low_ms, high_ms } = reach(part);
      return { part, low_ms, high_ms: Math.max(low_ms, Math.min(high_ms, most_ms)) };
    });
    const knownLow_ms = reaches.reduce((sum, { low_ms }) => sum + low_ms, 0);
    const knownHigh_ms = reaches.reduce((sum, { high_ms }) => sum + high_ms, 0);
    this.#samples = samples;
    this.#low_ms = Math.max(0, least_ms - knownHigh_ms);
    this.#high_ms = Math.max(this.#low_ms, most_ms - knownLow_ms);
    const width_ms = Math.max(RESOLUTION_MS, knownHigh_ms - knownLow_ms + this.#high_ms - this.#low_ms);
    const { sd } = meanAndSd(samples.map(middle));
    const step_ms = Math.max(sd / CELLS_PER_SD, width_ms / CELLS_MAX);
    this.#floor_per_ms = IMPOSSIBLE / width_ms;
    this.#known = reaches
      .map(({ part, low_ms, high_ms }) => centred(discretised(part, low_ms, high_ms, step_ms), part))
      .reduce(convolved);
  }

  /** The best constant, or the best member of a family; undefined where none explains anything. */
  fit(kind: Rest['kind'], near: Rest): Rest | undefined {
    if (kind !== 'constant') {
      const from = near.kind === kind ? near : startOf(kind, moments(near));
      return search(from, (member) => this.logLikelihood(member));
    }
    const start_ms = moments(near).mean_ms;
    const cost = ([value_ms]: readonly number[]) =>
      value_ms! < 0 ? Number.POSITIVE_INFINITY : -this.logLikelihood({ kind, value_ms: value_ms! });
    const best = minimise(cost, [start_ms], [this.#known.step_ms * 4]);
    return Number.isFinite(best.value) ? { kind, value_ms: best.point[0]! } : undefined;
  }

  /** -Infinity where the spread is finer than the lattice: that is a constant. */
  logLikelihood(rest: Rest): number {
    const { step_ms } = this.#known;
    if (rest.kind !== 'constant' && moments(rest).variance_ms2 < (step_ms / 2) ** 2) {
      return Number.NEGATIVE_INFINITY;
    }
    const lattice = this.#sumWith(rest);
    const below = this.#below(rest, lattice);
    let sum = 0;
    for (const { low_ms, high_ms } of this.#samples) {
      const width_ms = high_ms - low_ms;
      // The same constant for every candidate apart, a value is a narrow interval.
      const density_per_ms =
        width_ms <= RESOLUTION_MS ? densityAt(lattice, low_ms) : (below(high_ms) - below(low_ms)) / width_ms;
      sum += Math.log(density_per_ms + this.#floor_per_ms);
    }
    return sum;
  }

  /**
   * How far the samples lie from what the rest and the known parts sum to; of what is known within bounds only, the
   * probability half way between theirs.
   */
  distance(rest: Rest): number {
    const below = this.#below(rest, this.#sumWith(rest));
    return andersonDarling(
      this.#samples.map((sample) =>
        isExact(sample) ? below(middle(sample)) : (below(sample.low_ms) + below(sample.high_ms)) / 2,
      ),
    );
  }

  /** The probability of a shorter sum. */
  #below(rest: Rest, lattice: Lattice): (sum_ms: number) => number {
    // A rest that is too short for every sample is not on the lattice.
    const short = rest.kind === 'constant' || this.#low_ms === 0 ? 0 : cdf(rest, this.#low_ms);
    const upTo = cumulative(lattice);
    return (sum_ms) => (sum_ms <= 0 ? 0 : short + upTo(sum_ms));
  }

  #sumWith(rest: Rest): Lattice {
    if (rest.kind === 'constant') return shifted(this.#known, rest.value_ms);
    return convolved(discretised(rest, this.#low_ms, this.#high_ms, this.#known.step_ms), this.#known);
  }
}

/** A member of the family with about this mean and variance. */
export function startOf(
  family: Family,
  { mean_ms, variance_ms2 }: { readonly mean_ms: number; readonly variance_ms2: number },
): Parametric {
  const sd_ms = Math.sqrt(variance_ms2);
  const half_ms = sd_ms * Math.sqrt(3);
  switch (family) {
    case 'lognormal': {
      const sigma = Math.min(SIGMA_MAX, Math.sqrt(Math.log1p(variance_ms2 / mean_ms ** 2)));
      return { kind: family, median_ms: mean_ms * Math.exp(-(sigma ** 2) / 2), sigma };
    }
    case 'normal':
      return { kind: family, mean_ms, sd_ms };
    case 'exponential':
      return { kind: family, mean_ms };
    case 'uniform':
      return { kind: family, min_ms: Math.max(0, mean_ms - half_ms), max_ms: mean_ms + half_ms };
  }
}
