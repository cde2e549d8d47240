import { NO_IMAGE } from '../../scenario/no-image.ts';
import type { BadImage } from '../../scenario/scenario.ts';
import type { Operation, WorkloadState } from '../cluster/cluster.ts';
import type { FaultAction } from '../fault-action.ts';
import { rollBack } from '../roll-back.ts';
import type { Target } from '../safety/journal.ts';
import { marking } from '../safety/marks.ts';
import { rollBackRights, undoRollBackRights } from '../safety/rights.ts';
import { containerOf, isTheSame, stateOf, workloadRefOf } from '../target.ts';

/** Rolls out an image that does not exist; undone: the old image, unless somebody else has set another. */
export const badImage: FaultAction<BadImage> = {
  on: 'workload',
  rights: rollBackRights,
  undoRights: undoRollBackRights,
  act: 'set-image',
  byHand: ({ kind, namespace, name, container, before }) =>
    `kubectl set image -n ${namespace} ${kind.toLowerCase()}/${name} ${container}=${before?.image}`,
  remember: ({ containers }, { container }) => ({ image: imageIn(containers, container) }),
  async apply(cluster, _fault, target) {
    const { containers, annotated } = await stateOf(cluster, target);
    await cluster.patch(workloadRefOf(target), [
      isTheSame(target),
      ...settingImage(containers, target, imageBefore(target), NO_IMAGE),
      ...marking('bad-image', target, annotated),
    ]);
    return {};
  },
  async undo(cluster, target) {
    const state = await cluster.workload(workloadRefOf(target));
    if (state === undefined || state.uid !== target.uid)
      return { note: `${target.kind} ${target.name} is gone` };
    const image = imageIn(state.containers, containerOf(target));
    const isStanding = image === NO_IMAGE;
    await rollBack(cluster, 'bad-image', target, state, {
      steps: isStanding ? settingImage(state.containers, target, NO_IMAGE, imageBefore(target)) : [],
      isBad: (container) => container.image === NO_IMAGE,
    });
    if (isStanding) await cluster.disown(workloadRefOf(target));
    return isStanding || image === imageBefore(target)
      ? {}
      : { note: `somebody else set the image of ${target.name} to ${image}, which was left alone` };
  },
};

function settingImage(
  containers: WorkloadState['containers'],
  target: Target,
  from: string,
  to: string,
): readonly Operation[] {
  const index = containers.findIndex(({ name }) => name === target.container);
  const path = `/spec/template/spec/containers/${index}`;
  return [
    { op: 'test', path: `${path}/name`, value: target.container },
    { op: 'test', path: `${path}/image`, value: from },
    { op: 'replace', path: `${path}/image`, value: to },
  ];
}

function imageIn(containers: WorkloadState['containers'], container: string): string {
  return containers.find(({ name }) => name === container)?.image ?? '';
}

const imageBefore = ({ before }: Target): string => String(before?.image);
