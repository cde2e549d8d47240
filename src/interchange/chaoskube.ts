/** chaoskube: the flags of its Deployment (commit 58fc0b1 of 2026-07-14, main.go, chaoskube/chaoskube.go). */
import { z } from 'zod';
import { ACTS_MAX } from '../scenario/act-times.ts';
import { quote } from '../scenario/problem.ts';
import type { Path } from '../scenario/yaml.ts';
import { goDurationMs } from './chaos-mesh/duration.ts';
import { type Act, type FormatContext, faultsOf } from './draft.ts';
import type { Format } from './formats.ts';
import { type Fate, isMapping, type Reading } from './reading.ts';
import { parseSelector, selectedWorkload } from './targets.ts';

const CONTAINERS: Path = ['spec', 'template', 'spec', 'containers'];

const isOfChaoskube = (container: unknown): boolean =>
  isMapping(container) &&
  typeof container.image === 'string' &&
  /(^|\/)chaoskube(:|@|$)/.test(container.image);

function containerIn(value: unknown): number {
  let at = value;
  for (const key of CONTAINERS) at = isMapping(at) ? at[String(key)] : undefined;
  return Array.isArray(at) ? at.findIndex(isOfChaoskube) : -1;
}

const AT_A_TIME_OF_DAY = { refuses: 'a scenario has no time of day' } as const;
const BY_LABELS = { refuses: 'pods are chosen by the labels of a workload' } as const;
const OF_CHAOSKUBE = { leaves_out: 'how chaoskube itself runs' } as const;

const FLAGS: Readonly<Record<string, Fate>> = {
  labels: 'read',
  namespaces: 'read',
  interval: 'read',
  'max-kill': 'read',
  'max-runtime': 'read',
  'grace-period': 'read',
  'dry-run': 'read',
  annotations: BY_LABELS,
  kinds: BY_LABELS,
  'namespace-labels': BY_LABELS,
  'included-pod-names': BY_LABELS,
  'excluded-pod-names': BY_LABELS,
  'minimum-age': { refuses: 'ready pods are chosen, whatever their age' },
  'excluded-weekdays': AT_A_TIME_OF_DAY,
  'excluded-times-of-day': AT_A_TIME_OF_DAY,
  'excluded-days-of-year': AT_A_TIME_OF_DAY,
  timezone: OF_CHAOSKUBE,
  master: OF_CHAOSKUBE,
  kubeconfig: OF_CHAOSKUBE,
  debug: OF_CHAOSKUBE,
  'metrics-address': OF_CHAOSKUBE,
  'log-format': OF_CHAOSKUBE,
  'log-caller': OF_CHAOSKUBE,
  'slack-webhook': OF_CHAOSKUBE,
  'client-namespace-scope': OF_CHAOSKUBE,
};
/** Flags that stand alone, or with `no-` before them. */
const SWITCHES = ['dry-run', 'debug', 'log-caller'];

interface Flag {
  readonly value: string;
  readonly path: Path;
}

export const CHAOSKUBE: Format = {
  title: 'chaoskube',
  recognises: (value) => containerIn(value) >= 0,
  read(readings, context) {
    const acts = readings.flatMap((reading) => {
      const index = containerIn(reading.value([]));
      return index < 0 ? [] : readContainer(reading, [...CONTAINERS, index], context);
    });
    return { name: undefined, description: undefined, faults: faultsOf(acts), load: {}, sections: {} };
  },
  carried: () => [],
};

const CONTAINER = z.looseObject({
  args: z.array(z.string()).nullish(),
  command: z.array(z.string()).nullish(),
  env: z.array(z.looseObject({ name: z.string() })).nullish(),
});

function readContainer(reading: Reading, path: Path, context: FormatContext): readonly Act[] {
  const container = reading.get(CONTAINER, path);
  if (container === undefined) return [];
  if ((container.command ?? []).length > 1) {
    reading.refuse([...path, 'command'], { message: 'flags in the command', expected: 'flags in `args`' });
  }
  for (const [index, { name }] of (container.env ?? []).entries()) {
    if (!name.startsWith('CHAOSKUBE_')) continue;
    reading.refuse([...path, 'env', index], {
      message: `${name} is a flag, too`,
      expected: 'flags in `args`',
    });
  }
  const flags = readFlags(container.args ?? [], reading, [...path, 'args']);
  return flags === undefined ? [] : actsOf(flags, reading, path, context);
}

/** @returns undefined where one is wrong, which is then told */
function readFlags(
  args: readonly string[],
  reading: Reading,
  path: Path,
): ReadonlyMap<string, Flag> | undefined {
  const flags = new Map<string, Flag>();
  let isRight = true;
  for (let index = 0; index < args.length; index += 1) {
    const at = [...path, index];
    const [, no, name = '', inline] = /^--(no-)?([^=]+)(?:=(.*))?$/s.exec(args[index] ?? '') ?? [];
    const fate = Object.hasOwn(FLAGS, name) ? FLAGS[name] : undefined;
    const isSwitch = SWITCHES.includes(name) && inline === undefined;
    const value = inline ?? (isSwitch ? String(no === undefined) : (args[index + 1] ?? ''));
    if (inline === undefined && !isSwitch) index += 1;
    if (fate === 'read') flags.set(name, { value, path: at });
    else if (fate === undefined) {
      isRight = false;
      const expected = `one of ${Object.keys(FLAGS).join(', ')}`;
      reading.refuse(at, { message: `${quote(args[index] ?? '')} is no flag of chaoskube`, expected });
    } else if ('leaves_out' in fate) reading.leaveOut([...at, `--${name}`], fate.leaves_out);
    else {
      isRight = false;
      reading.refuse(at, { message: `--${name} cannot be imported: ${fate.refuses}` });
    }
  }
  return isRight ? flags : undefined;
}

function actsOf(
  flags: ReadonlyMap<string, Flag>,
  reading: Reading,
  path: Path,
  { workloads }: FormatContext,
): readonly Act[] {
  const at = (name: string): Path => flags.get(name)?.path ?? path;
  const text = (name: string, otherwise: string): string => flags.get(name)?.value ?? otherwise;
  if (text('dry-run', 'true') !== 'false') {
    reading.refuse(at('dry-run'), { message: 'chaoskube kills nothing', expected: '--no-dry-run' });
  }
  const duration = (name: string, otherwise: string): number | undefined => {
    const given = text(name, otherwise);
    // Below 0 means that there is none.
    const ms = given.startsWith('-') ? -1 : goDurationMs(given);
    return (
      ms ?? reading.refuse(at(name), { message: `--${name} is ${quote(given)}`, expected: 'a duration' })
    );
  };
  const every_ms = duration('interval', '10m');
  const runtime_ms = duration('max-runtime', '-1s');
  const grace_ms = duration('grace-period', '-1s');
  const most = text('max-kill', '1');
  if (!/^[1-9]\d{0,4}$/.test(most)) {
    reading.refuse(at('max-kill'), {
      message: `--max-kill is ${quote(most)}`,
      expected: 'a whole number above 0',
    });
  }
  if (every_ms !== undefined && every_ms <= 0) {
    reading.refuse(at('interval'), {
      message: 'there is no time between two kills',
      expected: 'a duration above 0s',
    });
  }
  const namespaces = text('namespaces', '')
    .split(',')
    .map((each) => each.trim());
  const [namespace = ''] = namespaces;
  const selector = parseSelector(text('labels', ''));
  if (namespaces.length !== 1 || namespace === '' || namespace.startsWith('!')) {
    reading.refuse(at('namespaces'), {
      message: 'pods of several namespaces are hit',
      expected: 'one of --namespaces',
    });
    return [];
  }
  if (selector === undefined) {
    reading.refuse(at('labels'), {
      message: 'all pods of the namespace are hit',
      expected: '--labels such as app=web',
    });
    return [];
  }
  const workload = selectedWorkload(selector, namespace, workloads, reading, at('labels'));
  if (workload === undefined || every_ms === undefined || every_ms <= 0) return [];
  if (runtime_ms === undefined || grace_ms === undefined) return [];
  const act: Act = {
    type: 'pod-kill',
    fields: {
      workload: workload.name,
      ...(most === '1'
        ? { mode: 'one' }
        : { mode: 'fixed', value: Math.min(Number(most), workload.replicas) }),
      ...(grace_ms < 0 ? {} : { grace_period: `${Math.floor(grace_ms / 1000)}s` }),
    },
    // It kills as soon as it runs (chaoskube.go Run).
    at_ms: 0,
    series: 'chaoskube',
    position: reading.position(path),
  };
  if (runtime_ms < 0) return [{ ...act, series: undefined, every_ms }];
  const times = Math.max(1, Math.ceil(runtime_ms / every_ms));
  if (times > ACTS_MAX) {
    reading.refuse(at('max-runtime'), {
      message: `it would kill ${times} times`,
      expected: `at most ${ACTS_MAX}`,
    });
    return [];
  }
  return Array.from({ length: times }, (_, k) => ({ ...act, at_ms: k * every_ms }));
}
