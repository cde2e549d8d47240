import type { FaultType } from '../../src/scenario/scenario.ts';
import { FAULTS, isLasting } from '../../src/scenario/schema/faults.ts';

/** Fields that a fault cannot do without. */
const REQUIRED: Readonly<Partial<Record<FaultType, string>>> = {
  'node-taint': 'taint: {key: maintenance, value: "yes", effect: NoExecute}',
  scale: 'replicas: 1',
  'memory-stress': 'size: 8MiB',
  'http-delay': 'delay: 100ms',
  'http-abort': 'status: 503',
};

/** Every fault of the catalogue, and a line of a scenario that has it: on the only workload, a second into the trial. */
export const EVERY_FAULT: readonly (readonly [type: FaultType, line: string])[] = FAULTS.map((type) => {
  const fields = ['at: 1s', isLasting(type) ? 'duration: 2s' : undefined, REQUIRED[type]];
  return [type, `${type}: {${fields.filter((field) => field !== undefined).join(', ')}}`];
});
