/** Values whose mean is known, the most of them far from normal. */
import { sample_ms } from '../../src/scenario/sample.ts';

export interface Skewed {
  readonly name: string;
  readonly mean: number;
  readonly draw: (random: () => number) => number;
}

const exponential = (random: () => number) => -Math.log(1 - random());
const LOGNORMAL = { kind: 'lognormal', median_ms: 1, sigma: 1 } as const;

export const SKEWED: readonly Skewed[] = [
  { name: 'exponential', mean: 1, draw: exponential },
  { name: 'lognormal, sigma 1', mean: Math.exp(0.5), draw: (random) => sample_ms(LOGNORMAL, random) },
  { name: 'Weibull, shape 2/3', mean: 1.3293403881791, draw: (random) => exponential(random) ** 1.5 },
  {
    name: 'exponential in one of ten, else nothing',
    mean: 0.1,
    draw: (random) => (random() < 0.1 ? exponential(random) : 0),
  },
  { name: 'two seconds, in one of five four more', mean: 2.8, draw: (random) => (random() < 0.2 ? 6 : 2) },
];

/** Of the second the skewness is infinite. */
export const VERY_SKEWED: readonly Skewed[] = [
  {
    name: 'lognormal, sigma 1.5',
    mean: Math.exp(1.125),
    draw: (random) => sample_ms({ kind: 'lognormal', median_ms: 1, sigma: 1.5 }, random),
  },
  { name: 'Pareto, shape 2.5', mean: 2.5 / 1.5, draw: (random) => (1 - random()) ** (-1 / 2.5) },
];

export const RARE_LOSS: Skewed = {
  name: 'exponential in one of twenty, else nothing',
  mean: 0.05,
  draw: (random) => (random() < 0.05 ? exponential(random) : 0),
};
