import { NO_IMAGE } from '../../scenario/no-image.ts';
import type { BadImage } from '../../scenario/scenario.ts';
import type { Cluster, WorkloadState } from '../cluster/cluster.ts';
import type { FaultAction } from '../fault-action.ts';
import type { Target } from '../safety/journal.ts';
import { workloadRights } from '../safety/rights.ts';
import { containerOf, isTheSame, stateOf, workloadRefOf } from '../target.ts';

/** Rolls out an image that does not exist; undone: the old image, unless somebody else has set another. */
export const badImage: FaultAction<BadImage> = {
  on: 'workload',
  rights: (kind) => workloadRights(kind, 'patch'),
  act: 'set-image',
  byHand: ({ kind, namespace, name, container, before }) =>
    `kubectl set image -n ${namespace} ${kind.toLowerCase()}/${name} ${container}=${before?.image}`,
  remember: ({ containers }, { container }) => ({ image: imageIn(containers, container) }),
  async apply(cluster, _fault, target) {
    await setImage(cluster, target, imageBefore(target), NO_IMAGE);
    return {};
  },
  async undo(cluster, target) {
    const state = await cluster.workload(workloadRefOf(target));
    if (state === undefined || state.uid !== target.uid)
      return { note: `${target.kind} ${target.name} is gone` };
    const image = imageIn(state.containers, containerOf(target));
    if (image === imageBefore(target)) return {};
    if (image !== NO_IMAGE) {
      return { note: `somebody else set the image of ${target.name} to ${image}, which was left alone` };
    }
    await setImage(cluster, target, NO_IMAGE, imageBefore(target));
    await cluster.disown(workloadRefOf(target));
    return {};
  },
};

async function setImage(cluster: Cluster, target: Target, from: string, to: string): Promise<void> {
  const { containers } = await stateOf(cluster, target);
  const index = containers.findIndex(({ name }) => name === target.container);
  const path = `/spec/template/spec/containers/${index}`;
  await cluster.patch(workloadRefOf(target), [
    isTheSame(target),
    { op: 'test', path: `${path}/name`, value: target.container },
    { op: 'test', path: `${path}/image`, value: from },
    { op: 'replace', path: `${path}/image`, value: to },
  ]);
}

function imageIn(containers: WorkloadState['containers'], container: string): string {
  return containers.find(({ name }) => name === container)?.image ?? '';
}

const imageBefore = ({ before }: Target): string => String(before?.image);
