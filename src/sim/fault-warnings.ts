import { looksUpNames } from '../scenario/lookups.ts';
import type { CpuStress, DnsOutage, Fault, Scenario, Workload } from '../scenario/scenario.ts';

/** What the reader of a prediction must know of faults that it can say little of. */
export function faultWarnings(scenario: Scenario): string[] {
  return scenario.faults.flatMap((fault) => {
    if (fault.type === 'cpu-stress') return withoutLimit(scenario, fault);
    return fault.type === 'dns-outage' ? withoutLookups(scenario, fault) : [];
  });
}

/** It would take the node's processors, of which the model knows nothing. */
function withoutLimit(scenario: Scenario, fault: CpuStress): string[] {
  const workload = targetOf(scenario, fault);
  if (workload === undefined || workload.pod.limits.cpu_millis !== undefined) return [];
  return [
    `${placeOf(fault)} has no effect in the prediction: not every container of ${workload.kind} ${workload.name} has a CPU limit, so its pods may use all that the node has, and the stressor weighs least there`,
  ];
}

/** Manifests do not say what a program asks DNS for. */
function withoutLookups(scenario: Scenario, fault: DnsOutage): string[] {
  const workload = targetOf(scenario, fault);
  if (workload === undefined || looksUpNames(workload)) return [];
  return [
    `${placeOf(fault)} costs nothing in the prediction: the scenario does not say that a program of ${workload.kind} ${workload.name} looks up names (\`applications.${workload.name}.lookups\`)`,
  ];
}

const targetOf = (
  { workloads }: Scenario,
  { workload: name, namespace }: CpuStress | DnsOutage,
): Workload | undefined => workloads.find((each) => each.name === name && each.namespace === namespace);

const placeOf = ({ type, position }: Fault): string => `${type} (${position.file}:${position.line})`;
