import type { Fault } from '../scenario/scenario.ts';
import type { Cause } from './cause.ts';
import { badImage } from './faults/bad-image.ts';
import { badReadiness } from './faults/bad-readiness.ts';
import { containerKill } from './faults/container-kill.ts';
import { containerPause } from './faults/container-pause.ts';
import { controlPlaneOutage } from './faults/control-plane-outage.ts';
import { cpuStress } from './faults/cpu-stress.ts';
import { dnsOutage } from './faults/dns-outage.ts';
import { endpointRemoval } from './faults/endpoint-removal.ts';
import { httpAbort } from './faults/http-abort.ts';
import { httpDelay } from './faults/http-delay.ts';
import { memoryStress } from './faults/memory-stress.ts';
import { networkPartition } from './faults/network-partition.ts';
import { nodeCordon } from './faults/node-cordon.ts';
import { nodeDrain } from './faults/node-drain.ts';
import { nodeLoss } from './faults/node-loss.ts';
import { nodePartition } from './faults/node-partition.ts';
import { nodeTaint } from './faults/node-taint.ts';
import { podEviction } from './faults/pod-eviction.ts';
import { podKill } from './faults/pod-kill.ts';
import { registryOutage } from './faults/registry-outage.ts';
import { rolloutRestart } from './faults/rollout-restart.ts';
import { sandboxKill } from './faults/sandbox-kill.ts';
import { scale } from './faults/scale.ts';
import { zoneOutage } from './faults/zone-outage.ts';
import type { SimulatedCluster } from './kubernetes/cluster.ts';

/**
 * How a fault is caused in the simulated cluster. One file a fault, in faults/.
 *
 * `Before` is what one act remembers for its undoing.
 */
export interface FaultAction<F extends Fault, Before = unknown> {
  /** Whom it may hit, sorted by name: pods or nodes. Left out where there is nothing to choose. */
  candidates?(cluster: SimulatedCluster, fault: F): readonly string[];
  /** Whom it hits, where that is no matter of a mode; sorted by name. */
  choose?(cluster: SimulatedCluster, fault: F, random: () => number): readonly string[];
  /** What is to be so again, as it is right before the act. Left out where nothing has to be known. */
  remember?(cluster: SimulatedCluster, fault: F, victims: readonly string[]): Before;
  /** @param victims as chosen among the candidates */
  apply(cluster: SimulatedCluster, fault: F, victims: readonly string[], cause: Cause, before: Before): void;
  /** After the fault's duration. Left out where the fault is done once caused. */
  undo?(cluster: SimulatedCluster, fault: F, victims: readonly string[], cause: Cause, before: Before): void;
}

const ACTIONS: { readonly [T in Fault['type']]: FaultAction<Extract<Fault, { type: T }>> } = {
  'pod-kill': podKill,
  'container-kill': containerKill,
  'container-pause': containerPause,
  'sandbox-kill': sandboxKill,
  'network-partition': networkPartition,
  'dns-outage': dnsOutage,
  'cpu-stress': cpuStress,
  'memory-stress': memoryStress,
  'pod-eviction': podEviction,
  'node-cordon': nodeCordon,
  'node-drain': nodeDrain,
  'node-taint': nodeTaint,
  'node-loss': nodeLoss,
  'node-partition': nodePartition,
  'zone-outage': zoneOutage,
  'endpoint-removal': endpointRemoval,
  'http-delay': httpDelay,
  'http-abort': httpAbort,
  'control-plane-outage': controlPlaneOutage,
  'rollout-restart': rolloutRestart,
  'bad-image': badImage,
  'bad-readiness': badReadiness,
  scale,
  'registry-outage': registryOutage,
};

export function actionFor<F extends Fault>(fault: F): FaultAction<F> {
  // The table's type says that they match; TypeScript cannot follow it through the index.
  return ACTIONS[fault.type] as unknown as FaultAction<F>;
}
