import type { Fault, FaultType, Scenario, Workload } from '../../../src/scenario/scenario.ts';
import { containerKill, lasting, podKill, shortScenario } from '../scenario.ts';

/** A fault, and on what. */
export interface CrashCase {
  readonly fault: FaultType;
  /** Default: Deployment. */
  readonly kind?: 'StatefulSet';
}

export const nameOf = ({ fault, kind }: CrashCase): string =>
  kind === undefined ? fault : `${fault} of a ${kind}`;

/**
 * A short run with one fault. The workload is there already, the Service is the run's own to create and remove. No rule
 * of safety ends it: a run whose calls are not answered waits for whoever kills it.
 */
export function crashScenario({ fault, kind }: CrashCase): Scenario {
  const scenario = shortScenario([faultOf(fault)]);
  const { load, safety, workloads, objects } = scenario;
  return {
    ...scenario,
    ...(kind === undefined ? {} : { workloads: workloads.map(inOrder), objects: objects.map(asStatefulSet) }),
    load: { ...load, rate_per_s: RATE_PER_S, source_ports: 'kernel' },
    safety: { ...safety, abort: { ...safety.abort, lost_connection_ms: NEVER_MS } },
  };
}

/** Who waits for the time of a request goes round the event loop: of many runs in one process too much of it. */
const RATE_PER_S = 5;
/** Beyond the longest of tests. */
const NEVER_MS = 3_600_000;

function faultOf(type: FaultType): Fault {
  if (type === 'pod-kill') return podKill();
  return type === 'container-kill' ? containerKill() : lasting(type);
}

const inOrder = (workload: Workload): Workload => ({
  ...workload,
  kind: 'StatefulSet',
  pod_management: 'OrderedReady',
  update_strategy: { type: 'RollingUpdate', partition: 0, max_unavailable: { pods: 1 } },
});

const asStatefulSet = (object: Scenario['objects'][number]): Scenario['objects'][number] =>
  object.kind === 'Deployment' ? { ...object, kind: 'StatefulSet' } : object;
