import { EXIT, UserError } from '../../scenario/errors.ts';
import type { ContainerKill, PodKill, Workload } from '../../scenario/scenario.ts';
import { victimsMax } from '../../scenario/selection.ts';
import type { Pod } from '../cluster/cluster.ts';
import { isOwnedBy } from './ownership.ts';

/** Pods that a fault may hit: the workload's own, ready and not about to go. */
export function candidatesOf(workload: Workload, pods: readonly Pod[]): readonly Pod[] {
  return pods.filter((pod) => isOwnedBy(workload, pod) && pod.ready && !pod.terminating);
}

/**
 * The last look before an act, on what was chosen, whoever chose it.
 *
 * @throws UserError where there are more victims than the fault's mode allows, or one is no candidate
 */
export function checkBlastRadius(
  fault: PodKill | ContainerKill,
  workload: Workload,
  pods: readonly Pod[],
  victims: readonly Pod[],
): void {
  const candidates = candidatesOf(workload, pods);
  const limit = victimsMax(candidates.length, fault.mode, fault.value);
  if (new Set(victims.map((pod) => pod.uid)).size > limit) {
    throw refused(`${fault.type} would hit ${victims.length} pods; mode ${fault.mode} allows ${limit}`);
  }
  const outside = victims.filter((victim) => !candidates.some((pod) => pod.uid === victim.uid));
  if (outside.length > 0) {
    const names = outside.map((pod) => pod.name).join(', ');
    throw refused(`${fault.type} would hit ${names}, which Deployment ${workload.name} does not own`);
  }
}

function refused(message: string): UserError {
  return new UserError(message, { exitCode: EXIT.aborted, hint: 'nothing was killed by this act' });
}
