import { kubectl } from '../cluster/kubectl.ts';
import type { LabComponent } from '../cluster/lab.ts';
import type { Instance } from '../instance.ts';
import { Launch } from '../launch.ts';
import { isRunning, killAndWait } from '../processes.ts';
import { running } from '../running.ts';
import type { State } from '../state.ts';
import { type Effect, timed, UNCHANGED } from './effect.ts';

/**
 * Kills parts of the control plane, or the registry. To their clients it is a crash: connections are reset, new
 * ones refused, and what a part had in memory is gone. (SIGSTOP would be silence, and would hand a part back
 * with its memory and a leap of its clock, which no restart does.)
 */
export async function stopInLab(instance: Instance, names: readonly LabComponent[]): Promise<Effect> {
  const processes = runningOf(running(instance), names).map(({ process }) => process);
  return processes.length === 0 ? UNCHANGED : timed(() => killAndWait(processes));
}

/** Starts what does not run; the API server's clients find it when it says that it is ready. */
export async function startInLab(
  instance: Instance,
  names: readonly LabComponent[],
  signal: AbortSignal,
): Promise<Effect> {
  const state = running(instance);
  const present = runningOf(state, names).map(({ name }) => name);
  const missing = names.filter((name) => !present.includes(name));
  if (missing.length === 0) return UNCHANGED;
  const launch = new Launch(instance, state, signal);
  return timed(async () => {
    for (const name of missing) {
      launch.startInLab(name);
      if (name === 'kube-apiserver') {
        await launch.until('the API server answers', () =>
          kubectl(instance, state, ['get', '--raw', '/readyz']),
        );
      }
    }
  });
}

function runningOf(state: State, names: readonly LabComponent[]): State['components'] {
  return state.components.filter(
    ({ name, process }) => names.some((wanted) => wanted === name) && isRunning(process),
  );
}
