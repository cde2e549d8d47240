import { TestbedError } from './failure.ts';
import type { Instance } from './instance.ts';
import { readState, type State } from './state.ts';

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
