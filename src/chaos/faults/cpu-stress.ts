import type { CpuStress } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';
import {
  END_STRESS_RIGHTS,
  endStressor,
  planStressor,
  STRESS_RIGHTS,
  startStressor,
  waitItOut,
} from '../stressor.ts';

/** Computes in an ephemeral container of each victim, on as many processors as it has workers. */
export const cpuStress: FaultAction<CpuStress> = {
  on: 'pods',
  rights: () => STRESS_RIGHTS,
  undoRights: () => END_STRESS_RIGHTS,
  act: 'stress-cpu',
  byHand: waitItOut,
  leavesRestarts: true,
  takesTime: true,
  endsByItself: true,
  remember: planStressor,
  apply: (cluster, fault, target, signal) =>
    startStressor(
      cluster,
      fault,
      target,
      computing(fault.workers, Number(target.before?.duration_s)),
      signal,
    ),
  undo: endStressor,
};

/**
 * The first process waits, so that it hears a signal and ends in time whatever the others do; with it the kernel ends
 * all of its PID namespace. In a pod whose containers share one it ends them itself.
 */
const computing = (workers: number, duration_s: number): string =>
  `trap 'kill -KILL $all 2>/dev/null' EXIT; trap 'exit 0' TERM; all=; i=0
while [ $i -lt ${workers} ]; do (while :; do :; done) & all="$all $!"; i=$((i + 1)); done
sleep ${duration_s} & all="$all $!"; wait $!`;
