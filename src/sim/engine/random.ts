/** Uniform numbers in [0, 1). */
export type Uniform = () => number;

/** A standard normal deviate (Box and Muller 1958, one of the pair). */
export function normal(uniform: Uniform): number {
  // 1 - u lies in (0, 1], where the logarithm is finite.
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** An exponential deviate of mean 1. */
export function exponential(uniform: Uniform): number {
  return -Math.log(1 - uniform());
}

/** A whole number in [0, count), each equally likely. */
export function below(count: number, uniform: Uniform): number {
  return Math.floor(uniform() * count);
}
