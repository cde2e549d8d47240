/** A pod's processors used up on a real node: what its requests feel, and that nothing of it is left. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { EXIT } from '../../src/scenario/errors.ts';
import type { Measurement } from '../../src/timeline/verdict.ts';
import { describeOnTestbed } from '../support/testbed.ts';
import { applied, chaos, kubectl } from './chaos-command.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'foreshock-stress-'));
const OUT = join(FOLDER, 'out');
const NAMESPACE = 'foreshock-stress';
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
          resources: {limits: {cpu: 300m, memory: 128Mi}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: ${NAMESPACE}}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80}]}
`;

/** Writes a scenario with one fault, and gives its file. */
function scenario(fault: string): string {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, 'web.k8s.yaml'), MANIFEST);
  const file = join(FOLDER, 'web.yaml');
  writeFileSync(
    file,
    `version: foreshock/v1
manifests: [web.k8s.yaml]
load: {rate: 50, duration: 15s}
faults:
  - ${fault}
applications: {web: {memory: 20MiB}}
trials: {predict: 10, measure: 1}
`,
  );
  return file;
}

const measurement = (): Measurement =>
  JSON.parse(readFileSync(join(OUT, 'measurement.json'), 'utf8')) as Measurement;

/** Ephemeral containers of all pods. */
const stressors = (): string =>
  kubectl('-n', NAMESPACE, 'get', 'pods', '-o', 'jsonpath={.items[*].spec.ephemeralContainers[*].name}');

describeOnTestbed('a stress', () => {
  beforeEach(() => {
    rmSync(OUT, { recursive: true, force: true });
    kubectl('create', 'namespace', NAMESPACE);
    applied(MANIFEST);
    kubectl('-n', NAMESPACE, 'rollout', 'status', 'deployment/web', '--timeout=60s');
  }, 2 * MINUTES);
  afterEach(() => {
    kubectl('delete', 'namespace', NAMESPACE, '--wait=true');
  }, 2 * MINUTES);
  afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

  it(
    'of the processors makes the slow requests slower by tens of milliseconds, lasts as long as it says, and leaves a fresh pod',
    async () => {
      const { code, stderr } = await chaos(scenario('cpu-stress: {at: 2s, duration: 8s, workers: 2}'), {
        out: OUT,
      });
      expect([EXIT.ok, EXIT.inconclusive], stderr).toContain(code);
      const { metrics, faults } = measurement();
      // Two of the machine's processors use up 30 of 100 ms in 15: whoever comes in the rest waits for up to 85 ms.
      const p99_ms = metrics.latency_p99_ms!.measured.mean;
      expect(p99_ms).toBeGreaterThan(30);
      expect(p99_ms).toBeLessThan(500);
      const { nominal_ms, effective_ms } = faults[0]!.lasting!;
      expect(nominal_ms).toBe(8000);
      expect(effective_ms).toBeGreaterThan(6000);
      expect(effective_ms).toBeLessThan(11_000);
      expect(stressors()).toBe('');
    },
    4 * MINUTES,
  );

  it(
    'of memory beyond the limit is killed itself where it holds most, and no request is lost by it',
    async () => {
      const { code, stderr } = await chaos(scenario('memory-stress: {at: 2s, duration: 8s, size: 256MiB}'), {
        out: OUT,
      });
      expect([EXIT.ok, EXIT.inconclusive], stderr).toContain(code);
      const { notes, outages } = measurement();
      expect(notes.join('\n')).toMatch(
        /memory-stress: the stress of web-\S+ ended after \d of 8 s: OOMKilled/,
      );
      expect(outages.flatMap((trial) => trial.outages)).toEqual([]);
      expect(stressors()).toBe('');
    },
    4 * MINUTES,
  );

  it(
    'of memory below the limit is held for its time',
    async () => {
      const { code, stderr } = await chaos(scenario('memory-stress: {at: 2s, duration: 8s, size: 40MiB}'), {
        out: OUT,
      });
      expect([EXIT.ok, EXIT.inconclusive], stderr).toContain(code);
      const { faults, notes } = measurement();
      expect(notes.join('\n')).not.toContain('ended after');
      expect(faults[0]!.lasting!.effective_ms).toBeGreaterThan(6000);
    },
    4 * MINUTES,
  );

  it(
    'ends at once where the load has ended, by a command in it',
    async () => {
      const begun = Date.now();
      const { code, stderr } = await chaos(scenario('cpu-stress: {at: 2s, duration: 300s}'), { out: OUT });
      expect([EXIT.ok, EXIT.inconclusive], stderr).toContain(code);
      expect(Date.now() - begun).toBeLessThan(2 * MINUTES);
      expect(stressors()).toBe('');
    },
    4 * MINUTES,
  );
});
