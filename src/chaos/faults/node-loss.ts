import type { NodeLoss } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';
import { POWER_CUT } from '../power.ts';

/** Takes the power from nodes. */
export const nodeLoss: FaultAction<NodeLoss> = POWER_CUT;
