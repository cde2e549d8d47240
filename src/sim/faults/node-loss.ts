import type { NodeLoss } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';
import { POWER_CUT } from '../power.ts';

/** Cuts the power of the victims. */
export const nodeLoss: FaultAction<NodeLoss> = {
  candidates: (cluster, { workload, namespace }) => cluster.nodeCandidates(workload, namespace),
  ...POWER_CUT,
};
