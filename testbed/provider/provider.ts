import type { Instance } from '../instance.ts';
import { acquireOrWait } from '../lock.ts';
import type { Progress } from '../progress.ts';
import type { Action } from './action.ts';
import { killContainer, pauseContainer, resumeContainer } from './container.ts';
import { startInLab, stopInLab } from './control-plane.ts';
import type { Effect } from './effect.ts';
import { cutPower, plugIn, pullOut, restorePower } from './node.ts';
import { killSandbox } from './sandbox.ts';

/**
 * Does what foreshock's chaos arm asks for where the Kubernetes API cannot help: the part that a cloud's API or
 * a person in the machine room has elsewhere. Each verb finds out what is so rather than remember it, so it
 * may be repeated, also after one that was interrupted.
 */
export async function provide(
  instance: Instance,
  action: Action,
  podUid: string | undefined,
  progress: Progress,
  signal: AbortSignal,
): Promise<Effect> {
  switch (action.verb) {
    case 'node-loss':
      return cutPower(instance, action.node);
    case 'node-return':
      return inTurn(instance, progress, () => restorePower(instance, action.node, signal));
    case 'node-partition':
      return pullOut(instance, action.node);
    case 'node-rejoin':
      return plugIn(instance, action.node);
    case 'container-kill':
      return killContainer(instance, action.container, podUid);
    case 'container-pause':
      return pauseContainer(instance, action.container, podUid);
    case 'container-resume':
      return resumeContainer(instance, action.container, podUid);
    case 'sandbox-kill':
      return killSandbox(instance, action.pod, podUid);
    case 'control-plane-pause':
      return stopInLab(instance, action.parts);
    case 'control-plane-resume':
      return inTurn(instance, progress, () => startInLab(instance, action.parts, signal));
    case 'registry-down':
      return stopInLab(instance, ['registry']);
    case 'registry-up':
      return inTurn(instance, progress, () => startInLab(instance, ['registry'], signal));
  }
}

/** What starts something writes that down: one after the other. A fault is not kept waiting. */
async function inTurn(instance: Instance, progress: Progress, start: () => Promise<Effect>): Promise<Effect> {
  const lock = await acquireOrWait(instance.name, (holder) =>
    progress(`waiting for another command (pid ${holder}) to end`),
  );
  try {
    return await start();
  } finally {
    lock.release();
  }
}
