import type { Scenario } from '../scenario/scenario.ts';
import { actionFor } from './fault-action.ts';
import { OBSERVER_RIGHTS, type Wanted, workloadRights } from './safety/rights.ts';

/** What a scenario takes: to see its workloads, and to cause its faults. */
export function rightsFor({ workloads, faults }: Scenario): readonly Wanted[] {
  const toSee = workloads.flatMap(({ kind, namespace }) =>
    [...OBSERVER_RIGHTS, ...workloadRights(kind, 'get')].map((right) => ({ ...right, namespace })),
  );
  const toCause = faults.flatMap((fault) => {
    const { rights } = actionFor(fault.type);
    if (!('workload' in fault))
      return rights('Deployment').map((right) => ({ ...right, namespace: undefined }));
    const { workload, namespace } = fault;
    const target = workloads.find((each) => each.name === workload && each.namespace === namespace);
    return rights(target?.kind ?? 'Deployment').map((right) => ({
      ...right,
      namespace: right.scope === 'cluster' ? undefined : namespace,
    }));
  });
  return [...toSee, ...toCause];
}
