import { planAddresses } from './addresses.ts';
import { clean, isPresent } from './clean.ts';
import { TestbedError } from './failure.ts';
import { install } from './install/install.ts';
import type { Instance } from './instance.ts';
import { acquire } from './lock.ts';
import type { Progress } from './progress.ts';
import { start } from './start.ts';
import { deadComponents, readState, type State } from './state.ts';
import { statusOf } from './status.ts';

/** Brings the testbed up, or finds that it is. */
export async function up(
  instance: Instance,
  nodeCount: number | undefined,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const plan = planAddresses(nodeCount ?? DEFAULT_NODE_COUNT);
  const lock = await acquire(instance.name);
  try {
    const state = readState(instance);
    if (state && isAlive(state)) {
      await checkRunning(instance, state, nodeCount);
      progress('already up');
      return;
    }
    if (isPresent(instance)) {
      progress('removing what an interrupted testbed has left');
      await clean(instance);
    }
    try {
      const installation = await install(progress, signal);
      signal.throwIfAborted();
      const begin = Date.now();
      await start(instance, plan, installation, progress, signal);
      progress(`up after ${((Date.now() - begin) / 1000).toFixed(1)} s`);
    } catch (error) {
      if (isPresent(instance)) progress('removing what was started');
      await clean(instance);
      throw signal.aborted ? signal.reason : error; // an interruption makes commands fail: it is the cause
    }
  } finally {
    lock.release();
  }
}

export async function down(instance: Instance, progress: Progress): Promise<void> {
  const lock = await acquire(instance.name);
  try {
    if (!isPresent(instance)) {
      progress('nothing is up');
      return;
    }
    await clean(instance);
    progress('down');
  } finally {
    lock.release();
  }
}

const DEFAULT_NODE_COUNT = 2;

/** Fully started, and not all of it dead since. */
function isAlive(state: State): boolean {
  return state.phase === 'up' && deadComponents(state).length < state.components.length;
}

async function checkRunning(instance: Instance, state: State, nodeCount: number | undefined): Promise<void> {
  if (nodeCount !== undefined && nodeCount !== state.node_count) {
    throw new TestbedError(`the testbed is up with ${state.node_count} node(s), not ${nodeCount}`, {
      hint: 'take it down first: npm run testbed -- down',
    });
  }
  const { problems } = await statusOf(instance);
  if (problems.length > 0) {
    throw new TestbedError(`the testbed is up, but not well: ${problems.join('; ')}`, {
      hint: 'take it down and up again: npm run testbed -- down; npm run testbed -- up',
    });
  }
}
