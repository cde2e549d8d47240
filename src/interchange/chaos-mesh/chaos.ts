/** The kinds of chaos (Chaos Mesh v2.8.3 api/v1alpha1): which are faults of a scenario, and why the others are none. */
import { quote } from '../../scenario/problem.ts';
import type { ContainerKill, Fault, PodKill, Scenario, Workload } from '../../scenario/scenario.ts';
import { msToDuration } from '../../scenario/units.ts';
import type { Path } from '../../scenario/yaml.ts';
import { type Act, microseconds } from '../draft.ts';
import type { Fate, Fates, Reading } from '../reading.ts';
import { isStress, type Stress, whyOtherInContainer } from '../stress.ts';
import { workloadOf } from '../writing.ts';
import { podChaosOf, readPodChaos } from './pod-chaos.ts';
import type { Chaos, ChaosContext } from './selection.ts';
import { readStressChaos, stressChaosOf } from './stress-chaos.ts';

const READERS: Readonly<Record<string, (path: Path, context: ChaosContext) => Chaos | undefined>> = {
  PodChaos: readPodChaos,
  StressChaos: readStressChaos,
};

/** By kind: what a Schedule and a template call its spec (zz_generated.workflow.chaosmesh.go). */
const FIELDS: Readonly<Record<string, string>> = {
  AWSChaos: 'awsChaos',
  AzureChaos: 'azureChaos',
  BlockChaos: 'blockChaos',
  DNSChaos: 'dnsChaos',
  GCPChaos: 'gcpChaos',
  HTTPChaos: 'httpChaos',
  IOChaos: 'ioChaos',
  JVMChaos: 'jvmChaos',
  KernelChaos: 'kernelChaos',
  NetworkChaos: 'networkChaos',
  PhysicalMachineChaos: 'physicalmachineChaos',
  PodChaos: 'podChaos',
  StressChaos: 'stressChaos',
  TimeChaos: 'timeChaos',
};

/** Why kinds that look as if they could be read are not. */
const REFUSED: Readonly<Record<string, string>> = {
  NetworkChaos:
    'it works on every packet between pods that it names; network-partition denies new connections to a pod, whoever makes them',
  HTTPChaos:
    'it works in the pods, on whatever comes to a port, and aborts by closing the connection; http-delay and http-abort work through Istio, on a share of the requests to a Service where they are sent from, and abort with a status',
  // chaos-mesh/k8s_dns_chaos at 00a6f91, chaos.go chaosDNS: SERVFAIL, or any address.
  DNSChaos:
    'its lookups get an error at once, or a wrong address; those of dns-outage, which takes DNS from pods altogether, get no answer',
};

export const READ_KINDS = Object.keys(READERS);

export const isRead = (kind: string): boolean => Object.hasOwn(READERS, kind);

/** Of a kind that is read. */
export function readChaos(kind: string, path: Path, context: ChaosContext): Chaos | undefined {
  return READERS[kind]?.(path, context);
}

/** Tells that a kind is none of those that are read. */
export function refuseKind(
  kind: string,
  { path, what, expected }: { readonly path: Path; readonly what: string; readonly expected: string },
  reading: Reading,
): undefined {
  const why = Object.hasOwn(REFUSED, kind) ? `: ${REFUSED[kind]}` : '';
  return reading.refuse(path, {
    message: `a ${what}${quote(kind)} is nothing that a scenario has${why}`,
    expected,
  });
}

export const fieldOf = (kind: string): string => FIELDS[kind] ?? '';

/** Of the specs that may stand side by side the one of this kind counts, and no other. */
export function specFates(kind: string): Fates {
  const fate = (each: string): Fate =>
    each === kind ? 'read' : { refuses: `this is a ${kind}, for which it does not count` };
  return Object.fromEntries(Object.entries(FIELDS).map(([each, field]) => [field, fate(each)]));
}

/**
 * What an object does from a moment on.
 *
 * @param duration_ms how long it stands; `path` is where that is said
 * @returns undefined where it is no duration that a fault can have, which is then told
 */
export function actsOf(
  { faults, lasts }: Chaos,
  act: Omit<Act, 'type' | 'fields'>,
  { duration_ms = Number.POSITIVE_INFINITY, path }: { duration_ms?: number | undefined; path: Path },
  reading: Reading,
): readonly Act[] | undefined {
  const seriesOf = (type: string) =>
    act.series === undefined || faults.length === 1 ? act.series : `${act.series} ${type}`;
  if (!lasts) return faults.map((fault) => ({ ...act, ...fault, series: seriesOf(fault.type) }));
  const rounded_ms = microseconds(duration_ms);
  if (Number.isInteger(rounded_ms / 1000) && rounded_ms > 0) {
    const duration = msToDuration(rounded_ms);
    return faults.map(({ type, fields }) => ({
      ...act,
      type,
      fields: { ...fields, duration },
      series: seriesOf(type),
    }));
  }
  return reading.refuse(path, {
    message:
      duration_ms === Number.POSITIVE_INFINITY
        ? 'nothing says how long the stress lasts'
        : `a stress of ${msToDuration(rounded_ms)}`,
    expected: 'a duration of whole seconds',
  });
}

/** Faults that objects of Chaos Mesh can be. */
export type Exportable = PodKill | ContainerKill | Stress;

/** Why a fault is no chaos of theirs; undefined where it is. */
export function whyNoChaos(fault: Fault, scenario: Scenario): string | undefined {
  switch (fault.type) {
    case 'pod-kill':
    case 'container-kill':
      return undefined;
    case 'bad-image':
      return 'its pod-failure puts an image into running pods and rolls out nothing';
    case 'network-partition':
      return 'its NetworkChaos drops packets of connections that stand as well, and names both ends';
    case 'dns-outage':
      return 'its DNSChaos has a server of its own answer with an error at once, or with a wrong address; here nothing is answered';
    case 'http-delay':
    case 'http-abort':
      return 'its HTTPChaos works in the pods, on all that comes to a port, and aborts without a status';
    default:
      return isStress(fault)
        ? whyOtherInContainer(fault, workloadOf(scenario, fault))
        : `it has no ${quote(fault.type)}`;
  }
}

export const isExportable = (fault: Fault): fault is Exportable =>
  fault.type === 'pod-kill' || fault.type === 'container-kill' || isStress(fault);

/** The kind of a fault, and its spec but for how long it lasts. */
export function chaosOf(
  fault: Exportable,
  workload: Workload,
): { readonly kind: string; readonly spec: Record<string, unknown> } {
  return isStress(fault)
    ? { kind: 'StressChaos', spec: stressChaosOf(fault, workload) }
    : { kind: 'PodChaos', spec: podChaosOf(fault, workload) };
}
