import type { Labels } from './scenario.ts';

/** Whether a selector (matchLabels, all of them) selects what carries these labels. */
export function selects(selector: Labels, labels: Labels): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}
