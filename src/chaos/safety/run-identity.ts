/** Who a run is, so that another one on any machine can say it, and can tell whether it still goes on. */
import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { PROCESS_ANNOTATION } from '../cluster/annotations.ts';
import type { Lease } from '../cluster/leases.ts';
import { isRunning, type ProcessRef, thisMachine, thisProcess } from './running.ts';

export interface RunIdentity {
  /** Its own for ever: "alice@laptop, process 4711, 2026-11-21T21:00:00.000Z, 1f3a9c". */
  readonly name: string;
  readonly process: ProcessOnMachine;
}

export interface ProcessOnMachine extends ProcessRef {
  readonly machine: string;
}

/** Of this process, with its beginning now. @param role where it is not the run itself: "guard" */
export function identify(role?: string): RunIdentity {
  const at = new Date().toISOString();
  const who = `${userName()}@${hostname()}, ${role === undefined ? '' : `${role} `}process ${process.pid}`;
  const name = `${who}, ${at}, ${randomUUID().slice(0, 6)}`;
  return { name, process: { ...thisProcess(), machine: thisMachine() } };
}

/** Whether the holder's process is there; undefined where it is not on this machine, and nobody here can know. */
export function holderRuns({ annotations }: Lease): boolean | undefined {
  const text = annotations[PROCESS_ANNOTATION];
  if (text === undefined) return undefined;
  try {
    const { pid, start, machine } = JSON.parse(text) as ProcessOnMachine;
    return machine === thisMachine() ? isRunning({ pid, start }) : undefined;
  } catch {
    return undefined;
  }
}

/** In a container a user may have no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? ''}`.trim();
  }
}
