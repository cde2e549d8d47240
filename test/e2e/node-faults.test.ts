/**
 * Faults on nodes, as a user meets them: who is in the way, who puts the node back. Each leaves the cluster as it was.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { EXIT } from '../../src/scenario/errors.ts';
import { describeOnTestbed } from '../support/testbed.ts';
import { applied, chaos, kubectl, objectsIn } from './chaos-command.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'foreshock-nodes-'));
const OUT = join(FOLDER, 'out');
const JOURNAL = join(OUT, 'journal.jsonl');
const NAMESPACE = 'foreshock-nodes';
const MINUTES = 60_000;

const spread = (app: string) =>
  `topologySpreadConstraints: [{maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: ${app}}}}]`;
const manifest = (name: string, node = '') => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: ${NAMESPACE}}
spec:
  replicas: ${node === '' ? 2 : 1}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      ${node === '' ? spread(name) : `nodeName: ${node}`}
      containers:
        - {name: web, image: nginx, imagePullPolicy: IfNotPresent, ports: [{containerPort: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: ${NAMESPACE}}
spec: {type: NodePort, selector: {app: ${name}}, ports: [{port: 80}]}
`;

/** Writes a scenario with one fault, and gives its file. */
function scenario(fault: string, duration = '4s'): string {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, 'web.k8s.yaml'), manifest('web'));
  const file = join(FOLDER, 'web.yaml');
  writeFileSync(
    file,
    `version: foreshock/v1
manifests: [web.k8s.yaml]
load: {rate: 20, duration: ${duration}}
faults:
  - ${fault}
trials: {predict: 10, measure: 1}
`,
  );
  return file;
}

/** Runs a power cut without an end, and sends a signal when the journal says that it was done. */
async function cutPowerUntil(signal: NodeJS.Signals, ...flags: readonly string[]) {
  let sent = false;
  return chaos(scenario('node-loss: {at: 1s}', '60s'), {
    out: OUT,
    flags: ['--yes', ...flags],
    seen(text, kill) {
      if (sent || !/running/.test(text)) return;
      sent = true;
      const waiting = setInterval(() => {
        if (!isDone('cut-power')) return;
        clearInterval(waiting);
        kill(signal);
      }, 100);
    },
  });
}

interface JournalLine {
  readonly id: string;
  readonly act?: string;
  readonly outcome?: string;
}

function isDone(act: string): boolean {
  const lines = readFileSync(JOURNAL, 'utf8').trim().split('\n');
  const parsed = lines.map((line) => JSON.parse(line) as JournalLine);
  const ids = parsed.filter((line) => line.act === act).map(({ id }) => id);
  return parsed.some(({ id, outcome }) => ids.includes(id) && outcome === 'done');
}

const nodes = (): string =>
  kubectl(
    'get',
    'nodes',
    '-o',
    'jsonpath={range .items[*]}{.metadata.name} {.spec.unschedulable} {.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}',
  );

describeOnTestbed('faults on nodes', () => {
  beforeEach(() => {
    rmSync(OUT, { recursive: true, force: true });
    kubectl('create', 'namespace', NAMESPACE);
    kubectl('wait', 'node', '--all', '--for=condition=Ready', '--timeout=60s');
  });
  afterEach(() => {
    kubectl('delete', 'namespace', NAMESPACE, '--wait=true');
  }, 2 * MINUTES);
  afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

  it.each(['node-drain', 'node-loss', 'node-partition'])(
    '%s is refused where the node also runs what the scenario does not name; nothing is hit',
    async (type) => {
      applied(manifest('stranger', 'node-2'));
      kubectl('-n', NAMESPACE, 'rollout', 'status', 'deployment/stranger', '--timeout=60s');
      const before = objectsIn(NAMESPACE);
      const { code, stderr } = await chaos(scenario(`${type}: {workload: web, at: 1s}`), { out: OUT });
      expect(code, stderr).toBe(EXIT.configuration);
      expect(stderr).toContain('node-2');
      expect(stderr).toContain(`${NAMESPACE}/stranger-`);
      expect(objectsIn(NAMESPACE)).toEqual(before);
      expect(nodes()).toBe('node-1  True\nnode-2  True\n');
    },
    2 * MINUTES,
  );

  it('what no API can do is refused where nobody is named who can', async () => {
    const env = { FORESHOCK_PROVIDER_COMMAND: undefined };
    const { code, stderr } = await chaos(scenario('node-loss: {at: 1s}'), { out: OUT, env });
    expect(code, stderr).toBe(EXIT.configuration);
    expect(stderr).toContain('node-loss needs a command');
    expect(stderr).toContain('--provider-command');
    expect(objectsIn(NAMESPACE)).toEqual(['']);
  });

  it(
    'Ctrl-C gives the node its power back, waits until it is Ready, and removes what was created',
    async () => {
      const { code, stderr } = await cutPowerUntil('SIGINT');
      expect(code, stderr).toBe(EXIT.aborted);
      expect(isDone('undo')).toBe(true);
      expect(nodes()).toBe('node-1  True\nnode-2  True\n');
      expect(objectsIn(NAMESPACE)).toEqual(['']);
    },
    3 * MINUTES,
  );

  it(
    'the next run gives a node its power back that a killed run without a guard has left without',
    async () => {
      expect((await cutPowerUntil('SIGKILL', '--no-guard')).code).toBeNull();
      expect(isDone('undo')).toBe(false);
      const { code, stderr } = await chaos(scenario('node-drain: {at: 1s, duration: 2s}'), { out: OUT });
      expect([EXIT.ok, EXIT.inconclusive], stderr).toContain(code);
      expect(isDone('undo')).toBe(true);
      expect(isDone('drain-node')).toBe(true);
      expect(nodes()).toBe('node-1  True\nnode-2  True\n');
      expect(objectsIn(NAMESPACE)).toEqual(['']);
    },
    5 * MINUTES,
  );
});
