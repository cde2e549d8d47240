/** Chaos Mesh: PodChaos, Schedule and Workflow (v2.8.3 api/v1alpha1), as many as a file has, all begun at once. */
import { z } from 'zod';
import { quote } from '../../scenario/problem.ts';
import { carriedBy, manifestsIn } from '../carried.ts';
import { type Act, type FormatContext, faultsOf } from '../draft.ts';
import type { Format } from '../formats.ts';
import { type Fates, isMapping, type Reading } from '../reading.ts';
import { readPodChaos } from './pod-chaos.ts';
import { readSchedule } from './schedule-in.ts';
import { readWorkflow } from './workflow-in.ts';

const OBJECT = z.looseObject({
  apiVersion: z.literal('chaos-mesh.org/v1alpha1'),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string().nullish(),
    namespace: z.string().min(1).nullish(),
    annotations: z.record(z.string(), z.unknown()).nullish(),
  }),
});

const OBJECT_FIELDS: Fates = {
  apiVersion: 'read',
  kind: 'read',
  metadata: 'read',
  spec: 'read',
  status: { leaves_out: 'what Chaos Mesh has seen' },
};

/** Chaos Mesh v2.8.3 api/v1alpha1/common_types.go PauseAnnotationKey. */
const PAUSE = 'experiment.chaos-mesh.org/pause';

export const CHAOS_MESH: Format = {
  title: 'Chaos Mesh',
  recognises: (value) =>
    isMapping(value) &&
    typeof value.apiVersion === 'string' &&
    value.apiVersion.startsWith('chaos-mesh.org/'),
  read(readings, context) {
    const objects = readings.map((reading, index) => readObject(reading, index, context));
    const sections = readings[0] === undefined ? {} : carriedBy(readings[0]);
    return {
      name: objects.find(({ name }) => name !== undefined)?.name,
      description: undefined,
      faults: faultsOf(objects.flatMap(({ acts }) => acts)),
      load: {},
      sections,
    };
  },
  carried: ([reading]) => (reading === undefined ? [] : manifestsIn(carriedBy(reading))),
};

function readObject(
  reading: Reading,
  index: number,
  { workloads }: FormatContext,
): { readonly name: string | undefined; readonly acts: readonly Act[] } {
  const object = reading.get(OBJECT, []);
  reading.fields([], OBJECT_FIELDS);
  if (object === undefined) return { name: undefined, acts: [] };
  const { kind, metadata } = object;
  if (String(metadata.annotations?.[PAUSE]) === 'true') {
    reading.refuse(['metadata', 'annotations', PAUSE], {
      message: `this ${kind} is paused: it does nothing`,
    });
  }
  const context = { reading, workloads, namespace: metadata.namespace ?? 'default' };
  // Templates of two workflows may have the same name.
  const acts = actsOf(kind, context).map((act) => ({
    ...act,
    series: act.series === undefined ? undefined : `${index} ${act.series}`,
  }));
  return { name: metadata.name ?? undefined, acts };
}

/** Chaos Mesh's server answers SERVFAIL, or any address (chaos-mesh/k8s_dns_chaos at 00a6f91, chaos.go chaosDNS). */
const NEAR_DNS_CHAOS =
  'near it is dns-outage, which takes DNS from pods altogether: its lookups get no answer, where those of DNSChaos get an error at once, or a wrong address';

function actsOf(kind: string, context: Parameters<typeof readPodChaos>[1]): readonly Act[] {
  const { reading } = context;
  const path = ['spec'];
  const position = reading.position(path);
  switch (kind) {
    case 'PodChaos': {
      const fault = readPodChaos(path, context);
      return fault === undefined ? [] : [{ ...fault, at_ms: 0, series: undefined, position }];
    }
    case 'Schedule': {
      const schedule = readSchedule(path, context);
      if (schedule === undefined) return [];
      const { fault, every_ms } = schedule;
      return [{ ...fault, at_ms: every_ms, every_ms, series: undefined, position }];
    }
    case 'Workflow':
      return readWorkflow(path, context);
    default:
      reading.refuse(['kind'], {
        message: `a ${quote(kind)} is nothing that a scenario has`,
        expected: 'PodChaos, Schedule or Workflow',
        hint: kind === 'DNSChaos' ? NEAR_DNS_CHAOS : undefined,
      });
      return [];
  }
}
