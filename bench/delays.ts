/** A number in [0, 1). */
type Uniform = () => number;

/**
 * How long after now an event may come. Queues of buckets do well with the first three (Brown 1988, Jones 1986); the
 * others are known to be hard on them: crowds, ties, tails, outliers, and differences of many decades.
 */
export const DELAYS = {
  exponential: (uniform) => -Math.log(1 - uniform()),
  uniform: (uniform) => uniform(),
  triangular: (uniform) => Math.sqrt(uniform()),
  // Nine in ten short, one in ten long: almost all that wait are long.
  bimodal: (uniform) => (uniform() < 0.9 ? uniform() : 900 + 200 * uniform()),
  // Two narrow peaks.
  camel: (uniform) => (uniform() < 0.5 ? 10 : 50) + 0.01 * uniform(),
  // Whole ticks: thousands of events at the same time.
  ticks: (uniform) => Math.ceil(10 * uniform()),
  constant: () => 1,
  // Mostly at once.
  immediate: (uniform) => (uniform() < 0.9 ? 0 : uniform()),
  // Without a mean.
  pareto: (uniform) => (1 - uniform()) ** (-1 / 0.8),
  // Over some ten decades.
  lognormal: (uniform) => Math.exp(4 * normal(uniform)),
  // One in a thousand is a million times as long.
  outliers: (uniform) => uniform() * (uniform() < 0.001 ? 1e6 : 1),
  // Half of them a billion times as short.
  'two-scales': (uniform) => uniform() * (uniform() < 0.5 ? 1e-9 : 1),
} satisfies Readonly<Record<string, (uniform: Uniform) => number>>;

export type DelayName = keyof typeof DELAYS;

/** Box and Muller 1958. */
const normal = (uniform: Uniform): number =>
  Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
