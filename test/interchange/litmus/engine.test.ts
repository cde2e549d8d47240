import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ScenarioError } from '../../../src/scenario/problem.ts';
import { folderWith } from '../../scenario/files.ts';
import { fuzzImports } from '../fuzz.ts';
import { imported, MANIFESTS } from '../round-trip.ts';

const engine = (
  name: string,
  env: Readonly<Record<string, string>>,
  app = 'app=web',
  ns = 'default',
): string =>
  `apiVersion: litmuschaos.io/v1alpha1
kind: ChaosEngine
metadata: {name: shop-chaos}
spec:
  engineState: 'active'
  appinfo:
    appns: '${ns}'
    applabel: '${app}'
    appkind: ''
  chaosServiceAccount: litmus-admin
  experiments:
    - name: ${name}
      spec:
        components:
          env:
${Object.entries(env)
  .map(([key, value]) => `            - {name: ${key}, value: '${value}'}\n`)
  .join('')}`;

function importedFrom(yaml: string) {
  const folder = folderWith(MANIFESTS);
  const file = join(folder, 'engine.yaml');
  writeFileSync(file, yaml);
  const load = { rate: 10, duration: '120s' };
  return imported(file, folder, { load, memory: ['cache=100MiB'], manifests: [join(folder, 'manifests')] });
}

const faultsIn = (yaml: string) =>
  importedFrom(yaml).scenario.faults.map(({ position: _, ...fault }) => fault);

const WEB = { workload: 'web', namespace: 'default' };

test('pod-delete kills every interval as long as it goes on, one pod unless it says a share', () => {
  expect(faultsIn(engine('pod-delete', {}))).toEqual([
    { type: 'pod-kill', ...WEB, mode: 'one', grace_period_s: 0, at_ms: [0, 5000, 10_000] },
  ]);
  expect(faultsIn(engine('pod-delete', { FORCE: 'false', TOTAL_CHAOS_DURATION: '5' }))).toEqual([
    { type: 'pod-kill', ...WEB, mode: 'one', at_ms: [0] },
  ]);
  const env = {
    TOTAL_CHAOS_DURATION: '25',
    CHAOS_INTERVAL: '10',
    RAMP_TIME: '5',
    FORCE: 'true',
    PODS_AFFECTED_PERC: '60',
  };
  expect(faultsIn(engine('pod-delete', env))).toEqual([
    // 60 % of 4 pods are 2.4, which Litmus rounds down.
    { type: 'pod-kill', ...WEB, mode: 'fixed', value: 2, grace_period_s: 0, at_ms: [5000, 15_000, 25_000] },
  ]);
});

test('container-kill takes the first container where none is named', () => {
  const env = { TOTAL_CHAOS_DURATION: '1', CONTAINER_RUNTIME: 'containerd' };
  expect(faultsIn(engine('container-kill', env, 'app=db', 'data'))).toEqual([
    {
      type: 'container-kill',
      workload: 'db',
      namespace: 'data',
      container: 'store',
      mode: 'one',
      at_ms: [0],
    },
  ]);
});

test('pod-autoscaler scales, and back after its duration', () => {
  expect(faultsIn(engine('pod-autoscaler', { REPLICA_COUNT: '7' }))).toEqual([
    { type: 'scale', ...WEB, replicas: 7, at_ms: [0], duration_ms: 60_000 },
  ]);
});

const CACHE = { workload: 'cache', namespace: 'default', image: 'busybox:1.36' };

test('pod-cpu-hog keeps so many processors busy', () => {
  const env = { TOTAL_CHAOS_DURATION: '45', CPU_CORES: '2', PODS_AFFECTED_PERC: '70', RAMP_TIME: '3' };
  expect(faultsIn(engine('pod-cpu-hog', env, 'app=cache'))).toEqual([
    // 70 % of 3 pods are 2.1.
    {
      type: 'cpu-stress',
      ...CACHE,
      mode: 'fixed',
      value: 2,
      workers: 2,
      at_ms: [3000],
      duration_ms: 45_000,
    },
  ]);
  expect(faultsIn(engine('pod-cpu-hog', {}, 'app=cache'))).toEqual([
    { type: 'cpu-stress', ...CACHE, mode: 'one', workers: 1, at_ms: [0], duration_ms: 60_000 },
  ]);
});

test('pod-memory-hog computes as well while it holds memory', () => {
  const env = { MEMORY_CONSUMPTION: '150', NUMBER_OF_WORKERS: '4', PODS_AFFECTED_PERC: '100' };
  const all = { ...CACHE, mode: 'all', at_ms: [0], duration_ms: 60_000 };
  expect(faultsIn(engine('pod-memory-hog', env, 'app=cache'))).toEqual([
    { type: 'memory-stress', ...all, size_bytes: 150 * 2 ** 20 },
    { type: 'cpu-stress', ...all, workers: 4 },
  ]);
});

test('what is only of Litmus is named with its place', () => {
  const { left_out } = importedFrom(engine('container-kill', { SOCKET_PATH: '/run/x.sock' }));
  expect(left_out.map((line) => line.replace(/^.*engine.yaml:/, ''))).toEqual([
    '10:3: `chaosServiceAccount`: how Litmus runs the experiment',
    '16:15: `SOCKET_PATH`: how Litmus runs the experiment',
  ]);
});

test.each([
  ['another experiment', engine('pod-io-stress', {}), '12:13: pod-io-stress is nothing that a scenario has'],
  [
    'half a load',
    engine('pod-cpu-hog', { CPU_LOAD: '50' }, 'app=cache'),
    '16:39: CPU_LOAD is "50": workers of cpu-stress compute all the time',
  ],
  [
    'as many processors as there are',
    engine('pod-cpu-hog', { CPU_CORES: '0' }, 'app=cache'),
    '16:40: CPU_CORES is "0": it stands for',
  ],
  [
    'memory of some pods',
    engine('pod-memory-hog', { MEMORY_CONSUMPTION: '100' }, 'app=cache'),
    '16:13: PODS_AFFECTED_PERC is not set: its workers compute as well',
  ],
  [
    'more memory than there is',
    engine('pod-memory-hog', { PODS_AFFECTED_PERC: '100' }, 'app=cache'),
    '12:7: this stress is none that a scenario has: 500MiB beside the 100MiB of cache',
  ],
  [
    'a node',
    engine('node-drain', {}),
    '12:13: node-drain is nothing that a scenario has: it takes a node by its name',
  ],
  [
    'an error for an answer',
    engine('pod-dns-error', {}),
    '12:13: pod-dns-error is nothing that a scenario has: its lookups are answered at once',
  ],
  ['no application', engine('pod-delete', {}, ''), '8:15: `spec.appinfo.applabel` cannot be ""'],
  [
    'labels of nobody',
    engine('pod-delete', {}, 'app=x'),
    '8:15: no workload of the manifests has pods with app=x',
  ],
  ['names of pods', engine('pod-delete', { TARGET_PODS: 'a,b' }), '16:22: TARGET_PODS cannot be imported'],
  [
    'an unknown variable',
    engine('pod-delete', { CHAOS_INTERVALL: '5' }),
    '16:22: the variable "CHAOS_INTERVALL"',
  ],
  ['a range', engine('pod-delete', { PODS_AFFECTED_PERC: '20-30' }), '16:49: PODS_AFFECTED_PERC is "20-30"'],
  ['random times', engine('pod-delete', { RANDOMNESS: 'true' }), '16:41: RANDOMNESS is "true"'],
  [
    'one pod after the other',
    engine('pod-delete', { SEQUENCE: 'serial', PODS_AFFECTED_PERC: '100' }),
    '16:39: SEQUENCE is "serial"',
  ],
  ['another signal', engine('container-kill', { SIGNAL: 'SIGTERM' }), '16:37: SIGNAL is "SIGTERM"'],
  ['a stopped engine', engine('pod-delete', {}).replace("'active'", 'stop'), '5:16: this engine is stopped'],
  [
    'as many replicas as there are',
    engine('pod-autoscaler', { REPLICA_COUNT: '4' }),
    '12:7: Deployment web has 4 replicas already',
  ],
])('%s is refused at its place', (_name, yaml, says) => {
  try {
    importedFrom(yaml);
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    const problems = error.problems.map(
      ({ position: { line, column }, message }) => `${line}:${column}: ${message}`,
    );
    expect(
      problems.some((problem) => problem.startsWith(says)),
      problems.join('\n'),
    ).toBe(true);
    return;
  }
  throw new Error('it was imported');
});

test('a damaged engine is imported or explained', () => {
  const env = { TOTAL_CHAOS_DURATION: '25', CHAOS_INTERVAL: '10', FORCE: 'true', SEQUENCE: 'parallel' };
  const hog = { MEMORY_CONSUMPTION: '100', PODS_AFFECTED_PERC: '100', NUMBER_OF_WORKERS: '2' };
  fuzzImports(
    {
      'engine.yaml': engine('pod-delete', env),
      'cpu.yaml': engine('pod-cpu-hog', { CPU_CORES: '2', CPU_LOAD: '100' }, 'app=cache'),
      'memory.yaml': engine('pod-memory-hog', hog, 'app=cache'),
    },
    150,
  );
});
