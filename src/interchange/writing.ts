/** What every export needs of a scenario. */
import { isFixed } from '../scenario/act-times.ts';
import type { Problems } from '../scenario/problem.ts';
import type { Fault, Scenario, Workload } from '../scenario/scenario.ts';

/** A scenario, with the sections of its file as a person wrote them. */
export interface Exported {
  readonly scenario: Scenario;
  /** Without `faults`; manifests as they are to be named in what is written. */
  readonly sections: Readonly<Record<string, unknown>>;
  readonly problems: Problems;
}

export function workloadOf({ workloads }: Scenario, fault: { readonly workload: string }): Workload {
  const workload = workloads.find(({ name }) => name === fault.workload);
  if (workload === undefined)
    throw new Error(`a fault of ${fault.workload}, which the scenario does not have`);
  return workload;
}

/** That a fault has no counterpart, at its place in the scenario. */
export function refuseFault(fault: Fault, format: string, why: string, problems: Problems): undefined {
  problems.add({
    position: fault.position,
    message: `\`${fault.type}\` has no counterpart in ${format}: ${why}`,
  });
}

/** A fault whose times are known. */
export type Timed<F extends Fault = Fault> = F & { readonly at_ms: readonly number[] };

/** Undefined where the times are drawn anew in every trial, which is then told: no other tool has that. */
export function timed<F extends Fault>(fault: F, format: string, problems: Problems): Timed<F> | undefined {
  const { at_ms } = fault;
  if (isFixed(at_ms)) return { ...fault, at_ms };
  return refuseFault(fault, format, 'its times are drawn anew in every trial', problems);
}

/** Seconds, as other tools count. */
export const secondsOf = (ms: number): number => Math.round(ms * 1000) / 1_000_000;
