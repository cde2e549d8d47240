import type { BadImage, PodTemplate } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';
import type { WorkloadObject } from '../kubernetes/objects.ts';
import { findWorkload, rollOut } from '../kubernetes/rollout.ts';

/** RFC 2606 keeps `.invalid` free of names, so no registry can ever have it. */
const NOWHERE = 'foreshock.invalid/none:none';

/** Rolls out an image that does not exist; undone: the old image, unless somebody else has set another. */
export const badImage: FaultAction<BadImage> = {
  apply({ operator }, fault, _victims, cause) {
    const object = findWorkload(operator, fault);
    if (object === undefined) return;
    const change = ({ template }: WorkloadObject) =>
      imageIn(template, fault.container) === NOWHERE
        ? undefined
        : withImage(template, fault.container, NOWHERE);
    rollOut(operator, object.name, change, cause);
  },
  undo({ operator }, fault, _victims, cause) {
    const object = findWorkload(operator, fault);
    if (object === undefined) return;
    rollOut(operator, object.name, (current) => restored(current, fault.container), cause);
  },
};

/**
 * The template with the image it had: the one before, where nothing else was changed since, so that its ReplicaSet is
 * used again.
 */
function restored(
  { template, history, workload }: WorkloadObject,
  container: string,
): PodTemplate | undefined {
  if (imageIn(template, container) !== NOWHERE) return undefined;
  const before = history?.at(-1);
  if (before !== undefined && imageIn(before, container) !== NOWHERE) return before;
  return withImage(template, container, imageIn(workload.pod, container) ?? '');
}

function imageIn({ containers }: PodTemplate, container: string): string | undefined {
  return containers.find(({ name }) => name === container)?.image;
}

function withImage(template: PodTemplate, container: string, image: string): PodTemplate {
  const containers = template.containers.map((each) => (each.name === container ? { ...each, image } : each));
  return { ...template, containers };
}
