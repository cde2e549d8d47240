/** What a whole is made of, the largest part first: downtime by mechanism, or by cause. */
import { share } from './number.ts';

export interface Part {
  readonly name: string;
  readonly amount: number;
}

export interface PartRow extends Part {
  /** The amount with its unit: "0.41 s". */
  readonly shown: string;
  /** Of the whole: "16 %". */
  readonly share: string;
}

/** Below this share, parts are told as one. */
const SHARE_LEAST = 0.01;

/**
 * The parts ranked; those too small to tell are told together, so that the sum stays.
 *
 * @param shown an amount with its unit
 */
export function partRows(parts: readonly Part[], shown: (amount: number) => string): PartRow[] {
  const whole = parts.reduce((sum, { amount }) => sum + amount, 0);
  if (whole <= 0) return [];
  const ranked = parts.filter(({ amount }) => amount > 0).toSorted((a, b) => b.amount - a.amount);
  const small = ranked.filter(({ amount }) => amount < SHARE_LEAST * whole);
  const told =
    small.length < 2
      ? ranked
      : [
          ...ranked.slice(0, -small.length),
          { name: `${small.length} others`, amount: small.reduce((sum, { amount }) => sum + amount, 0) },
        ];
  return told.map(({ name, amount }) => ({
    name,
    amount,
    shown: shown(amount),
    share: share(amount, whole),
  }));
}
