import { TestbedError } from '../failure.ts';
import type { Instance } from '../instance.ts';
import type { State } from '../state.ts';
import { kubectl } from './kubectl.ts';

/** From the name that a manifest has for a container to what the node knows it by. */

export interface PodName {
  readonly namespace: string;
  readonly pod: string;
}

export interface ContainerName extends PodName {
  /** May be left out where the pod has one container. */
  readonly container?: string | undefined;
}

export interface RunningContainer {
  readonly node: string;
  readonly container_id: string;
  readonly restart_count: number;
}

interface Pod {
  readonly metadata: { readonly uid: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: {
    readonly containerStatuses?: readonly {
      readonly name: string;
      readonly containerID?: string;
      readonly restartCount: number;
      readonly state: { readonly running?: object };
    }[];
  };
}

/** No such pod, or its container does not run. */
export class NotRunningError extends TestbedError {}

/**
 * @param podUid where given, a pod of the same name with another UID does not count
 * @throws NotRunningError where there is none, TestbedError where the API server cannot tell
 */
export async function findContainer(
  instance: Instance,
  state: State,
  name: ContainerName,
  podUid: string | undefined,
): Promise<RunningContainer> {
  return runningContainer(await findPod(instance, state, name, podUid), name);
}

/**
 * Where a pod runs. As for findContainer.
 *
 * @throws NotRunningError also where it is on no node yet
 */
export async function podCalled(
  instance: Instance,
  state: State,
  name: PodName,
  podUid: string | undefined,
): Promise<{ readonly uid: string; readonly node: string }> {
  const { metadata, spec } = await findPod(instance, state, name, podUid);
  if (!spec.nodeName) throw new NotRunningError(`${describe(name)} is on no node yet`);
  return { uid: metadata.uid, node: spec.nodeName };
}

async function findPod(
  instance: Instance,
  state: State,
  name: PodName,
  podUid: string | undefined,
): Promise<Pod> {
  const get = ['get', 'pod', '-n', name.namespace, name.pod, '--ignore-not-found', '-o', 'json'];
  const answer = await kubectl(instance, state, get);
  if (answer === undefined) throw new TestbedError('the API server does not answer');
  if (answer.trim() === '') throw new NotRunningError(`there is no ${describe(name)}`);
  const pod = JSON.parse(answer) as Pod;
  if (podUid !== undefined && pod.metadata.uid !== podUid) {
    throw new NotRunningError(`${describe(name)} is another one by now: ${pod.metadata.uid}, not ${podUid}`);
  }
  return pod;
}

export function runningContainer(pod: Omit<Pod, 'metadata'>, name: ContainerName): RunningContainer {
  const statuses = pod.status.containerStatuses ?? [];
  const names = statuses.map((status) => status.name).join(', ');
  if (name.container === undefined && statuses.length > 1) {
    throw new TestbedError(`${describe(name)} has more than one container: ${names}`, {
      hint: 'say which: --container NAME',
    });
  }
  const status =
    name.container === undefined ? statuses[0] : statuses.find(({ name: it }) => it === name.container);
  if (status === undefined) {
    throw new NotRunningError(
      `${describe(name)} has no container ${name.container ?? ''} (it has: ${names || 'none yet'})`,
    );
  }
  const container_id = status.containerID?.replace(/^containerd:\/\//, '');
  if (!status.state.running || !container_id || !pod.spec.nodeName) {
    throw new NotRunningError(`container ${status.name} of ${describe(name)} is not running`);
  }
  return { node: pod.spec.nodeName, container_id, restart_count: status.restartCount };
}

function describe({ namespace, pod }: PodName): string {
  return `pod ${pod} in namespace ${namespace}`;
}
