/**
 * kube-monkey: the labels of workloads that have opted in (commit 7dcb3ca of 2023-10-27, internal/pkg/config/config.go,
 * internal/pkg/victims/victims.go). The file is the manifest itself.
 */
import { basename } from 'node:path';
import { z } from 'zod';
import type { ManifestWorkload } from '../scenario/manifest/workload.ts';
import { quote } from '../scenario/problem.ts';
import type { Path } from '../scenario/yaml.ts';
import type { DraftFault, FaultFields, FormatContext } from './draft.ts';
import type { Format } from './formats.ts';
import { isMapping, type Reading } from './reading.ts';
import { selectedWorkload } from './targets.ts';

const PREFIX = 'kube-monkey/';
const LABELS: Path = ['metadata', 'labels'];

/** What it takes where its own configuration says nothing. */
const GRACE_PERIOD_S = 5;

const whole = (least: number, most: number) =>
  z
    .union([z.string().regex(/^\d{1,6}$/), z.number().int()], { error: 'a whole number, in quotes' })
    .transform(Number)
    .refine((value) => value >= least && value <= most, { error: `a whole number from ${least} to ${most}` });

const OPTED_IN = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().min(1).nullish(),
    labels: z.looseObject({
      'kube-monkey/enabled': z.literal('enabled'),
      'kube-monkey/identifier': z.string().min(1),
      'kube-monkey/mtbf': whole(1, 999_999),
      'kube-monkey/kill-mode': z.enum(['kill-all', 'fixed', 'fixed-percent', 'random-max-percent']).nullish(),
    }),
  }),
});

const hasOptedIn = (value: unknown): boolean =>
  isMapping(value) &&
  isMapping(value.metadata) &&
  isMapping(value.metadata.labels) &&
  Object.hasOwn(value.metadata.labels, `${PREFIX}enabled`);

export const KUBE_MONKEY: Format = {
  title: 'kube-monkey',
  recognises: hasOptedIn,
  read(readings, context) {
    const faults = readings
      .filter((reading) => hasOptedIn(reading.value([])))
      .flatMap((reading) => readWorkload(reading, context) ?? []);
    return { name: undefined, description: undefined, faults, load: {}, sections: {} };
  },
  carried: ([reading]) => (reading === undefined ? [] : [basename(reading.document.file)]),
};

function readWorkload(reading: Reading, { workloads }: FormatContext): DraftFault | undefined {
  const object = reading.get(OPTED_IN, []);
  refuseUnknown(reading);
  if (object === undefined) return undefined;
  const { labels, namespace } = object.metadata;
  const identifier = labels[`${PREFIX}identifier`];
  const workload = selectedWorkload(
    { [`${PREFIX}identifier`]: identifier },
    namespace ?? 'default',
    workloads,
    reading,
    [...LABELS, `${PREFIX}identifier`],
  );
  const victims = workload && readVictims(labels[`${PREFIX}kill-mode`] ?? undefined, workload, reading);
  if (workload === undefined || victims === undefined) return undefined;
  const mtbf = labels[`${PREFIX}mtbf`];
  const days = Number(((mtbf * 7) / 5).toPrecision(12));
  reading.leaveOut(
    [...LABELS, `${PREFIX}mtbf`],
    `how often it happens, which an experiment does not say; a plan does: time_to_failure: {exponential: {mean: ${days}d}}, ${mtbf} of the weekdays`,
  );
  return {
    type: 'pod-kill',
    fields: { workload: workload.name, ...victims, grace_period: `${GRACE_PERIOD_S}s` },
    at_ms: [0],
    position: reading.position(LABELS),
  };
}

function refuseUnknown(reading: Reading): void {
  const labels = reading.value(LABELS);
  const known = ['enabled', 'identifier', 'mtbf', 'kill-mode', 'kill-value'];
  for (const label of Object.keys(isMapping(labels) ? labels : {})) {
    if (!label.startsWith(PREFIX) || known.includes(label.slice(PREFIX.length))) continue;
    reading.refuse([...LABELS, label], {
      message: `kube-monkey has no label ${quote(label)}`,
      expected: `one of ${known.map((name) => PREFIX + name).join(', ')}`,
    });
  }
}

/** Shares are rounded down, to none as well (victims.go KillNumberForFixedPercentage). */
function readVictims(
  mode: 'kill-all' | 'fixed' | 'fixed-percent' | 'random-max-percent' | undefined,
  { replicas }: ManifestWorkload,
  reading: Reading,
): FaultFields | undefined {
  const path = [...LABELS, `${PREFIX}kill-value`];
  switch (mode) {
    case undefined:
      return { mode: 'one' };
    case 'kill-all':
      return { mode: 'all' };
    case 'fixed': {
      const count = reading.get(whole(1, 100_000), path);
      return count === undefined ? undefined : fixed(Math.min(count, replicas));
    }
    case 'fixed-percent': {
      const percent = reading.get(whole(0, 100), path);
      if (percent === undefined) return undefined;
      const count = Math.floor((replicas * percent) / 100);
      if (count > 0) return fixed(count);
      return reading.refuse(path, {
        message: `${percent} % of ${replicas} pods are none: kube-monkey rounds down`,
      });
    }
    case 'random-max-percent':
      return reading.refuse([...LABELS, `${PREFIX}kill-mode`], {
        message: 'kube-monkey rounds a drawn share down, and random-max-percent rounds it up',
        expected: 'kill-all, fixed or fixed-percent',
      });
  }
}

const fixed = (count: number): FaultFields =>
  count === 1 ? { mode: 'one' } : { mode: 'fixed', value: count };
