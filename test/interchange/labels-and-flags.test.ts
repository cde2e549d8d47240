/** kube-monkey's labels and chaoskube's flags. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ScenarioError } from '../../src/scenario/problem.ts';
import { DEPLOYMENT, folderWith, SERVICE } from '../scenario/files.ts';
import { fuzzImports } from './fuzz.ts';
import { imported, MANIFESTS } from './round-trip.ts';

const LOAD = { rate: 10, duration: '60s' };

function importedFrom(yaml: string, given: object = {}) {
  const folder = folderWith(MANIFESTS);
  const file = join(folder, 'file.yaml');
  writeFileSync(file, yaml);
  return imported(file, folder, { load: LOAD, ...given });
}

const withManifests = (yaml: string) => {
  const folder = folderWith(MANIFESTS);
  return importedFrom(yaml, { manifests: [join(folder, 'manifests')] });
};

function problemsOf(read: () => unknown): string[] {
  try {
    read();
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.problems.map(({ position: { line, column }, message }) => `${line}:${column}: ${message}`);
  }
  return [];
}

const faultsOf = ({ scenario }: ReturnType<typeof importedFrom>) =>
  scenario.faults.map(({ position: _, ...fault }) => fault);

describe('kube-monkey', () => {
  const opted = (...labels: readonly string[]): string =>
    `${DEPLOYMENT.replace(
      '  name: web\n',
      `  name: web\n  labels:\n${['enabled: enabled', 'identifier: web', 'mtbf: "3"', ...labels].map((label) => `    kube-monkey/${label}\n`).join('')}`,
    ).replace(
      'labels: {app: web}\n    spec',
      'labels: {app: web, kube-monkey/identifier: web}\n    spec',
    )}---\n${SERVICE}`;
  const WEB = { type: 'pod-kill', workload: 'web', namespace: 'default', grace_period_s: 5, at_ms: [0] };

  test.each([
    [[], { mode: 'one' }],
    [['kill-mode: kill-all'], { mode: 'all' }],
    [['kill-mode: fixed', 'kill-value: "2"'], { mode: 'fixed', value: 2 }],
    [['kill-mode: fixed', 'kill-value: "9"'], { mode: 'fixed', value: 4 }],
    // 60 % of 4 pods are 2.4, which kube-monkey rounds down.
    [['kill-mode: fixed-percent', 'kill-value: "60"'], { mode: 'fixed', value: 2 }],
  ])('%j kills %j', (labels, victims) => {
    const found = importedFrom(opted(...labels));
    expect(faultsOf(found)).toEqual([{ ...WEB, ...victims }]);
    expect(found.left_out).toHaveLength(1);
    expect(found.left_out[0]).toMatch(/file.yaml:8:5: .*mean: 4.2d}}, 3 of the weekdays$/);
  });

  test.each([
    [['kill-mode: fixed-percent', 'kill-value: "20"'], '10:29: 20 % of 4 pods are none'],
    [['kill-mode: random-max-percent', 'kill-value: "50"'], '9:28: kube-monkey rounds a drawn share down'],
    [['kill-mode: fixed'], '6:5: `metadata.labels.kube-monkey/kill-value` is missing'],
    [['kill-modus: fixed'], '9:29: kube-monkey has no label "kube-monkey/kill-modus"'],
  ])('%j is refused at its place', (labels, says) => {
    const problems = problemsOf(() => importedFrom(opted(...labels)));
    expect(
      problems.some((problem) => problem.startsWith(says)),
      problems.join('\n'),
    ).toBe(true);
  });

  test('a damaged manifest is imported or explained', () => {
    fuzzImports({ 'manifests/web.yaml': opted('kill-mode: fixed', 'kill-value: "2"') }, 80);
  });
});

describe('chaoskube', () => {
  const running = (...args: readonly string[]): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: chaoskube}
spec:
  template:
    spec:
      containers:
        - name: chaoskube
          image: ghcr.io/linki/chaoskube:v0.39.0
          args:
${args.map((arg) => `            - ${JSON.stringify(arg)}\n`).join('')}`;
  const AIMED = ['--labels=app=web', '--namespaces', 'default', '--no-dry-run'];
  const WEB = { type: 'pod-kill', workload: 'web', namespace: 'default' };

  test('kills at once and after every interval, until the load ends', () => {
    expect(faultsOf(withManifests(running(...AIMED, '--interval=25s', '--debug')))).toEqual([
      { ...WEB, mode: 'one', at_ms: [0, 25_000, 50_000] },
    ]);
  });

  test('kills as many as it may, for as long as it may run', () => {
    const more = ['--interval=10s', '--max-kill=2', '--max-runtime=25s', '--grace-period=3s'];
    expect(faultsOf(withManifests(running(...AIMED, ...more)))).toEqual([
      { ...WEB, mode: 'fixed', value: 2, grace_period_s: 3, at_ms: [0, 10_000, 20_000] },
    ]);
  });

  test('of flags that change nothing it is told where they are', () => {
    const { left_out } = withManifests(running(...AIMED, '--interval=25s', '--log-format=json'));
    expect(left_out.map((line) => line.replace(/^.*file.yaml:/, ''))).toEqual([
      '16:15: `--log-format`: how chaoskube itself runs',
    ]);
  });

  test.each([
    [['--labels=app=web', '--namespaces=default'], '8:11: chaoskube kills nothing'],
    [['--labels=app=web', '--no-dry-run'], '8:11: pods of several namespaces are hit'],
    [['--namespaces=default', '--no-dry-run'], '8:11: all pods of the namespace are hit'],
    [[...AIMED, '--excluded-weekdays=Sat'], '15:15: --excluded-weekdays cannot be imported'],
    [[...AIMED, '--intervall=5s'], '15:15: "--intervall=5s" is no flag of chaoskube'],
    [[...AIMED, '--interval=soon'], '15:15: --interval is "soon"'],
  ])('%j is refused at its place', (args, says) => {
    const problems = problemsOf(() => withManifests(running(...args)));
    expect(
      problems.some((problem) => problem.startsWith(says)),
      problems.join('\n'),
    ).toBe(true);
  });

  test('a damaged manifest is imported or explained', () => {
    fuzzImports({ 'chaoskube.yaml': running(...AIMED, '--interval=25s', '--max-kill=2') }, 80);
  });
});
