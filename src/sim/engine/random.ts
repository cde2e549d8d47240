/** Uniform numbers in [0, 1). */
export type Uniform = () => number;

/** A whole number in [0, count), each equally likely. */
export function below(count: number, uniform: Uniform): number {
  return Math.floor(uniform() * count);
}
