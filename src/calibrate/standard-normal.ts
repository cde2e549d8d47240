/**
 * The standard normal distribution, in double precision: simple-statistics has it to four digits, too coarse
 * for likelihoods.
 */

const NUMERATOR = [
  0.0352624965998911, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871,
  221.213596169931, 220.206867912376,
];
const DENOMINATOR = [
  0.0883883476483184, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674, 637.333633378831,
  793.826512519948, 440.413735824752,
];
const SQRT_2PI = Math.sqrt(2 * Math.PI);

function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (const coefficient of coefficients) sum = sum * x + coefficient;
  return sum;
}

/** P(Z <= z), its small values as exact as its large ones (Hart 1968, algorithm 5666, in West 2005). */
export function normalCdf(z: number): number {
  return z > 0 ? 1 - lowerTail(-z) : lowerTail(z);
}

/** The logarithm of P(low < Z <= high), right however far out both lie; -Infinity where low is not below high. */
export function logNormalMass(low: number, high: number): number {
  // Above the mean, probabilities differ from 1 by less than their digits show: the tail is mirrored.
  const [near, far] = low > 0 ? [-low, -high] : [high, low];
  if (near > 0) return Math.log(normalCdf(near) - normalCdf(far));
  const mass = lowerTail(near) - lowerTail(far);
  return mass > TINY ? Math.log(mass) : logOfDifference(logLowerTail(near), logLowerTail(far));
}

/** Below it doubles lose their digits. */
const TINY = 1e-290;

/** The density at z. */
export const normalDensity = (z: number): number => Math.exp((-z * z) / 2) / SQRT_2PI;

/** P(Z <= z) for z <= 0. */
const lowerTail = (z: number): number => Math.exp((-z * z) / 2) * millsRatio(-z);

/** Its logarithm, where the probability itself is too small to be told from 0. */
const logLowerTail = (z: number): number => Math.log(millsRatio(-z)) - (z * z) / 2;

/** P(Z > x) / exp(-x^2 / 2) for x >= 0. */
function millsRatio(x: number): number {
  if (x < 7.07106781186547) return polynomial(NUMERATOR, x) / polynomial(DENOMINATOR, x);
  return 1 / (x + 1 / (x + 2 / (x + 3 / (x + 4 / (x + 0.65))))) / SQRT_2PI;
}

/** log(exp(a) - exp(b)) */
const logOfDifference = (a: number, b: number): number =>
  a > b ? a + Math.log(-Math.expm1(b - a)) : Number.NEGATIVE_INFINITY;
