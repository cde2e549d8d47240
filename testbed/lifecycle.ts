import { clean, isPresent } from './clean.ts';
import { TestbedError } from './failure.ts';
import { install } from './install/install.ts';
import type { Instance } from './instance.ts';
import { raiseLimits } from './limits.ts';
import { acquire } from './lock.ts';
import type { Progress } from './progress.ts';
import { start } from './start.ts';
import { deadComponents, type Layout, planOf, readState, type State } from './state.ts';
import { statusOf } from './status.ts';

/** Brings the testbed up, or finds that it is. */
export async function up(
  instance: Instance,
  wanted: Partial<Layout>,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const node_count = wanted.node_count ?? DEFAULT_NODE_COUNT;
  const layout = { node_count, zone_count: node_count, network_policies: false, ...wanted };
  planOf(layout); // complains before anything is done
  const lock = await acquire(instance.name);
  try {
    const state = readState(instance);
    if (state && isAlive(state)) {
      await checkRunning(instance, state, wanted);
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
      raiseLimits(progress);
      const begin = Date.now();
      await start(instance, layout, installation, progress, signal);
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

async function checkRunning(instance: Instance, state: State, wanted: Partial<Layout>): Promise<void> {
  const asked = Object.entries(wanted) as [keyof Layout, Layout[keyof Layout]][];
  const other = asked.filter(([name, value]) => state[name] !== value);
  if (other.length > 0) {
    const differences = other.map(([name, value]) => `${name} ${state[name]}, not ${value}`);
    throw new TestbedError(`the testbed is up with ${differences.join('; ')}`, {
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
