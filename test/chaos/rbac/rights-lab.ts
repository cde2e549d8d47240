/** What the tests of printed rights share: every fault, a scenario that has it, and how grants are held against acts. */
import type { Access } from '../../../src/chaos/cluster/kubernetes/access-review.ts';
import type { Fault, FaultType, Safety, Scenario, Workload } from '../../../src/scenario/scenario.ts';
import { FAULTS as CATALOGUE } from '../../../src/scenario/schema/faults.ts';
import { accessText, covers } from '../cluster/kubernetes/authorizer.ts';
import { containerKill, lasting, podKill, shortScenario } from '../scenario.ts';

/** As they are wanted here; every other of the catalogue is taken as it is, so that a new one cannot be left out. */
const SPECIAL: Readonly<Partial<Record<FaultType, Fault>>> = {
  'pod-kill': podKill(),
  'container-kill': containerKill(),
  'zone-outage': lasting('zone-outage', { zone: 'zone-2' }),
};
export const FAULTS = CATALOGUE.map((type): Fault => SPECIAL[type] ?? lasting(type));

export type Kind = 'Deployment' | 'StatefulSet' | 'DaemonSet';

/** Verbs that change nothing. */
export const READING: readonly string[] = ['get', 'list', 'watch'];

export interface LabOptions {
  readonly kind?: Kind;
  readonly rules?: Partial<Safety>;
  /** Of this machine, to which the load is sent. */
  readonly port?: number;
}

/** A workload behind the Service, and another in a namespace of its own. */
/** Of a StatefulSet or a DaemonSet. */
const UPDATE_STRATEGY = {
  type: 'RollingUpdate',
  max_unavailable: { pods: 1 },
  max_surge: { pods: 0 },
  partition: 0,
} as const;

export function scenarioOf(
  fault: Fault,
  { kind = 'Deployment', rules = {}, port = 80 }: LabOptions = {},
): Scenario {
  const plain = shortScenario([fault]);
  const one = { ...plain, safety: { ...plain.safety, ...rules } };
  const first = { ...one.workloads[0], kind, update_strategy: UPDATE_STRATEGY } as Workload;
  const other: Workload = { ...first, namespace: 'shop', name: 'other' };
  const objects = one.objects.map((object) => (object.kind === 'Deployment' ? { ...object, kind } : object));
  const ofOther = objects
    .filter((object) => object.kind === kind)
    .map((object) => ({ ...object, ...nameOf(other) }));
  return {
    ...one,
    workloads: [first, other],
    objects: [...objects, ...ofOther],
    load: { ...one.load, port, source_ports: 'kernel' },
  };
}

const nameOf = ({ name, namespace }: Workload) => ({ name, namespace });

export const texts = (accesses: readonly Access[]): readonly string[] =>
  [...new Set(accesses.map(accessText))].toSorted();

/** The grants that were made use of. */
export const used = (grants: readonly Access[], done: readonly Access[]): readonly string[] =>
  texts(grants.filter((grant) => done.some((access) => covers(grant, access))));
