/** Whom faults hit: one set of rules for both arms, so that prediction and measurement choose alike. */
import type { FaultMode } from './scenario.ts';

/**
 * How many of `candidates` pods a fault may hit at most: as Chaos Mesh counts (v2.7 and v2.8.3
 * pkg/selector/generic/mode.go FilterObjectsByMode), percentages are rounded up, and `fixed` takes all
 * where there are fewer.
 */
export function victimsMax(candidates: number, mode: FaultMode, value: number | undefined): number {
  switch (mode) {
    case 'one':
      return Math.min(1, candidates);
    case 'all':
      return candidates;
    case 'fixed':
      return Math.min(value ?? 0, candidates);
    case 'fixed-percent':
    case 'random-max-percent':
      return Math.ceil((candidates * (value ?? 0)) / 100);
  }
}

/**
 * Chooses the victims of one act.
 *
 * Like Chaos Mesh, `random-max-percent` first draws a whole percentage from 0 to `value`, each equally likely,
 * so it may choose none. Every set of the chosen size is equally likely.
 *
 * @param candidates names in sorted order, so that the same draws choose the same pods
 * @param random numbers in [0, 1)
 * @returns names in the order of `candidates`
 */
export function chooseVictims(
  candidates: readonly string[],
  mode: FaultMode,
  value: number | undefined,
  random: () => number,
): string[] {
  const percent = mode === 'random-max-percent' ? Math.floor(random() * ((value ?? 0) + 1)) : value;
  return sample(candidates, victimsMax(candidates.length, mode, percent), random);
}

/** `count` of `items`, in their order (selection sampling: Knuth, TAOCP vol. 2, algorithm 3.4.2 S). */
function sample(items: readonly string[], count: number, random: () => number): string[] {
  if (count >= items.length) return [...items];
  const chosen: string[] = [];
  for (const [index, item] of items.entries()) {
    if (chosen.length === count) break;
    if ((items.length - index) * random() < count - chosen.length) chosen.push(item);
  }
  return chosen;
}
