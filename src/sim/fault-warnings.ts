import type { CpuStress, Scenario } from '../scenario/scenario.ts';

/** What the reader of a prediction must know of faults that it can say little of. */
export function faultWarnings(scenario: Scenario): string[] {
  return scenario.faults.flatMap((fault) =>
    fault.type === 'cpu-stress' ? withoutLimit(scenario, fault) : [],
  );
}

/** It would take the node's processors, of which the model knows nothing. */
function withoutLimit({ workloads }: Scenario, { workload: name, namespace, position }: CpuStress): string[] {
  const workload = workloads.find((each) => each.name === name && each.namespace === namespace);
  if (workload === undefined || workload.pod.limits.cpu_millis !== undefined) return [];
  return [
    `cpu-stress (${position.file}:${position.line}) has no effect in the prediction: not every container of ${workload.kind} ${name} has a CPU limit, so its pods may use all that the node has, and the stressor weighs least there`,
  ];
}
