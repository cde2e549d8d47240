import type { RolloutRestart } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';
import { workloadRights } from '../safety/rights.ts';
import { isTheSame, stateOf, workloadRefOf } from '../target.ts';

/** As `kubectl rollout restart` marks a pod template (kubectl 1.35 pkg/polymorphichelpers/objectrestarter.go). */
const ANNOTATION = 'kubectl.kubernetes.io/restartedAt';
const ANNOTATIONS_PATH = '/spec/template/metadata/annotations';

/** Has every pod replaced, as the workload's strategy says. The annotation stays, as kubectl's does. */
export const rolloutRestart: FaultAction<RolloutRestart> = {
  on: 'workload',
  rights: (kind) => workloadRights(kind, 'patch'),
  act: 'restart-rollout',
  byHand: () => 'none: the pods are replaced by others of the same template',
  async apply(cluster, _fault, target) {
    const at = new Date().toISOString();
    const { annotations } = await stateOf(cluster, target);
    await cluster.patch(workloadRefOf(target), [
      isTheSame(target),
      annotations === undefined
        ? { op: 'add', path: ANNOTATIONS_PATH, value: { [ANNOTATION]: at } }
        : { op: 'add', path: `${ANNOTATIONS_PATH}/${ANNOTATION.replace('/', '~1')}`, value: at },
    ]);
    return {};
  },
};
