import { NO_IMAGE } from '../../scenario/no-image.ts';
import type { BadImage, Container } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';
import { rollBackContainer, rollOutContainer } from '../kubernetes/rollout.ts';

/** Rolls out an image that does not exist; undone: the old image, unless somebody else has set another. */
export const badImage: FaultAction<BadImage> = {
  apply({ operator }, fault, _victims, cause) {
    rollOutContainer(operator, fault, (old) => (isBad(old) ? undefined : { ...old, image: NO_IMAGE }), cause);
  },
  undo(cluster, fault, _victims, cause) {
    rollBackContainer(cluster, fault, isBad, (bad, { image }) => ({ ...bad, image }), cause);
  },
};

const isBad = ({ image }: Container): boolean => image === NO_IMAGE;
