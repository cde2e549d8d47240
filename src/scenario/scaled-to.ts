import type { Scale } from './fault.ts';

/** How many replicas there are to be: never below 0; a share is rounded up, as the modes of other faults are. */
export function scaledTo(present: number, replicas: Scale['replicas']): number {
  if (typeof replicas === 'number') return replicas;
  const { by, unit } = replicas;
  const change = unit === 'pods' ? by : Math.sign(by) * Math.ceil((present * Math.abs(by)) / 100);
  return Math.max(0, present + change);
}
