/**
 * A pod's sandbox killed on a real node, as a user does it: who is asked, what the kubelet makes of it, and a pod that
 * is as fresh as before when all is over.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EXIT } from '../../src/scenario/errors.ts';
import { describeOnTestbed } from '../support/testbed.ts';
import { applied, chaos, kubectl, objectsIn } from './chaos-command.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'foreshock-sandbox-'));
const NAMESPACE = 'foreshock-sandbox';
const MINUTES = 60_000;

const MANIFEST = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: ${NAMESPACE}}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: nginx
          imagePullPolicy: IfNotPresent
          ports: [{containerPort: 80}]
          readinessProbe: {httpGet: {port: 80}, periodSeconds: 1}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: ${NAMESPACE}}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80}]}
`;
const SCENARIO = `version: foreshock/v1
manifests: [web.k8s.yaml]
load: {rate: 50, duration: 10s}
faults:
  - sandbox-kill: {at: 2s}
trials: {predict: 10, measure: 1}
`;

/** Writes the scenario, and gives its file. */
function scenario(): string {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, 'web.k8s.yaml'), MANIFEST);
  const file = join(FOLDER, 'web.yaml');
  writeFileSync(file, SCENARIO);
  return file;
}

interface KubernetesEvent {
  readonly involvedObject: { readonly kind: string; readonly name: string };
}

/** Pods of which the kubelet has said that their sandbox changed, once for each time. */
function changedSandboxes(): string[] {
  const selected = ['--field-selector=reason=SandboxChanged', '-o', 'json'];
  const { items } = JSON.parse(kubectl('-n', NAMESPACE, 'get', 'events', ...selected)) as {
    items: KubernetesEvent[];
  };
  return items.map(({ involvedObject }) => involvedObject.name);
}

const restarts = (): string =>
  kubectl(
    '-n',
    NAMESPACE,
    'get',
    'pods',
    '-o',
    'jsonpath={.items[*].status.containerStatuses[*].restartCount}',
  );

describeOnTestbed('sandbox-kill', () => {
  beforeAll(() => {
    kubectl('create', 'namespace', NAMESPACE);
    applied(MANIFEST);
    kubectl('-n', NAMESPACE, 'rollout', 'status', 'deployment/web', '--timeout=60s');
  }, 2 * MINUTES);
  afterAll(() => {
    kubectl('delete', 'namespace', NAMESPACE, '--wait=true');
    rmSync(FOLDER, { recursive: true, force: true });
  }, 2 * MINUTES);

  it('is refused where nobody is named who can, and nothing is hit', async () => {
    const before = objectsIn(NAMESPACE);
    const env = { FORESHOCK_PROVIDER_COMMAND: undefined };
    const { code, stderr } = await chaos(scenario(), { out: join(FOLDER, 'refused'), env });
    expect(code, stderr).toBe(EXIT.configuration);
    expect(stderr).toContain('sandbox-kill needs a command');
    expect(stderr).toContain('--provider-command');
    expect(objectsIn(NAMESPACE)).toEqual(before);
    expect(changedSandboxes()).toEqual([]);
  });

  it(
    'has the kubelet replace the sandbox of the pod that was chosen, and leaves a fresh pod',
    async () => {
      const out = join(FOLDER, 'out');
      const { code, stderr } = await chaos(scenario(), { out });
      expect([EXIT.ok, EXIT.inconclusive], stderr).toContain(code);

      const journal = readFileSync(join(out, 'journal.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map(
          (line) =>
            JSON.parse(line) as { id: string; act?: string; outcome?: string; target?: { name: string } },
        );
      const [kill, ...more] = journal.filter(({ act }) => act === 'kill-sandbox');
      expect(more).toEqual([]);
      expect(journal.some(({ id, outcome }) => id === kill?.id && outcome === 'done')).toBe(true);
      expect(changedSandboxes()).toEqual([kill?.target?.name]);

      expect(journal.filter(({ act }) => act === 'replace-pod').map(({ target }) => target?.name)).toEqual([
        kill?.target?.name,
      ]);
      expect(restarts()).toBe('0');
    },
    3 * MINUTES,
  );
});
