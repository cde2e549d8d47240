/** Changes of a workload's spec, as kubectl makes them. */
import type { PodTemplate } from '../../scenario/scenario.ts';
import type { Cause } from '../cause.ts';
import type { ApiClient } from './api-server.ts';
import type { WorkloadObject } from './objects.ts';

/** The workload of that name as the API server has it. */
export function findWorkload(
  api: ApiClient,
  { workload, namespace }: { readonly workload: string; readonly namespace: string },
): WorkloadObject | undefined {
  for (const object of api.workloads.values()) {
    if (object.workload.name === workload && object.workload.namespace === namespace) return object;
  }
  return undefined;
}

/**
 * Gives a workload another template: its controller rolls it out. A template it had before is the same again, object
 * for object, so that a ReplicaSet of it is used again.
 *
 * @param change of the template that is there when the write arrives; undefined: nothing is written
 */
export function rollOut(
  api: ApiClient,
  name: string,
  change: (current: WorkloadObject) => PodTemplate | undefined,
  cause: Cause,
): void {
  const write = (current: WorkloadObject): Partial<WorkloadObject> | undefined => {
    const template = change(current);
    if (template === undefined || template === current.template) return undefined;
    const history = [...(current.history ?? []).filter((each) => each !== template), current.template];
    return { template, history, revision: current.revision + 1 };
  };
  api.workloads.update(name, write, cause);
}
