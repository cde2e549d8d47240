/** A run that is killed on a real cluster leaves nothing behind, though it never comes back. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { EXIT } from '../../src/scenario/errors.ts';
import { describeOnTestbed } from '../support/testbed.ts';
import { auditOf, isRefused } from './audit.ts';
import { applied, chaos, kubeconfigOf, kubectl, objectsIn, rbac } from './chaos-command.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'foreshock-sigkill-'));
const FORESHOCK = fileURLToPath(new URL('../../dist/foreshock.js', import.meta.url));
const NAMESPACE = 'foreshock-sigkill';
const RESTORER = 'foreshock-web-restore';
const MINUTES = 60_000;
/** Without annotations of its own, as nobody has written any. */
const statefulSet = (policy: 'Parallel' | 'OrderedReady') => `
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web, namespace: ${NAMESPACE}}
spec:
  replicas: 3
  serviceName: web
  podManagementPolicy: ${policy}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx, ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: ${NAMESPACE}}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80}]}
`;

const STATEFUL_SET = statefulSet('Parallel');

function scenario(fault: string, manifest = STATEFUL_SET): string {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, 'web.k8s.yaml'), manifest);
  const file = join(FOLDER, 'web.yaml');
  const text = `version: foreshock/v1
manifests: [web.k8s.yaml]
load: {rate: 20, duration: 120s}
faults:
  - ${fault}
trials: {predict: 10, measure: 1}
`;
  writeFileSync(file, text);
  return file;
}

const restore = (words: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  spawnSync(process.execPath, [FORESHOCK, 'restore', ...words], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });

/** Runs it, and kills it two seconds after the fault is in the journal as done. */
async function killedInMidFault(file: string, out: string, flags = ['--yes']): Promise<void> {
  const journal = join(out, 'journal.jsonl');
  const isDone = () => {
    // The last line may be half written.
    const lines = existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').slice(0, -1) : [];
    const acts = lines.map((line) => JSON.parse(line) as { id?: string; fault?: string; outcome?: string });
    const act = acts.find(({ fault }) => fault !== undefined);
    return act !== undefined && acts.some(({ id, outcome }) => id === act.id && outcome === 'done');
  };
  let watching: NodeJS.Timeout | undefined;
  const { code, stderr } = await chaos(file, {
    ...{ out, flags },
    seen(_, kill) {
      watching ??= setInterval(() => {
        if (!isDone()) return;
        clearInterval(watching);
        setTimeout(kill, 2000, 'SIGKILL');
      }, 200);
    },
  });
  clearInterval(watching);
  expect(code, stderr).toBeNull();
}

describeOnTestbed('a run that is killed', () => {
  beforeEach(() => {
    kubectl('create', 'namespace', NAMESPACE);
  });
  afterEach(() => {
    kubectl('delete', 'clusterrole,clusterrolebinding', `${NAMESPACE}:${RESTORER}`, '--ignore-not-found');
    kubectl('delete', 'namespace', NAMESPACE, '--wait=true');
  }, 2 * MINUTES);
  afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

  it.each([
    ['scale', 'scale: {replicas: 0, at: 1s}'],
    ['bad-image', 'bad-image: {container: web, at: 1s}'],
  ])(
    'in mid %s: its guard puts back what was there, and leaves no trace',
    async (_, fault) => {
      applied(STATEFUL_SET);
      kubectl('-n', NAMESPACE, 'rollout', 'status', 'statefulset/web', '--timeout=60s');
      const spec = () => kubectl('-n', NAMESPACE, 'get', 'statefulset/web', '-o', 'jsonpath={.spec}');
      const marks = () =>
        kubectl('-n', NAMESPACE, 'get', 'statefulset/web', '-o', 'jsonpath={.metadata.annotations}');
      const before = [spec(), marks()];
      const out = join(FOLDER, 'guarded');
      await killedInMidFault(scenario(fault), out);
      await expect.poll(() => spec(), { timeout: MINUTES, interval: 500 }).toBe(before[0]);
      await expect
        .poll(() => kubectl('-n', NAMESPACE, 'get', 'leases', '-o', 'name'), { timeout: MINUTES })
        .toBe('');
      expect(marks()).toBe(before[1]);
      expect(restore([out])).toMatchObject({ status: EXIT.ok, stdout: 'nothing is left to be put back\n' });
    },
    4 * MINUTES,
  );

  it(
    'without a guard is put back by an account that may restore and no more, from the cluster alone',
    async () => {
      applied(STATEFUL_SET);
      kubectl('-n', NAMESPACE, 'rollout', 'status', 'statefulset/web', '--timeout=60s');
      const file = scenario('scale: {replicas: 0, at: 1s}');
      applied(rbac(file, '--for', 'restore', '--deployed'));
      const KUBECONFIG = kubeconfigOf(join(FOLDER, 'restorer.kubeconfig'), NAMESPACE, RESTORER);
      await killedInMidFault(file, join(FOLDER, 'unguarded'), ['--yes', '--no-guard']);
      const replicas = () =>
        kubectl('-n', NAMESPACE, 'get', 'statefulset/web', '-o', 'jsonpath={.spec.replicas}');
      expect(replicas()).toBe('0');
      const { status, stdout, stderr } = restore(['--namespace', NAMESPACE], { KUBECONFIG });
      expect(status, stderr).toBe(EXIT.ok);
      expect(stdout).toContain('scale of web, of an earlier run that was killed, was undone');
      expect(replicas()).toBe('3');
      expect(kubectl('-n', NAMESPACE, 'get', 'leases', '-o', 'name')).toBe('');
      const asked = await auditOf(`system:serviceaccount:${NAMESPACE}:${RESTORER}`);
      expect(asked.length).toBeGreaterThan(0);
      expect(asked.filter(isRefused)).toEqual([]);
    },
    4 * MINUTES,
  );

  it.each([
    ['bad-image', 'bad-image: {container: web, at: 1s}'],
    ['bad-readiness', 'bad-readiness: {container: web, at: 1s}'],
  ])(
    'in mid %s of pods that start in order: its guard also deletes the bad one, and another gets ready',
    async (_, fault) => {
      const manifest = statefulSet('OrderedReady');
      applied(manifest);
      kubectl('-n', NAMESPACE, 'rollout', 'status', 'statefulset/web', '--timeout=120s');
      const of = (path: string) =>
        kubectl('-n', NAMESPACE, 'get', 'statefulset/web', '-o', `jsonpath={${path}}`);
      const [spec, marks] = [of('.spec'), of('.metadata.annotations')];
      const out = join(FOLDER, 'in-order');
      await killedInMidFault(scenario(fault, manifest), out);
      await expect.poll(() => of('.spec'), { timeout: MINUTES, interval: 500 }).toBe(spec);
      const ready = () => of('.status.readyReplicas').concat(' ', of('.status.updatedReplicas'));
      await expect.poll(ready, { timeout: 2 * MINUTES, interval: 500 }).toBe('3 3');
      await expect
        .poll(() => kubectl('-n', NAMESPACE, 'get', 'leases', '-o', 'name'), { timeout: MINUTES })
        .toBe('');
      expect(of('.metadata.annotations')).toBe(marks);
      expect(restore([out])).toMatchObject({ status: EXIT.ok, stdout: 'nothing is left to be put back\n' });
    },
    6 * MINUTES,
  );

  it(
    'what it created is removed as well',
    async () => {
      await killedInMidFault(scenario('scale: {replicas: 1, at: 1s}'), join(FOLDER, 'created'));
      await expect.poll(() => objectsIn(NAMESPACE), { timeout: MINUTES, interval: 500 }).toEqual(['']);
    },
    4 * MINUTES,
  );
});
