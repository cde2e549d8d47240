/** Kubernetes' quantities: "100m" of a processor, "128Mi" of memory. */

const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** A quantity that is not negative (Kubernetes 1.35 apimachinery/pkg/api/resource/quantity.go). */
export const QUANTITY = /^\+?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+|[KMGTPE]i|[numkMGTPE])?$/;

/** The number a text that matches QUANTITY stands for: 0.1 of "100m". */
export function quantityToNumber(text: string): number {
  const [, digits = '', exponent, suffix = ''] =
    /^\+?([\d.]+)(?:[eE]([+-]?\d+)|([A-Za-z]*))$/.exec(text) ?? [];
  const number = exponent === undefined ? Number(digits) * (SUFFIXES[suffix] ?? Number.NaN) : Number(text);
  // Multiplication alone would turn 1.1m into 0.0011000000000000001.
  return Number(number.toPrecision(15));
}

/** As Kubernetes counts processors: in thousandths, rounded up (Quantity.MilliValue). */
export const cpuMillis = (cpus: number): number => Math.ceil(Number((cpus * 1000).toPrecision(15)));

/** As Kubernetes counts memory: whole bytes, rounded up (Quantity.Value). */
export const wholeBytes = (bytes: number): number => Math.ceil(bytes);
