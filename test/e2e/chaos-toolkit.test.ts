/** An exported experiment in the hands of the real Chaos Toolkit: it is valid, and it runs. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { exportScenario } from '../../src/interchange/exporting.ts';
import { describeOnTestbed } from '../support/testbed.ts';
import { applied, kubectl } from './chaos-command.ts';
import { chaosCommand } from './chaos-toolkit.ts';

const NAMESPACE = 'foreshock-chaos-toolkit';
const FOLDER = mkdtempSync(join(tmpdir(), 'foreshock-chaos-toolkit-'));
const MINUTES = 60_000;

const MANIFEST = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: ${NAMESPACE}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - {name: web, image: nginx, imagePullPolicy: IfNotPresent, ports: [{containerPort: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: ${NAMESPACE}}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80}]}
`;
const SCENARIO = `version: foreshock/v1
name: chaos-toolkit
manifests: [web.k8s.yaml]
load: {rate: 50, duration: 20s}
faults:
  - pod-kill: {mode: one, at: 2s, grace_period: 0s}
  - scale: {replicas: 3, at: 6s, duration: 4s}
`;

const scenario = join(FOLDER, 'scenario.yaml');
const experiment = join(FOLDER, 'experiment.json');
const journal = join(FOLDER, 'journal.json');

/** Runs it in a folder of its own, where it leaves its log. */
function chaos(...args: string[]): string {
  return execFileSync(chaosCommand(), args, { cwd: FOLDER, encoding: 'utf8', stdio: 'pipe' });
}

const podUids = (): string[] =>
  kubectl('-n', NAMESPACE, 'get', 'pods', '-l', 'app=web', '-o', 'jsonpath={.items[*].metadata.uid}').split(
    ' ',
  );

describeOnTestbed('an exported experiment', () => {
  beforeAll(() => {
    writeFileSync(join(FOLDER, 'web.k8s.yaml'), MANIFEST);
    writeFileSync(scenario, SCENARIO);
    const { text } = exportScenario({ file: scenario, to: 'chaos-toolkit', folder: FOLDER });
    writeFileSync(experiment, text);
    chaosCommand();
  }, 5 * MINUTES);
  beforeEach(() => {
    kubectl('create', 'namespace', NAMESPACE);
    applied(MANIFEST);
    kubectl('-n', NAMESPACE, 'rollout', 'status', 'deployment/web', '--timeout=60s');
  }, 2 * MINUTES);
  afterEach(() => {
    kubectl('delete', 'namespace', NAMESPACE, '--wait=true');
  }, 2 * MINUTES);
  afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

  it(
    'is valid for chaos validate',
    () => {
      chaos('validate', experiment);
    },
    MINUTES,
  );

  it(
    'kills a pod, scales, and puts the number back',
    () => {
      const before = podUids();
      chaos('run', '--journal-path', journal, experiment);
      const { status, deviated, run, rollbacks } = JSON.parse(readFileSync(journal, 'utf8'));
      expect({ status, deviated }).toEqual({ status: 'completed', deviated: false });
      expect(run.map((each: { status: string }) => each.status)).toEqual(Array(4).fill('succeeded'));
      expect(rollbacks.map((each: { status: string }) => each.status)).toEqual(['succeeded']);
      const replicas = kubectl(
        '-n',
        NAMESPACE,
        'get',
        'deployment',
        'web',
        '-o',
        'jsonpath={.spec.replicas}',
      );
      expect(replicas).toBe('2');
      expect(podUids().filter((uid) => !before.includes(uid)).length).toBeGreaterThanOrEqual(1);
    },
    5 * MINUTES,
  );
});
