import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import type { Distribution } from '../../src/scenario/distribution.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { ScenarioError } from '../../src/scenario/problem.ts';
import { TIMING } from '../../src/scenario/timing.ts';
import { msToDuration } from '../../src/scenario/units.ts';
import { type Files, filesWith, folderWith } from './files.ts';

/** Far more than a test takes; other work may share the machine. */
const PATIENCE_MS = 60_000;

/** Something as a person writes it, and as it must be read. */
interface Written<Value> {
  readonly text: unknown;
  readonly read: Value;
}

const as =
  <Value>(write: (value: Value) => unknown) =>
  (read: Value): Written<Value> => ({ text: write(read), read });
const sameText = as((value: unknown) => value);

const milliseconds = fc.integer({ min: 1, max: 100_000 });
const duration = milliseconds.map(as(msToDuration));

const distribution: fc.Arbitrary<Written<Distribution>> = fc.oneof(
  milliseconds.map((value_ms) => ({
    text: msToDuration(value_ms),
    read: { kind: 'constant' as const, value_ms },
  })),
  fc.tuple(milliseconds, fc.nat(1000)).map(([min_ms, more]) => ({
    text: { uniform: { min: msToDuration(min_ms), max: msToDuration(min_ms + more) } },
    read: { kind: 'uniform' as const, min_ms, max_ms: min_ms + more },
  })),
  fc.tuple(milliseconds, milliseconds).map(([mean_ms, sd_ms]) => ({
    text: { normal: { mean: msToDuration(mean_ms), sd: msToDuration(sd_ms) } },
    read: { kind: 'normal' as const, mean_ms, sd_ms },
  })),
  fc.tuple(milliseconds, fc.double({ min: 0, max: 5, noNaN: true })).map(([median_ms, sigma]) => ({
    text: { lognormal: { median: msToDuration(median_ms), sigma } },
    read: { kind: 'lognormal' as const, median_ms, sigma },
  })),
  milliseconds.map((mean_ms) => ({
    text: { exponential: { mean: msToDuration(mean_ms) } },
    read: { kind: 'exponential' as const, mean_ms },
  })),
  fc.array(milliseconds, { minLength: 1, maxLength: 5 }).map((values_ms) => ({
    text: { empirical: values_ms.map(msToDuration) },
    read: { kind: 'empirical' as const, values_ms },
  })),
);

const anApplication = fc.record({
  start_time: distribution,
  service_time: distribution,
  concurrency: fc.integer({ min: 1, max: 1000 }).map(sameText),
  on_sigterm: fc.constantFrom('exit', 'drain', 'serve', 'ignore').map(sameText),
  stop_time: distribution,
  cpu_per_request: milliseconds.map(as(msToDuration)),
});

/** default_toleration is a flag with one value, not a delay that is drawn. */
const TIMERS = Object.keys(TIMING).filter((name) => name !== 'default_toleration');
const timing = fc.dictionary(fc.constantFrom(...TIMERS), distribution, { maxKeys: 4 });

const load = fc
  .record({
    rate: fc.integer({ min: 1, max: 1000 }),
    window_ms: fc.integer({ min: 1000, max: 60_000 }),
    timeout_ms: milliseconds,
    limit: fc.double({ min: 0.001, max: 1, noNaN: true }),
    path: fc.constantFrom('/', '/a?b=c', '/%20'),
    port: fc.constantFrom(80, 'main'),
    status: fc.array(fc.integer({ min: 100, max: 599 }), { minLength: 1, maxLength: 3 }),
    arrivals: fc.constantFrom('constant', 'poisson'),
    connections: fc.constantFrom('per-request', 'keep-alive'),
    source_ports: fc.constantFrom('own', 'kernel'),
    resolve: fc.constantFrom('address', 'dns'),
    steps: fc.uniqueArray(fc.integer({ min: 1, max: 999 }), { maxLength: 3 }),
    slash: fc.boolean(),
  })
  .map(({ rate, window_ms, timeout_ms, limit, path, port, status, steps, slash, ...same }) => {
    const at_ms = [...steps].sort((a, b) => a - b);
    const latency_limit_ms = Math.max(1, Math.floor(timeout_ms * limit));
    return {
      text: {
        ...same,
        path,
        port,
        service: 'web',
        rate: slash ? `${rate}/s` : rate,
        duration: msToDuration(window_ms),
        timeout: msToDuration(timeout_ms),
        latency_limit: msToDuration(latency_limit_ms),
        expected_status: status,
        steps: at_ms.map((at, index) => ({ at: msToDuration(at), rate: rate + index })),
      },
      read: {
        ...same,
        path,
        port: 80,
        service: 'web',
        namespace: 'default',
        rate_per_s: rate,
        duration_ms: window_ms,
        timeout_ms,
        latency_limit_ms,
        expected_status: status,
        steps: at_ms.map((at, index) => ({ at_ms: at, rate_per_s: rate + index })),
      },
    };
  });

const mode = fc.oneof(
  fc.constantFrom('one', 'all').map((name) => ({ mode: name })),
  fc.integer({ min: 1, max: 4 }).map((value) => ({ mode: 'fixed', value })),
  fc
    .tuple(fc.constantFrom('fixed-percent', 'random-max-percent'), fc.integer({ min: 25, max: 100 }))
    .map(([name, value]) => ({ mode: name, value })),
);

/** Within the shortest observation window, so that any load goes with it. */
const act = fc
  .tuple(mode, fc.integer({ min: 0, max: 499 }), fc.integer({ min: 1, max: 5 }))
  .map(([chosen, at_ms, times]) => ({
    text: { ...chosen, at: msToDuration(at_ms), repeat: { every: '100ms', times } },
    read: {
      ...chosen,
      workload: 'web',
      namespace: 'default',
      at_ms: Array.from({ length: times }, (_, k) => at_ms + 100 * k),
    },
  }));
/** Mode and victims of a fault of nodes: with two nodes, of which the first is spared, there is but one. */
const nodeMode = fc.constantFrom(
  { mode: 'one' },
  { mode: 'all' },
  { mode: 'fixed', value: 1 },
  { mode: 'fixed-percent', value: 100 },
);

/** Of faults that hit nobody in particular: each act is over before the next. */
const passing = fc.tuple(act, fc.integer({ min: 1, max: 99 })).map(([{ text, read }, duration_ms]) => {
  const { at, repeat } = text;
  const { workload, namespace, at_ms } = read;
  return {
    text: { at, repeat, duration: msToDuration(duration_ms) },
    read: { at_ms, duration_ms },
    of: { workload, namespace },
  };
});

/** With a duration, or until the trial is over. */
const lasting = fc.option(milliseconds, { nil: undefined }).map((duration_ms) => ({
  text: duration_ms === undefined ? {} : { duration: msToDuration(duration_ms) },
  read: { duration_ms },
}));

const fault = fc.oneof(
  fc
    .tuple(act, fc.constantFrom('pod-kill', 'pod-eviction'), fc.integer({ min: 0, max: 600 }))
    .map(([{ text, read }, type, grace_period_s]) => ({
      text: { [type]: { ...text, grace_period: `${grace_period_s}s` } },
      read: { ...read, type, grace_period_s },
    })),
  act.map(({ text, read }) => ({
    text: { 'container-kill': text },
    read: { ...read, type: 'container-kill', container: 'server' },
  })),
  act.map(({ text, read }) => ({
    text: { 'sandbox-kill': text },
    read: { ...read, type: 'sandbox-kill' },
  })),
  fc
    .record({ act, workers: fc.integer({ min: 1, max: 64 }), duration_s: fc.integer({ min: 1, max: 3600 }) })
    .map(({ act: { text, read }, workers, duration_s }) => ({
      text: { 'cpu-stress': { ...text, workers, duration: `${duration_s}s`, image: 'tools' } },
      read: { ...read, type: 'cpu-stress', workers, duration_ms: duration_s * 1000, image: 'tools' },
    })),
  fc.tuple(act, lasting).map(([{ text, read }, time]) => ({
    text: { 'container-pause': { ...text, ...time.text } },
    read: { ...read, ...time.read, type: 'container-pause', container: 'server' },
  })),
  fc
    .tuple(
      act,
      nodeMode,
      lasting,
      fc.constantFrom('node-loss', 'node-partition', 'node-cordon', 'node-drain', 'node-taint'),
    )
    .map(([{ text, read }, mode_, time, type]) => {
      const { mode: _mode, value: _value, ...rest } = text as typeof text & { value?: number };
      const { value: _read, ...of } = read as typeof read & { value?: number };
      const taint =
        type === 'node-taint' ? { taint: { key: 'example.com/gone', value: 'x', effect: 'NoExecute' } } : {};
      return {
        text: { [type]: { ...rest, ...mode_, ...taint, ...time.text } },
        read: { ...of, ...mode_, ...taint, ...time.read, type },
      };
    }),
  passing.map(({ text: { duration: _duration, ...text }, read: { at_ms }, of }) => ({
    text: { 'rollout-restart': text },
    read: { ...of, at_ms, type: 'rollout-restart' },
  })),
  fc.tuple(passing, fc.constantFrom('bad-image', 'bad-readiness')).map(([{ text, read, of }, type]) => ({
    text: { [type]: text },
    read: { ...of, ...read, type, container: 'server' },
  })),
  fc.tuple(passing, fc.constantFrom(-1, 2)).map(([{ text, read, of }, by]) => ({
    text: { scale: { ...text, by } },
    read: { ...of, ...read, replicas: { by, unit: 'pods' }, type: 'scale' },
  })),
  passing.map(({ text, read, of: { namespace } }) => ({
    text: { 'endpoint-removal': text },
    read: { ...read, namespace, service: 'web', type: 'endpoint-removal' },
  })),
  fc.tuple(passing, fc.double({ min: 0.1, max: 100, noNaN: true }), fc.integer({ min: 1, max: 9999 })).map(
    ([
      {
        text,
        read,
        of: { namespace },
      },
      percentage,
      delay_ms,
    ]) => ({
      text: { 'http-delay': { ...text, percentage, delay: msToDuration(delay_ms) } },
      read: {
        ...{ ...read, namespace, service: 'web', virtual_service: undefined },
        ...{ percentage, delay_ms, type: 'http-delay' },
      },
    }),
  ),
  fc.tuple(passing, fc.integer({ min: 5, max: 50 })).map(([{ text, read, of }, replicas]) => ({
    text: { scale: { ...text, replicas } },
    read: { ...of, ...read, replicas, type: 'scale' },
  })),
  fc
    .tuple(passing, fc.constantFrom('api-server', 'controller-manager', 'scheduler', 'all'))
    .map(([{ text, read }, component]) => ({
      text: { 'control-plane-outage': { ...text, component } },
      read: { ...read, component, type: 'control-plane-outage' },
    })),
  passing.map(({ text, read }) => ({
    text: { 'registry-outage': text },
    read: { ...read, type: 'registry-outage' },
  })),
);

const label = fc.stringMatching(/^[a-z]{1,8}$/);

const node = fc
  .record({
    count: fc.integer({ min: 1, max: 4 }),
    all_zones: fc.array(label, { minLength: 1, maxLength: 3 }),
    cpu_millis: fc.integer({ min: 1, max: 64_000 }),
    memory_mi: fc.integer({ min: 1, max: 100_000 }),
    pods: fc.integer({ min: 1, max: 250 }),
    labels: fc.dictionary(label, label, { maxKeys: 3, noNullPrototype: true }),
    key: label,
  })
  .map(({ count, all_zones, cpu_millis, memory_mi, pods, labels, key }) => {
    const zones = all_zones.slice(0, count);
    // A taint that the pods of the test need not tolerate.
    const taints = [{ key, value: '', effect: 'PreferNoSchedule' }];
    return {
      text: { count, zones, cpu: `${cpu_millis}m`, memory: `${memory_mi}Mi`, pods, labels, taints },
      read: Array.from({ length: count }, (_, index) => ({
        zone: zones[index % zones.length],
        cpu_millis,
        memory_bytes: memory_mi * 2 ** 20,
        pods,
        labels,
        taints,
      })),
    };
  });

const cluster = fc
  .record({
    minor: fc.integer({ min: 33, max: 36 }),
    nodes: fc.oneof(
      fc.integer({ min: 2, max: 9 }).map((count) => ({
        text: count as unknown,
        read: Array.from({ length: count }, () => ({ zone: 'zone-a' })) as readonly object[],
      })),
      fc.array(node, { minLength: 2, maxLength: 3 }).map((groups) => ({
        text: groups.map(({ text }) => text) as unknown,
        read: groups.flatMap(({ read }) => read) as readonly object[],
      })),
    ),
    leader_election: fc.boolean(),
    proxy_mode: fc.constantFrom('iptables', 'ipvs', 'nftables'),
    size_mib: fc.integer({ min: 1, max: 5000 }),
    present_on: fc.constantFrom('all', 'none'),
    bandwidth_mb: fc.integer({ min: 1, max: 5000 }),
    gates: fc.uniqueArray(
      fc.constantFrom(
        'ReduceDefaultCrashLoopBackOffDecay',
        'KubeletCrashLoopBackOffMax',
        'MaxUnavailableStatefulSet',
      ),
    ),
  })
  .map(({ minor, nodes, leader_election, proxy_mode, size_mib, present_on, bandwidth_mb, gates }) => ({
    text: {
      kubernetes: `1.${minor}`,
      nodes: nodes.text,
      leader_election,
      proxy: proxy_mode,
      registry: {
        bandwidth: `${bandwidth_mb}MB/s`,
        images: { 'web:1.0': { size: `${size_mib}MiB`, present_on } },
      },
      feature_gates: gates,
    },
    read: {
      minor,
      nodes: nodes.read.map((each, index) => ({ name: `node-${index + 1}`, ...each })),
      leader_election,
      proxy_mode,
      registry: {
        bytes_per_s: bandwidth_mb * 1e6,
        images: { 'web:1.0': { size_bytes: size_mib * 2 ** 20, present_on } },
      },
      feature_gates: gates,
    },
  }));

const fraction = fc.oneof(
  fc.integer({ min: 0, max: 1000 }).map((tenths) => ({ text: `${tenths / 10}%`, read: tenths / 1000 })),
  fc.double({ min: 0, max: 1, noNaN: true }).map(sameText),
);

const texts = (fields: Readonly<Record<string, Written<unknown>>>) =>
  Object.fromEntries(Object.entries(fields).map(([name, { text }]) => [name, text]));
const reads = (fields: Readonly<Record<string, Written<unknown>>>) =>
  Object.fromEntries(Object.entries(fields).map(([name, { read }]) => [name, read]));

test(
  'what is written is what is read',
  () => {
    const folder = folderWith(filesWith());
    const file = join(folder, 'scenario.yaml');
    fc.assert(
      fc.property(
        fc.record({
          application: anApplication,
          cluster,
          timing,
          load,
          // Two of one type might be refused, where the second comes before the first is undone.
          faults: fc.uniqueArray(fault, { maxLength: 3, selector: ({ text }) => Object.keys(text)[0] }),
          availability: fraction,
          downtime: duration,
          seed: fc.oneof(fc.integer(), fc.stringMatching(/^[a-z]{1,9}$/)),
          flow: fc.boolean(),
        }),
        ({ application: app, timing: timers, load: traffic, cluster: where, faults, ...rest }) => {
          const { availability, downtime, seed, flow } = rest;
          const written = {
            version: 'foreshock/v1',
            manifests: ['deployment.yaml', 'service.yaml'],
            cluster: where.text,
            applications: { web: texts(app) },
            timing: texts(timers),
            load: traffic.text,
            faults: faults.map(({ text }) => text),
            objectives: { availability_time: availability.text, downtime: downtime.text },
            seed,
          };
          writeFileSync(file, stringify(written, { collectionStyle: flow ? 'flow' : 'block' }));
          const scenario = loadScenario(file);
          const { cpu_per_request: cpu_per_request_ms, ...application } = reads(app);
          expect(scenario.workloads[0]?.pod.containers[0]?.application).toEqual({
            ...application,
            cpu_per_request_ms,
          });
          expect(scenario.timing).toMatchObject(reads(timers));
          expect(scenario.cluster).toMatchObject(where.read);
          expect(scenario.load).toEqual(traffic.read);
          expect(scenario.faults).toMatchObject(faults.map(({ read }) => read));
          expect(scenario.objectives).toMatchObject({
            availability_time: availability.read,
            downtime_s: downtime.read / 1000,
          });
          expect(scenario.seed).toBe(String(seed));
          expect(loadScenario(file)).toEqual(scenario);
        },
      ),
      { numRuns: 100 },
    );
  },
  PATIENCE_MS,
);

/** A file of a scenario that loads, and the others. */
interface Whole {
  readonly name: string;
  readonly text: string;
  readonly files: Files;
}

const filesOf = (files: Files): readonly Whole[] =>
  Object.entries(files).map(([name, text]) => ({ name, text: String(text), files }));

/** A small scenario, and one with something of every kind of object. */
const SHOP = 'scenarios/shop-3-zones';
const WHOLES: readonly Whole[] = [
  ...filesOf(filesWith()),
  ...filesOf({
    'scenario.yaml': readFileSync(`${SHOP}.yaml`, 'utf8').replace('shop-3-zones/', 'manifests/'),
    ...Object.fromEntries(
      ['web.yaml', 'sessions.yaml'].map((name) => [
        `manifests/${name}`,
        readFileSync(`${SHOP}/${name}`, 'utf8'),
      ]),
    ),
  }),
];
const whole = fc.constantFrom(...WHOLES);

/** Loads the files with one of them as damaged, and checks what an error must be. */
function mustLoadOrExplain({ name, files }: Whole, text: string): void {
  const folder = folderWith({ ...files, [name]: text });
  try {
    loadScenario(join(folder, 'scenario.yaml'));
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    for (const { position, message, expected = '', hint = '' } of error.problems) {
      const lines = { ...files, [name]: text }[position.file.slice(folder.length + 1)];
      expect(lines, `a position in no file: ${position.file}`).toBeDefined();
      expect(position.line).toBeLessThanOrEqual(String(lines).split('\n').length);
      expect(position.column).toBeGreaterThanOrEqual(1);
      expect(message).not.toMatch(/Invalid input|undefined|\[object/);
      expect(`${expected}${hint}`).not.toMatch(/Invalid (?:string|input|key)|\[object/);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('a damaged file loads or is explained, whatever the damage:', () => {
  const INSERTED = [
    ':',
    '- ',
    '\t',
    '\n',
    ' ',
    '{',
    '[',
    '"',
    "'",
    '&a ',
    '*a',
    '!x ',
    '---\n',
    '#',
    '|',
    '0',
    '-',
    '\u0000',
    'é',
  ];

  test(
    'characters dropped, inserted and moved',
    () => {
      fc.assert(
        fc.property(
          whole,
          fc.array(fc.tuple(fc.nat(), fc.nat(12), fc.constantFrom('', ...INSERTED)), {
            minLength: 1,
            maxLength: 4,
          }),
          (file, edits) => {
            let { text } = file;
            for (const [where, dropped, inserted] of edits) {
              const at = where % (text.length + 1);
              text = text.slice(0, at) + inserted + text.slice(at + dropped);
            }
            mustLoadOrExplain(file, text);
          },
        ),
        { numRuns: 150 },
      );
    },
    PATIENCE_MS,
  );

  test(
    'values replaced by anything at all',
    () => {
      const anything = fc.oneof(
        fc.jsonValue({ maxDepth: 2 }),
        fc.constantFrom(
          '__proto__',
          'constructor',
          '',
          '-1s',
          '1e400',
          Number.POSITIVE_INFINITY,
          Number.NaN,
          2 ** 53,
        ),
      );
      fc.assert(
        fc.property(
          whole,
          fc.nat(),
          fc.array(fc.nat(), { minLength: 1, maxLength: 9 }),
          anything,
          (file, which, steps, value) => {
            const documents = parseAllDocuments(file.text).map((document) => document.toJS());
            let at: unknown = documents[which % documents.length];
            for (const [depth, step] of steps.entries()) {
              if (typeof at !== 'object' || at === null) break;
              const keys = Object.keys(at);
              const key = keys[step % keys.length];
              if (key === undefined) break;
              const record = at as Record<string, unknown>;
              if (depth === steps.length - 1 || typeof record[key] !== 'object') record[key] = value;
              at = record[key];
            }
            mustLoadOrExplain(file, documents.map((each) => stringify(each)).join('---\n'));
          },
        ),
        { numRuns: 150 },
      );
    },
    PATIENCE_MS,
  );

  test(
    'any text',
    () => {
      fc.assert(
        fc.property(whole, fc.string({ unit: 'binary', maxLength: 80 }), (file, text) =>
          // A lone surrogate cannot be written as UTF-8.
          mustLoadOrExplain(file, text.toWellFormed()),
        ),
        { numRuns: 100 },
      );
    },
    PATIENCE_MS,
  );
});
