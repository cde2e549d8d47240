/** A run as a Job in the cluster, as `foreshock rbac --job` prints it, with its own account and nothing else. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { EXIT } from '../../src/scenario/errors.ts';
import { isChange } from '../../testbed/audit-log.ts';
import { TESTBED } from '../support/lab.ts';
import { describeOnTestbed } from '../support/testbed.ts';
import { auditOf, isRefused } from './audit.ts';
import { applied, kubectl, rbac } from './chaos-command.ts';
import { IMAGE, writeForeshockImage } from './foreshock-image.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'foreshock-in-cluster-'));
const NAMESPACE = 'foreshock-in-cluster';
const JOB = 'foreshock-web';
const RUNNER = `system:serviceaccount:${NAMESPACE}:${JOB}`;
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
      containers: [{name: web, image: nginx, imagePullPolicy: IfNotPresent, ports: [{containerPort: 80}]}]
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: ${NAMESPACE}}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80}]}
`;

/** Writes a scenario, and gives its file. */
function scenario(duration: string, ...faults: readonly string[]): string {
  writeFileSync(join(FOLDER, 'web.k8s.yaml'), MANIFEST);
  const file = join(FOLDER, 'web.yaml');
  writeFileSync(
    file,
    `version: foreshock/v1
manifests: [web.k8s.yaml]
load: {rate: 20, duration: ${duration}}
faults:
${faults.map((fault) => `  - ${fault}`).join('\n')}
trials: {predict: 50, measure: 1}
`,
  );
  return file;
}

const get = (what: string, path: string): string =>
  kubectl('-n', NAMESPACE, 'get', ...what.split(' '), '-o', `jsonpath={${path}}`);
const names = (kinds: string): string => kubectl('-n', NAMESPACE, 'get', kinds, '-o', 'name').trim();

/** Of the Job's only pod, once it has ended. */
async function ended(timeout_ms: number): Promise<{ readonly exitCode: number; readonly log: string }> {
  const path = '.items[*].status.containerStatuses[*].state.terminated.exitCode';
  const pod = `pods -l job-name=${JOB}`;
  for (const deadline = Date.now() + timeout_ms; ; await sleep(500)) {
    const code = get(pod, path);
    if (code !== '') return { exitCode: Number(code), log: kubectl('-n', NAMESPACE, 'logs', `job/${JOB}`) };
    if (Date.now() > deadline) {
      const described = kubectl('-n', NAMESPACE, 'describe', 'pods', '-l', `job-name=${JOB}`);
      throw new Error(`the Job has not ended after ${timeout_ms / 1000} s\n${described}`);
    }
  }
}

describeOnTestbed('a run as a Job in the cluster', () => {
  beforeAll(async () => {
    const layout = join(FOLDER, 'image');
    await writeForeshockImage(layout);
    execFileSync(process.execPath, [TESTBED, 'load-image', layout], { stdio: 'pipe' });
    rmSync(layout, { recursive: true });
  }, 3 * MINUTES);
  beforeEach(() => {
    kubectl('create', 'namespace', NAMESPACE);
  });
  afterEach(() => {
    kubectl('delete', 'clusterrole,clusterrolebinding', `${NAMESPACE}:${JOB}`, '--ignore-not-found');
    kubectl('delete', 'namespace', NAMESPACE, '--wait=true');
  }, 3 * MINUTES);
  afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

  it(
    'predicts, creates, hits, measures and removes; its verdict is in its log, and it was refused nothing',
    async () => {
      const file = scenario(
        '9s',
        'pod-kill: {at: 1s, grace_period: 0s}',
        'scale: {replicas: 3, at: 5s, duration: 2s}',
      );
      applied(rbac(file, '--for', 'verify', '--job', '--image', IMAGE));
      const { exitCode, log } = await ended(3 * MINUTES);
      // One trial may be too few to tell; that it says so is a verdict.
      expect(exitCode, log).toBeLessThan(EXIT.configuration);
      expect(log).toMatch(/agrees|differs|inconclusive/);
      expect(log).toContain('downtime');

      expect(names('deployments,services,leases,persistentvolumeclaims')).toBe('');
      const notes = get('events.events.k8s.io', '.items[?(@.reason=="PodKill")].note');
      expect(notes).toContain('by foreshock: run ');

      const asked = await auditOf(RUNNER);
      expect(asked.filter(isRefused)).toEqual([]);
      expect(asked.filter(({ objectRef }) => objectRef?.resource === 'secrets')).toEqual([]);
      expect(asked.filter(isChange).map(({ verb, objectRef }) => `${verb} ${objectRef?.resource}`)).toEqual(
        expect.arrayContaining(['patch deployments', 'delete pods', 'create events', 'delete services']),
      );
    },
    5 * MINUTES,
  );

  it(
    'that is deleted in mid-fault puts back what it has caused before it goes',
    async () => {
      applied(MANIFEST);
      kubectl('-n', NAMESPACE, 'rollout', 'status', 'deployment/web', '--timeout=60s');
      const replicas = () => get('deployment/web', '.spec.replicas');
      const file = scenario('120s', 'scale: {replicas: 0, at: 1s}');
      applied(rbac(file, '--deployed', '--job', '--image', IMAGE));
      await expect.poll(replicas, { timeout: 2 * MINUTES, interval: 500 }).toBe('0');
      kubectl('-n', NAMESPACE, 'delete', 'job', JOB, '--wait=false');
      await expect.poll(replicas, { timeout: MINUTES, interval: 500 }).toBe('2');
      await expect.poll(() => names('leases'), { timeout: 2 * MINUTES, interval: 500 }).toBe('');
      await expect.poll(() => names('jobs'), { timeout: 2 * MINUTES, interval: 500 }).toBe('');
      expect(get('deployment/web', '.metadata.annotations')).not.toContain('foreshock.dev');
    },
    5 * MINUTES,
  );
});
