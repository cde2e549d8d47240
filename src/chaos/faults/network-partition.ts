import type { NetworkPartition } from '../../scenario/scenario.ts';
import type { FaultAction } from '../fault-action.ts';
import { byPolicy } from '../pod-policy.ts';

/** Denies the victims all connections to them: their policies allow nothing in. */
export const networkPartition: FaultAction<NetworkPartition> = {
  ...byPolicy<NetworkPartition>({
    fault: 'network-partition',
    label: 'foreshock.dev/partition',
    prefix: 'foreshock-',
    spec: { policyTypes: ['Ingress'] },
  }),
  act: 'deny-ingress',
};
