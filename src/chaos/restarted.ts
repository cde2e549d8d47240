import type { Scenario, Workload } from '../scenario/scenario.ts';
import { actionFor } from './fault-action.ts';
import { targetOf } from './safety/protection.ts';

/** Workloads that have a steady state. */
export function lastingWorkloads({ workloads }: Scenario): readonly Workload[] {
  return workloads.filter(({ kind }) => kind !== 'Job');
}

/** Workloads whose containers the faults restart: their pods are made anew before the next trial. */
export function restartedWorkloads(scenario: Scenario): readonly Workload[] {
  const faults = scenario.faults.filter(({ type }) => actionFor(type).leavesRestarts);
  // A node takes down whatever runs there.
  if (faults.some(({ type }) => actionFor(type).on === 'nodes')) return lastingWorkloads(scenario);
  return [...new Set(faults.flatMap((fault) => ('workload' in fault ? [targetOf(scenario, fault)] : [])))];
}
