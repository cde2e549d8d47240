/** Scenarios, the files of other tools that are made of them, and back. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import { stringify } from 'yaml';
import { exportScenario } from '../../src/interchange/exporting.ts';
import { type Imported, importScenario } from '../../src/interchange/importing.ts';
import type { ExportTarget } from '../../src/interchange/names.ts';
import { UserError } from '../../src/scenario/errors.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { ScenarioError } from '../../src/scenario/problem.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { msToDuration } from '../../src/scenario/units.ts';
import { DEPLOYMENT, type Files, folderWith, SERVICE } from '../scenario/files.ts';

export const STATEFUL_SET = `apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: db
  namespace: data
spec:
  replicas: 3
  serviceName: db
  selector: {matchLabels: {app: db}, matchExpressions: [{key: tier, operator: In, values: [back, store]}]}
  template:
    metadata: {labels: {app: db, tier: back}}
    spec:
      terminationGracePeriodSeconds: 12
      containers:
        - {name: store, image: "store:2"}
        - {name: proxy, image: "proxy:1"}
`;

/** Its limits bind, and its pods have one container: stressors of other tools take the same from it as ours. */
const CACHE = `apiVersion: apps/v1
kind: Deployment
metadata: {name: cache}
spec:
  replicas: 3
  selector: {matchLabels: {app: cache}}
  template:
    metadata: {labels: {app: cache}}
    spec:
      containers:
        - name: store
          image: cache:1.0
          resources: {limits: {cpu: 500m, memory: 256Mi}}
`;

export const MANIFESTS: Files = {
  'manifests/web.yaml': `${DEPLOYMENT}---\n${SERVICE}`,
  'manifests/cache.yaml': CACHE,
  'manifests/db.yaml': STATEFUL_SET,
};

/** Times that do not fall together, in milliseconds, within the shortest load. */
export const WINDOW_MS = 60_000;
const time = fc.integer({ min: 0, max: 20_000_000 }).map((us) => us / 1000);

const mode = (most: number) =>
  fc.oneof(
    fc.constantFrom<object>({}, { mode: 'all' }),
    fc.integer({ min: 2, max: most }).map((value) => ({ mode: 'fixed', value })),
    fc.integer({ min: 1, max: 100 }).map((value) => ({ mode: 'fixed-percent', value: `${value}%` })),
  );
const share = fc.integer({ min: 1, max: 100 }).map((value) => ({ mode: 'random-max-percent', value }));

export const grace = fc.option(
  fc.integer({ min: 0, max: 90 }).map((s) => ({ grace_period: `${s}s` })),
  { nil: {} },
);

/** From when, and how often. */
const acts = fc
  .tuple(time, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 10, max: 5_000_000 }))
  .map(([at_ms, times, every_us]) => ({
    every_ms: every_us / 1000,
    fields: {
      at: msToDuration(at_ms),
      ...(times === 1 ? {} : { repeat: { every: msToDuration(every_us / 1000), times } }),
    },
  }));

/** Of what a value is changed: longer than nothing, and over before the next act. */
const lasting = fc
  .tuple(acts, fc.option(fc.double({ min: 0.01, max: 0.9, noNaN: true })))
  .map(([{ every_ms, fields }, part]) => {
    const duration_us = Math.max(1, Math.floor(every_ms * 1000 * (part ?? 1)) - 1);
    const isLast = part === null && !('repeat' in fields);
    return isLast || duration_us < 1
      ? { at: fields.at }
      : { ...fields, duration: msToDuration(duration_us / 1000) };
  });

/** Of what ends by itself, in whole seconds: over before the next act, if there is one. */
const ending = fc
  .tuple(acts, fc.integer({ min: 1, max: 30 }))
  .map(([{ every_ms, fields }, duration_s]) =>
    'repeat' in fields && duration_s * 1000 > every_ms
      ? { at: fields.at, duration: `${duration_s}s` }
      : { ...fields, duration: `${duration_s}s` },
  );

const merged = (...parts: readonly fc.Arbitrary<object>[]): fc.Arbitrary<object> =>
  fc.tuple(...parts).map((fields) => Object.assign({}, ...fields));

/** Faults as scenario files have them, by type. */
export const FAULTS = {
  'pod-kill': fc.oneof(
    merged(
      fc.constant({ workload: 'web' }),
      mode(4),
      grace,
      acts.map(({ fields }) => fields),
    ),
    merged(
      fc.constant({ workload: 'db' }),
      mode(3),
      grace,
      acts.map(({ fields }) => fields),
    ),
  ),
  'pod-kill of a share': merged(
    fc.constant({ workload: 'web' }),
    share,
    grace,
    acts.map(({ fields }) => fields),
  ),
  'container-kill': fc.oneof(
    merged(
      fc.constant({ workload: 'web' }),
      fc.oneof(mode(4), share),
      acts.map(({ fields }) => fields),
    ),
    merged(
      fc.constantFrom({ workload: 'db', container: 'store' }, { workload: 'db', container: 'proxy' }),
      mode(3),
      acts.map(({ fields }) => fields),
    ),
  ),
  'rollout-restart': merged(
    fc.constantFrom({ workload: 'web' }, { workload: 'db' }),
    acts.map(({ fields }) => fields),
  ),
  scale: fc.oneof(
    merged(fc.constantFrom({ workload: 'web', replicas: 0 }, { workload: 'web', replicas: 7 }), lasting),
    merged(fc.constantFrom({ workload: 'db', replicas: 0 }, { workload: 'db', replicas: 5 }), lasting),
  ),
  'cpu-stress': merged(
    fc.constant({ workload: 'cache' }),
    fc.oneof(mode(3), share),
    fc.integer({ min: 1, max: 64 }).map((workers) => ({ workers })),
    ending,
  ),
  'memory-stress': merged(
    fc.constant({ workload: 'cache' }),
    fc.oneof(mode(3), share),
    // Beside what the program holds, and within the limit.
    fc
      .oneof(
        fc.integer({ min: 1, max: 156 }).map((size) => `${size}MiB`),
        fc.integer({ min: 1, max: 156 * 2 ** 20 }).map((size) => `${size}B`),
      )
      .map((size) => ({ size })),
    ending,
  ),
  'bad-image': merged(fc.constantFrom({ workload: 'web' }, { workload: 'db', container: 'store' }), lasting),
} as const;

/** Faults of these types; of those that last at most one, for two might meet. */
export function faultsOf(names: readonly (keyof typeof FAULTS)[]): fc.Arbitrary<object[]> {
  const one = fc.oneof(
    ...names.map((name) => FAULTS[name].map((fields) => ({ [name.split(' ')[0]!]: fields }))),
  );
  return fc
    .array(one, { minLength: 1, maxLength: 5 })
    .map((faults) =>
      faults.filter(
        (fault, index) =>
          !('scale' in fault || 'bad-image' in fault) ||
          faults.findIndex((other) => Object.keys(other)[0] === Object.keys(fault)[0]) === index,
      ),
    );
}

export const scenarioWith = (faults: readonly object[]): string =>
  stringify({
    version: 'foreshock/v1',
    name: 'shop',
    description: 'As it was.',
    manifests: ['manifests'],
    cluster: { nodes: 3 },
    applications: { web: { start_time: '2s' }, cache: { memory: '100MiB' } },
    load: { rate: 50, duration: msToDuration(WINDOW_MS), path: '/a?b=c' },
    faults,
    objectives: { availability_time: '99%' },
    seed: 7,
  });

/** A folder with the manifests and a scenario with these faults. */
export function folderOf(faults: readonly object[]): string {
  return folderWith({ ...MANIFESTS, 'scenario.yaml': scenarioWith(faults) });
}

export function exported(folder: string, to: ExportTarget, name: string): string {
  const { text } = exportScenario({ file: join(folder, 'scenario.yaml'), to, folder });
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

export function imported(file: string, folder: string, given: object = {}): Imported {
  return importScenario({ file, format: undefined, manifests: [], load: {}, folder, ...given });
}

/** A scenario without where it stands in files. */
export function meaning({ file: _file, said: _said, ...scenario }: Scenario): unknown {
  return JSON.parse(
    JSON.stringify(scenario, (key, value) => (key === 'position' || key === 'objects' ? undefined : value)),
  );
}

export const scenarioIn = (folder: string): Scenario => loadScenario(join(folder, 'scenario.yaml'));

/** Imports what may be damaged: it becomes a scenario, or a person is told why not. */
export function mustImportOrExplain(name: string, text: string): void {
  const folder = folderWith({ ...MANIFESTS, [name]: text });
  try {
    imported(join(folder, name), folder, {
      manifests: [join(folder, 'manifests')],
      load: { rate: 10, duration: '60s', service: 'web' },
      memory: ['cache=100MiB'],
    });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.message).not.toMatch(/Invalid input|undefined|\[object/);
    if (!(error instanceof ScenarioError)) return;
    expect(error.problems.length).toBeGreaterThan(0);
    for (const { position } of error.problems) {
      expect(position.line).toBeGreaterThanOrEqual(1);
      expect(position.column).toBeGreaterThanOrEqual(1);
      if (position.file === join(folder, name)) {
        expect(position.line).toBeLessThanOrEqual(text.split('\n').length);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
