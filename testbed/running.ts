import type { NodePlan } from './addresses.ts';
import { TestbedError } from './failure.ts';
import type { Instance } from './instance.ts';
import { isRunning, type ProcessId } from './processes.ts';
import { planOf, readState, type State } from './state.ts';

/** The state of a testbed that has to be up. */
export function running(instance: Instance): State {
  const state = readState(instance);
  if (state?.phase !== 'up') {
    throw new TestbedError(`the testbed (${instance.name}) is down`, {
      hint: 'bring it up: npm run testbed -- up',
    });
  }
  return state;
}

/** @throws TestbedError where the testbed has no such node */
export function plannedNode(state: State, name: string): NodePlan {
  const { nodes } = planOf(state);
  const node = nodes.find((planned) => planned.name === name);
  if (node === undefined) {
    throw new TestbedError(`there is no node ${name} (there are: ${nodes.map((it) => it.name).join(', ')})`);
  }
  return node;
}

export function hasPower(state: State, node: string): boolean {
  const first = state.nodes[node];
  return first !== undefined && isRunning(first);
}

/**
 * The first process of a node that has to be on.
 *
 * @throws TestbedError where there is none
 */
export function nodeThatRuns(state: State, name: string): ProcessId {
  plannedNode(state, name);
  const first = state.nodes[name];
  if (first === undefined || !hasPower(state, name)) {
    throw new TestbedError(`${name} has no power`, {
      hint: `npm run testbed -- provider node-return --node ${name}`,
    });
  }
  return first;
}
