/** The faults of the scenario, each with what it may hit and when it acts. */
import type { ActTimes } from '../act-times.ts';
import type { ReadService } from '../manifest/service.ts';
import type { ManifestWorkload } from '../manifest/workload.ts';
import type { Reporter } from '../reporter.ts';
import { applicationName } from '../said.ts';
import { scaledTo } from '../scaled-to.ts';
import type { Fault, FaultMode, FaultType, Node, Position, Scale, ScaledBy, Service } from '../scenario.ts';
import type { FaultFields } from '../schema/faults.ts';
import type { ScenarioFile } from '../schema.ts';
import { sequencedFaults } from './sequence.ts';
import { type Acts, type ActsPlace, resolveTimes } from './times.ts';
import { checkUndoneBetween } from './undone.ts';
import {
  type Candidates,
  checkZone,
  nodesUnder,
  podsOf,
  resolveContainer,
  resolveSelectingService,
  resolveValue,
  resolveWorkload,
} from './victims.ts';

/** What faults are checked against. */
export interface FaultContext {
  readonly workloads: readonly ManifestWorkload[];
  readonly services: readonly ReadService[];
  /** What the scenario says of programs; undefined where that is wrong. */
  readonly applications: ScenarioFile['applications'] | undefined;
  /** Where the load goes; undefined where that is wrong. */
  readonly load_service: Service | undefined;
  /** undefined where the cluster is wrong: then the nodes are not checked against it */
  readonly nodes: readonly Node[] | undefined;
  /** undefined where the load is wrong: then the times are not checked against it */
  readonly window_ms: number | undefined;
  /** Of a good answer. */
  readonly expected_status: readonly number[];
  readonly report: Reporter;
}

/** @returns in their order; undefined where something is wrong with one */
export function resolveFaults(
  faults: ScenarioFile['faults'],
  context: FaultContext,
): readonly (Fault | undefined)[] {
  const resolved = sequencedFaults(faults, context.report).map(({ type, fields, path, begins_ms }) => ({
    fault: RESOLVERS[type](fields as never, { ...context, path, begins_ms }),
    path,
  }));
  checkUndoneBetween(resolved, context.report);
  return resolved.map(({ fault }) => fault);
}

type Place = FaultContext & ActsPlace;

type Resolvers = {
  readonly [Type in FaultType]: (
    fields: FaultFields[Type],
    place: Place,
  ) => Extract<Fault, { readonly type: Type }> | undefined;
};

const RESOLVERS: Resolvers = {
  'pod-kill': (fields, place) => {
    const target = podTarget(fields, place);
    return target && { ...target.base, type: 'pod-kill', grace_period_s: fields.grace_period };
  },
  'container-kill': (fields, place) => {
    const target = containerTarget(fields, place);
    return target && { ...target, type: 'container-kill' };
  },
  'container-pause': (fields, place) => {
    const target = containerTarget(fields, place);
    return target && { ...target, type: 'container-pause', duration_ms: fields.duration };
  },
  'sandbox-kill': (fields, place) => {
    const target = podTarget(fields, place);
    return target && { ...target.base, type: 'sandbox-kill' };
  },
  'network-partition': (fields, place) => {
    const target = podTarget(fields, place);
    return target && { ...target.base, type: 'network-partition', duration_ms: fields.duration };
  },
  'dns-outage': (fields, place) => {
    const target = podTarget(fields, place);
    return target && { ...target.base, type: 'dns-outage', duration_ms: fields.duration };
  },
  'cpu-stress': (fields, place) => {
    const target = podTarget(fields, place);
    const { duration, image, workers } = fields;
    return target && { ...target.base, type: 'cpu-stress', workers, duration_ms: duration, image };
  },
  'memory-stress': (fields, place) => {
    const target = podTarget(fields, place);
    const { duration, image, size: size_bytes } = fields;
    if (target === undefined || !isMemoryKnown(target.workload, place)) return undefined;
    return { ...target.base, type: 'memory-stress', size_bytes, duration_ms: duration, image };
  },
  'pod-eviction': (fields, place) => {
    const target = podTarget(fields, place);
    return target && { ...target.base, type: 'pod-eviction', grace_period_s: fields.grace_period };
  },
  'node-cordon': (fields, place) => {
    const target = nodeTarget(fields, place);
    return target && { ...target, type: 'node-cordon', duration_ms: fields.duration };
  },
  'node-drain': (fields, place) => {
    const target = nodeTarget(fields, place);
    return (
      target && {
        ...target,
        type: 'node-drain',
        grace_period_s: fields.grace_period,
        duration_ms: fields.duration,
      }
    );
  },
  'node-taint': (fields, place) => {
    const target = nodeTarget(fields, place);
    return target && { ...target, type: 'node-taint', taint: fields.taint, duration_ms: fields.duration };
  },
  'node-loss': (fields, place) => {
    const target = nodeTarget(fields, place);
    return target && { ...target, type: 'node-loss', duration_ms: fields.duration };
  },
  'node-partition': (fields, place) => {
    const target = nodeTarget(fields, place);
    return target && { ...target, type: 'node-partition', duration_ms: fields.duration };
  },
  'zone-outage': (fields, place) => {
    const target = workloadTarget(fields, place);
    const { nodes, path, report } = place;
    if (target === undefined || nodes === undefined) return undefined;
    const { zone, duration: duration_ms } = fields;
    if (!checkZone(zone, target.workload, nodes, path, report)) return undefined;
    return { ...target.base, type: 'zone-outage', zone, duration_ms };
  },
  'rollout-restart': (fields, place) => {
    const target = rolloutTarget(fields, place);
    return target && { ...target.base, type: 'rollout-restart' };
  },
  'bad-image': (fields, place) => {
    const target = rolloutContainerTarget(fields, place);
    return target && { ...target, type: 'bad-image', duration_ms: fields.duration };
  },
  'bad-readiness': (fields, place) => {
    const target = rolloutContainerTarget(fields, place);
    return target && { ...target, type: 'bad-readiness', duration_ms: fields.duration };
  },
  scale: (fields, place) => {
    const target = workloadTarget(fields, place);
    const replicas = scaleOf(fields, target?.workload, place);
    return target && replicas !== undefined
      ? { ...target.base, type: 'scale', replicas, duration_ms: fields.duration }
      : undefined;
  },
  'endpoint-removal': (fields, place) => {
    const target = serviceTarget(fields, place);
    return target && { ...target, type: 'endpoint-removal', duration_ms: fields.duration };
  },
  'http-delay': (fields, place) => {
    const target = requestsTarget(fields, place);
    return target && { ...target, type: 'http-delay', delay_ms: fields.delay, duration_ms: fields.duration };
  },
  'http-abort': (fields, place) => {
    const target = requestsTarget(fields, place);
    const { status, duration: duration_ms } = fields;
    if (target === undefined || !isSeenAsError(status, target, place)) return undefined;
    return { ...target, type: 'http-abort', status, duration_ms };
  },
  'control-plane-outage': (fields, place) => {
    const target = acts(fields, place);
    const { component, duration: duration_ms } = fields;
    return target && { ...target, type: 'control-plane-outage', component, duration_ms };
  },
  'registry-outage': (fields, place) => {
    const target = acts(fields, place);
    return target && { ...target, type: 'registry-outage', duration_ms: fields.duration };
  },
};

function acts(
  fields: Acts,
  place: Place,
): { readonly position: Position; readonly at_ms: ActTimes } | undefined {
  const at_ms = resolveTimes(fields, place);
  return at_ms && { position: place.report.position(place.path), at_ms };
}

type OfService = Acts & { readonly service?: string | undefined };

function serviceTarget(fields: OfService, place: Place) {
  const { services, load_service, path, report } = place;
  const service = resolveSelectingService(fields.service, services, load_service, path, report);
  const when = acts(fields, place);
  if (service === undefined || when === undefined) return undefined;
  return { ...when, service: service.name, namespace: service.namespace };
}

function requestsTarget(
  fields: OfService & { readonly virtual_service?: string | undefined; readonly percentage: number },
  place: Place,
) {
  const { virtual_service, percentage } = fields;
  const target = serviceTarget(fields, place);
  return target && { ...target, virtual_service, percentage };
}

/** What counts as a good answer would show nothing of the fault. */
function isSeenAsError(
  status: number,
  { service, namespace }: { readonly service: string; readonly namespace: string },
  { load_service, expected_status, path, report }: Place,
): boolean {
  const isOfLoad = service === load_service?.name && namespace === load_service.namespace;
  if (!isOfLoad || !expected_status.includes(status)) return true;
  report.at([...path, 'status'], {
    message: `an answer with status ${status} is a good one (\`load.expected_status\`): the fault would be none`,
    expected: 'a status that the load does not expect',
  });
  return false;
}

type OfWorkload = Acts & { readonly workload?: string | undefined };

/** Everything that can be found out is, so that one run shows all that is wrong with a fault. */
function workloadTarget(fields: OfWorkload, place: Place) {
  const workload = resolveWorkload(fields.workload, place.workloads, place.path, place.report);
  const when = acts(fields, place);
  if (workload === undefined || when === undefined) return undefined;
  return { workload, base: { ...when, workload: workload.name, namespace: workload.namespace } };
}

type OfVictims = OfWorkload & {
  readonly mode: FaultMode;
  readonly value?: number | string | undefined;
};

function victimTarget(
  fields: OfVictims,
  place: Place,
  candidatesOf: (workload: ManifestWorkload) => Candidates | undefined,
) {
  const { path, report } = place;
  const workload = resolveWorkload(fields.workload, place.workloads, path, report);
  const when = acts(fields, place);
  const isEmpty = workload?.replicas === 0;
  if (isEmpty) {
    report.at([...path, 'workload'], {
      message: `${workload.kind} ${workload.name} has no replicas to hit`,
    });
  }
  const candidates = workload === undefined || isEmpty ? undefined : candidatesOf(workload);
  const value = resolveValue(fields, candidates, path, report);
  if (workload === undefined || when === undefined || candidates === undefined || value === undefined) {
    return { workload, base: undefined };
  }
  const { name, namespace } = workload;
  const victims = { mode: fields.mode, value: value === 'none' ? undefined : value };
  return { workload, base: { ...when, workload: name, namespace, ...victims } };
}

function podTarget(fields: OfVictims, place: Place) {
  const { workload, base } = victimTarget(fields, place, podsOf);
  return workload && base && { workload, base };
}

function containerTarget(fields: OfVictims & { readonly container?: string | undefined }, place: Place) {
  const { workload, base } = victimTarget(fields, place, podsOf);
  const container = workload && resolveContainer(fields.container, workload, place.path, place.report);
  return base === undefined || container === undefined ? undefined : { ...base, container };
}

/** Without a limit it would be the node's memory that is taken; and who is killed goes by what each program holds. */
function isMemoryKnown(workload: ManifestWorkload, { applications, path, report }: Place): boolean {
  const { kind, name, pod } = workload;
  if (pod.limits.memory_bytes === undefined) {
    report.at([...path, 'workload'], {
      message: `not every container of ${kind} ${name} has a memory limit: the memory that is taken would be the node's`,
      expected: 'resources.limits.memory in every container',
    });
    return false;
  }
  const silent = pod.containers
    .map((container) => applicationName(workload, container, (other) => applications?.[other] !== undefined))
    .filter((key) => applications?.[key]?.memory === undefined);
  if (applications === undefined || silent.length === 0) return true;
  report.at(path, {
    message: `how much memory ${silent.join(' and ')} holds is not known, and who is killed goes by that`,
    expected: silent.map((key) => `applications.${key}.memory`).join(', '),
  });
  return false;
}

function nodeTarget(fields: OfVictims, place: Place) {
  const { nodes } = place;
  return victimTarget(
    fields,
    place,
    (workload) => nodes && nodesUnder(workload, nodes, place.path, place.report),
  ).base;
}

/** pkg/apis/batch/validation/validation.go ValidateJobSpecUpdate: a Job's template cannot be changed. */
function rolloutTarget(fields: OfWorkload, place: Place) {
  const target = workloadTarget(fields, place);
  if (target?.workload.kind !== 'Job') return target;
  return place.report.at([...place.path, 'workload'], {
    message: `the pods of Job ${target.workload.name} cannot be replaced: its template never changes`,
    expected: 'a Deployment, a StatefulSet or a DaemonSet',
  });
}

function rolloutContainerTarget(
  fields: OfWorkload & { readonly container?: string | undefined },
  place: Place,
) {
  const target = rolloutTarget(fields, place);
  const container = target && resolveContainer(fields.container, target.workload, place.path, place.report);
  return target === undefined || container === undefined ? undefined : { ...target.base, container };
}

/** @param workload undefined where it is not known which */
function scaleOf(
  { replicas, by }: FaultFields['scale'],
  workload: ManifestWorkload | undefined,
  { path, report }: Place,
): Scale['replicas'] | undefined {
  if ((replicas === undefined) === (by === undefined)) {
    return report.at(path, {
      message: `scale has ${by === undefined ? 'neither `replicas` nor `by`' : 'both `replicas` and `by`'}`,
      expected: 'exactly one of the two',
    });
  }
  const to = replicas ?? scaledBy(by ?? 0);
  if (workload === undefined) return undefined;
  const { kind, name, replicas: present } = workload;
  if (kind !== 'Deployment' && kind !== 'StatefulSet') {
    return report.at([...path, 'workload'], {
      message: `${kind} ${name} cannot be scaled`,
      expected: 'a Deployment or a StatefulSet',
    });
  }
  if (scaledTo(present, to) !== present) return to;
  return report.at([...path, replicas === undefined ? 'by' : 'replicas'], {
    message: `${kind} ${name} has ${present} replicas already`,
    expected: 'another number',
  });
}

function scaledBy(by: number | string): ScaledBy {
  if (typeof by === 'number') return { by, unit: 'pods' };
  return { by: Number(by.replace('%', '')), unit: 'percent' };
}
