/**
 * What goes wrong on a real cluster, as a user meets it: a clear message, its own exit code, and the cluster as
 * it was before. Every test has a namespace of its own.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { EXIT } from '../../src/scenario/errors.ts';
import { describeOnTestbed } from '../support/testbed.ts';
import {
  applied,
  type ChaosOptions,
  chaos as chaosCommand,
  kubeconfigOf,
  kubectl,
  objectsIn,
} from './chaos-command.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'foreshock-careful-'));
const NAMESPACE = 'foreshock-careful';
const MINUTES = 60_000;

const manifest = (image = 'nginx') => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: ${NAMESPACE}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "${image}", ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: ${NAMESPACE}}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80}]}
`;

/** Writes a scenario with the manifest, and gives its file. */
function scenario(
  image?: string,
  duration = '4s',
  faults = 'pod-kill: {mode: one, at: 1s, grace_period: 0s}',
  safety = '{}',
): string {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, 'web.k8s.yaml'), manifest(image));
  const file = join(FOLDER, 'web.yaml');
  writeFileSync(
    file,
    `version: foreshock/v1
manifests: [web.k8s.yaml]
load: {rate: 20, duration: ${duration}}
faults:
  - ${faults}
safety: ${safety}
trials: {predict: 10, measure: 1}
`,
  );
  return file;
}

const chaos = (file: string, options: Omit<ChaosOptions, 'out'> = {}) =>
  chaosCommand(file, { ...options, out: join(FOLDER, 'out') });
const objects = () => objectsIn(NAMESPACE);

/** Every object of the namespace with the version of its last write. */
const versions = () =>
  kubectl(
    ...['-n', NAMESPACE, 'get', 'deployments,replicasets,pods,services,leases,configmaps'],
    ...['-o', 'custom-columns=K:.kind,N:.metadata.name,V:.metadata.resourceVersion'],
  );

/** With the manifest applied, and an account that may read it and no more. */
async function asReader(work: (env: NonNullable<ChaosOptions['env']>) => Promise<void>): Promise<void> {
  applied(manifest());
  kubectl('-n', NAMESPACE, 'create', 'serviceaccount', 'reader');
  kubectl(
    ...['create', 'clusterrolebinding', NAMESPACE, '--clusterrole=view'],
    `--serviceaccount=${NAMESPACE}:reader`,
  );
  try {
    mkdirSync(FOLDER, { recursive: true });
    const kubeconfig = kubeconfigOf(join(FOLDER, 'reader.kubeconfig'), NAMESPACE, 'reader');
    kubectl('-n', NAMESPACE, 'rollout', 'status', 'deployment/web', '--timeout=60s');
    await work({ KUBECONFIG: kubeconfig });
  } finally {
    kubectl('delete', 'clusterrolebinding', NAMESPACE);
  }
}

describeOnTestbed('foreshock on a cluster', () => {
  beforeEach(() => {
    kubectl('create', 'namespace', NAMESPACE);
  });
  afterEach(() => {
    kubectl('delete', 'namespace', NAMESPACE, '--wait=true');
  }, 2 * MINUTES);
  afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

  it(
    'removes what it created when the image never becomes ready, and names the reason',
    async () => {
      const { code, stderr } = await chaos(scenario('example/nowhere:1'));
      expect(code, stderr).toBe(EXIT.configuration);
      expect(stderr).toMatch(/web.*(ErrImagePull|ImagePullBackOff)/s);
      expect(stderr).not.toMatch(/\n\s+at /);
      expect(objects()).toEqual(['']);
    },
    3 * MINUTES,
  );

  it(
    'names the missing right, touches nothing',
    async () => {
      await asReader(async (env) => {
        const before = objects();
        const { code, stderr } = await chaos(scenario(), { env });
        expect(code, stderr).toBe(EXIT.configuration);
        expect(stderr).toMatch(/delete.*pods/s);
        expect(objects()).toEqual(before);
      });
    },
    3 * MINUTES,
  );

  it(
    'is tried dry by an account that may only read: the victims have names, and nothing was written',
    async () => {
      await asReader(async (env) => {
        const before = versions();
        const file = scenario();
        const { code, stdout, stderr } = await chaos(file, { env, flags: ['--dry-run'] });
        expect(code, stderr).toBe(EXIT.ok);
        expect(stdout).toContain('missing: delete pods');
        const { acts, obstacles } = JSON.parse(readFileSync(join(FOLDER, 'out', 'dry-run.json'), 'utf8'));
        expect(obstacles).toEqual([]);
        const [{ uid, name, node }] = acts[0].targets;
        const found = JSON.parse(kubectl('-n', NAMESPACE, 'get', 'pods', name, '-o', 'json'));
        expect({ uid, node }).toEqual({ uid: found.metadata.uid, node: found.spec.nodeName });
        expect(versions()).toEqual(before);
      });
    },
    3 * MINUTES,
  );

  it(
    'ends a trial by its error rate, with what lasted undone long before its time',
    async () => {
      applied(manifest());
      kubectl('-n', NAMESPACE, 'rollout', 'status', 'deployment/web', '--timeout=60s');
      const began_ms = Date.now();
      const safety = '{abort: {error_rate: {above: 50%, for: 1s}}}';
      const file = scenario(undefined, '120s', 'scale: {replicas: 0, at: 2s}', safety);
      const { code, stderr } = await chaos(file);
      expect(code, stderr).toBe(EXIT.aborted);
      expect(stderr).toContain('safety.abort.error_rate allows 50 %');
      expect(Date.now() - began_ms).toBeLessThan(90_000);
      const replicas = ['get', 'deployment', 'web', '-o', 'jsonpath={.spec.replicas}'];
      expect(kubectl('-n', NAMESPACE, ...replicas)).toBe('2');
    },
    3 * MINUTES,
  );

  it(
    'refuses a deletion that a disruption budget would not let pass as an eviction',
    async () => {
      applied(manifest());
      applied(`
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web, namespace: ${NAMESPACE}}
spec: {minAvailable: 2, selector: {matchLabels: {app: web}}}
`);
      kubectl('-n', NAMESPACE, 'rollout', 'status', 'deployment/web', '--timeout=60s');
      const before = objects();
      const { code, stderr } = await chaos(scenario());
      expect(code, stderr).toBe(EXIT.aborted);
      expect(stderr).toContain(`of which PodDisruptionBudget ${NAMESPACE}/web lets 0 go`);
      expect(objects()).toEqual(before);
      const said = scenario(undefined, '4s', undefined, '{ignore_disruption_budgets: true}');
      // What it costs is another matter: it was done.
      expect((await chaos(said)).code).toBeLessThan(EXIT.configuration);
    },
    3 * MINUTES,
  );

  it('wants a yes where there is no terminal', async () => {
    const { code, stderr } = await chaos(scenario(), { flags: [] });
    expect(code, stderr).toBe(EXIT.configuration);
    expect(stderr).toContain('--yes');
    expect(objects()).toEqual(['']);
  });

  it(
    'refuses a selector that matches a pod of somebody else, and leaves that pod alone',
    async () => {
      applied(manifest());
      kubectl('-n', NAMESPACE, 'run', 'stranger', '--image=nginx', '--labels=app=web');
      kubectl('-n', NAMESPACE, 'rollout', 'status', 'deployment/web', '--timeout=60s');
      kubectl('-n', NAMESPACE, 'wait', '--for=condition=Ready', 'pod/stranger', '--timeout=60s');
      const before = objects();
      const { code, stderr } = await chaos(scenario());
      expect(code, stderr).toBe(EXIT.configuration);
      expect(stderr).toContain('stranger');
      expect(objects()).toEqual(before);
    },
    3 * MINUTES,
  );

  it(
    'ends in order on Ctrl-C in mid-fault: everything it created is gone again',
    async () => {
      let asked = false;
      const { code, stderr } = await chaos(scenario(undefined, '60s'), {
        seen(text, kill) {
          if (asked || !/running/.test(text)) return;
          asked = true;
          // One second and a bit into the trial: the pod is gone, its replacement is not there.
          setTimeout(kill, 1600, 'SIGINT');
        },
      });
      expect(asked).toBe(true);
      expect(code, stderr).toBe(EXIT.aborted);
      expect(readFileSync(join(FOLDER, 'out', 'journal.jsonl'), 'utf8')).toContain('delete-pod');
      expect(objects()).toEqual(['']);
    },
    3 * MINUTES,
  );

  it(
    'says that no cluster answers',
    async () => {
      const kubeconfig = join(FOLDER, 'nowhere.kubeconfig');
      writeFileSync(kubeconfig, readFileSync(process.env.KUBECONFIG as string));
      const cluster = kubectl('--kubeconfig', kubeconfig, 'config', 'get-clusters')
        .trim()
        .split('\n')
        .at(-1) as string;
      kubectl('--kubeconfig', kubeconfig, 'config', 'set-cluster', cluster, '--server=https://127.0.0.1:1');
      const { code, stderr } = await chaos(scenario(), { env: { KUBECONFIG: kubeconfig } });
      expect(code, stderr).toBe(EXIT.configuration);
      expect(stderr).toContain('127.0.0.1:1');
    },
    MINUTES,
  );
});
