/** Changes of a workload's spec, as kubectl makes them. */
import { SEEN_POLL_MS } from '../../scenario/forced-rollback.ts';
import type { Container, PodTemplate, Workload } from '../../scenario/scenario.ts';
import type { Cause } from '../cause.ts';
import type { Environment } from '../environment.ts';
import type { ApiClient } from './api-server.ts';
import { isTerminating, type WorkloadObject } from './objects.ts';

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
  done?: () => void,
): void {
  const write = (current: WorkloadObject): Partial<WorkloadObject> | undefined => {
    const template = change(current);
    if (template === undefined || template === current.template) return undefined;
    const history = [...(current.history ?? []).filter((each) => each !== template), current.template];
    return { template, history, revision: current.revision + 1 };
  };
  api.workloads.update(name, write, cause, done);
}

/** One container of a workload. */
interface ContainerRef {
  readonly workload: string;
  readonly namespace: string;
  readonly container: string;
}

/** @param change of the container; undefined: nothing is written */
export function rollOutContainer(
  api: ApiClient,
  of: ContainerRef,
  change: (container: Container) => Container | undefined,
  cause: Cause,
): void {
  const object = findWorkload(api, of);
  if (object === undefined) return;
  rollOut(api, object.name, ({ template }) => withContainer(template, of.container, change), cause);
}

/**
 * Puts a container back that is bad: to the template of before, where nothing else was changed since, so that its
 * ReplicaSet is used again. Where it is bad no more, nothing is written. A StatefulSet that starts its pods in order waits
 * for the bad pod for ever, which is deleted then.
 *
 * @param restore the bad container with what it had, as the good one has it
 */
export function rollBackContainer(
  { environment, operator: api }: { readonly environment: Environment; readonly operator: ApiClient },
  of: ContainerRef,
  isBad: (container: Container) => boolean,
  restore: (bad: Container, good: Container) => Container,
  cause: Cause,
): void {
  const object = findWorkload(api, of);
  if (object === undefined) return;
  const isBadIn = (template: PodTemplate) => containersNamed(template, of.container).some(isBad);
  const back = ({ template, history, workload }: WorkloadObject) => {
    if (!isBadIn(template)) return undefined;
    const before = history?.at(-1);
    if (before !== undefined && !isBadIn(before)) return before;
    const [good] = containersNamed(workload.pod, of.container);
    return withContainer(template, of.container, (bad) => good && restore(bad, good));
  };
  const deleteBad = () => {
    for (const pod of [...api.pods.values()]) {
      if (pod.owner !== object.name || isTerminating(pod) || !isBadIn(pod.template)) continue;
      api.pods.delete(pod.name, pod.template.termination_grace_period_s, cause);
    }
  };
  const then = isInOrder(object.workload) ? () => environment.after(SEEN_POLL_MS, deleteBad) : undefined;
  rollOut(api, object.name, back, cause, then);
}

const isInOrder = (workload: Workload): boolean =>
  workload.kind === 'StatefulSet' && workload.pod_management === 'OrderedReady';

const containersNamed = ({ containers }: PodTemplate, wanted: string): readonly Container[] =>
  containers.filter(({ name }) => name === wanted);

/** undefined where the change is none. */
function withContainer(
  template: PodTemplate,
  name: string,
  change: (container: Container) => Container | undefined,
): PodTemplate | undefined {
  let isChanged = false;
  const containers = template.containers.map((each) => {
    const changed = each.name === name ? change(each) : undefined;
    isChanged ||= changed !== undefined;
    return changed ?? each;
  });
  return isChanged ? { ...template, containers } : undefined;
}
