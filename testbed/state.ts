import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AddressPlan, planAddresses } from './addresses.ts';
import type { Installation } from './install/install.ts';
import type { Instance } from './instance.ts';
import { isRunning, type ProcessId } from './processes.ts';

/** What was asked for with `up`. */
export interface Layout {
  readonly node_count: number;
  readonly zone_count: number;
  /** Whether the pods' network enforces NetworkPolicy objects. */
  readonly network_policies: boolean;
}

/** What is up: written after each step, so that an interrupted `up` leaves no process unknown. */
export interface State extends Layout {
  readonly version: 1;
  /** Pids mean nothing after a reboot. */
  readonly boot_id: string;
  phase: 'starting' | 'up';
  readonly installation: Installation;
  readonly components: Component[];
  /** The first process of each node, by the node's name. */
  readonly nodes: Record<string, ProcessId>;
}

export interface Component {
  /** As in `etcd`, or `node-1/kubelet`. */
  readonly name: string;
  readonly process: ProcessId;
  readonly log: string;
}

export function newState(layout: Layout, installation: Installation): State {
  return {
    version: 1,
    boot_id: bootId(),
    phase: 'starting',
    ...layout,
    installation,
    components: [],
    nodes: {},
  };
}

export function planOf({ node_count, zone_count }: Pick<Layout, 'node_count' | 'zone_count'>): AddressPlan {
  return planAddresses(node_count, zone_count);
}

/** One that was started again takes the place of what it was before. */
export function remember(state: State, component: Component): void {
  const before = state.components.findIndex(({ name }) => name === component.name);
  if (before === -1) state.components.push(component);
  else state.components[before] = component;
}

export function readState(instance: Instance): State | undefined {
  let text: string;
  try {
    text = readFileSync(stateFile(instance), 'utf8');
  } catch {
    return undefined;
  }
  try {
    const state = JSON.parse(text) as State;
    return state.version === 1 && state.boot_id === bootId() ? state : undefined;
  } catch {
    return undefined; // as good as none: `up` then clears the remains
  }
}

export function writeState(instance: Instance, state: State): void {
  mkdirSync(instance.folder, { recursive: true });
  const partial = `${stateFile(instance)}.partial`;
  writeFileSync(partial, `${JSON.stringify(state, undefined, 2)}\n`);
  renameSync(partial, stateFile(instance));
}

export function deadComponents(state: State): Component[] {
  return state.components.filter((component) => !isRunning(component.process));
}

function stateFile(instance: Instance): string {
  return join(instance.folder, 'state.json');
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}
