/** A Lease on the workload of the crash scenario, as a run holds it, or has held it when it died. */
import { spawnSync } from 'node:child_process';
import {
  LEFT_ANNOTATION,
  PROCESS_ANNOTATION,
  TARGET_ANNOTATION,
} from '../../../src/chaos/cluster/annotations.ts';
import type { Lease, Leases } from '../../../src/chaos/cluster/leases.ts';
import { thisMachine } from '../../../src/chaos/safety/running.ts';
import { leaseFor } from '../../../src/chaos/safety/target-leases.ts';

export const WEB = { kind: 'Deployment', namespace: 'default', name: 'nginx' } as const;

/** Of a process that has just ended. */
export const DEAD_PID = spawnSync('true').pid;

/** A Lease as somebody holds it. @param left records of what it has done */
export async function held(
  leases: Leases,
  by: {
    readonly pid: number;
    readonly machine?: string;
    readonly renewed_ms?: number;
    readonly duration_s?: number;
  },
  left: readonly object[] = [],
  kind: 'Deployment' | 'StatefulSet' = 'Deployment',
): Promise<Lease> {
  const { pid, machine = thisMachine(), renewed_ms = Date.now(), duration_s = 20 } = by;
  const made = await leases.create(leaseFor({ ...WEB, kind }), {
    ...{ holder: 'bob@far', duration_s, acquired_ms: renewed_ms, renewed_ms },
    annotations: {
      [TARGET_ANNOTATION]: `${kind} nginx`,
      [PROCESS_ANNOTATION]: JSON.stringify({ pid, start: undefined, machine }),
      [LEFT_ANNOTATION]: JSON.stringify(left),
    },
  });
  if (typeof made === 'string') throw new Error(made);
  return made;
}
