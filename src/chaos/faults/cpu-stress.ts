import type { CpuStress } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';
import { stress } from '../stressor.ts';

/** Computes in an ephemeral container of each victim, on as many processors as it has workers. */
export const cpuStress: FaultAction<CpuStress> = stress('stress-cpu', ({ workers }: CpuStress, duration_s) =>
  computing(workers, duration_s),
);

/**
 * The first process waits, so that it hears a signal and ends in time whatever the others do; with it the kernel ends
 * all of its PID namespace. In a pod whose containers share one it ends them itself.
 */
const computing = (workers: number, duration_s: number): string =>
  `trap 'kill -KILL $all 2>/dev/null' EXIT; trap 'exit 0' TERM; all=; i=0
while [ $i -lt ${workers} ]; do (while :; do :; done) & all="$all $!"; i=$((i + 1)); done
sleep ${duration_s} & all="$all $!"; wait $!`;
