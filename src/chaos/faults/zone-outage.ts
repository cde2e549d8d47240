import type { ZoneOutage } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';
import { POWER_CUT } from '../power.ts';

/** Takes the power from all nodes of a zone. */
export const zoneOutage: FaultAction<ZoneOutage> = POWER_CUT;
