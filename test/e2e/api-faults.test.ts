/** The API server of a real cluster is away for 30 s while a fault stands: the run ends in order, and all is as it was. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { EXIT } from '../../src/scenario/errors.ts';
import { describeOnTestbed } from '../support/testbed.ts';
import { applied, chaos, kubectl } from './chaos-command.ts';
import { type LoopbackProxy, loopbackProxy } from './loopback-proxy.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'foreshock-api-faults-'));
const NAMESPACE = 'foreshock-api-faults';
const MINUTES = 60_000;
const AWAY_MS = 30_000;

const MANIFEST = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: ${NAMESPACE}}
spec:
  replicas: 2
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

function scenario(): string {
  writeFileSync(join(FOLDER, 'web.k8s.yaml'), MANIFEST);
  const file = join(FOLDER, 'web.yaml');
  writeFileSync(
    file,
    `version: foreshock/v1
manifests: [web.k8s.yaml]
load: {rate: 20, duration: 60s}
faults:
  - scale: {replicas: 1, at: 1s}
trials: {predict: 10, measure: 1}
`,
  );
  return file;
}

/** The kubeconfig in use, by way of the proxy, whose address is in the server's certificate. */
function kubeconfigBy({ port }: LoopbackProxy): string {
  const file = join(FOLDER, 'proxied.kubeconfig');
  writeFileSync(file, readFileSync(process.env.KUBECONFIG as string));
  const name = kubectl('config', 'view', '--minify', '-o', 'jsonpath={.clusters[0].name}');
  kubectl('--kubeconfig', file, 'config', 'set-cluster', name, `--server=https://127.0.0.1:${port}`);
  return file;
}

/** Whether the journal has it that the replicas were changed. */
function isScaled(out: string): boolean {
  const file = join(out, 'journal.jsonl');
  // The last line may be half written.
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  const acts = lines.map((line) => JSON.parse(line) as { id?: string; act?: string; outcome?: string });
  const id = acts.find(({ act }) => act === 'scale')?.id;
  return id !== undefined && acts.some((each) => each.id === id && each.outcome === 'done');
}

const inNamespace = (...words: string[]) => kubectl('-n', NAMESPACE, ...words);

describeOnTestbed('an API server that is away for 30 s', () => {
  beforeEach(() => {
    kubectl('create', 'namespace', NAMESPACE);
    applied(MANIFEST);
    inNamespace('rollout', 'status', 'deployment/web', '--timeout=60s');
  });
  afterEach(() => {
    kubectl('delete', 'namespace', NAMESPACE, '--wait=true');
  }, 2 * MINUTES);
  afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

  it(
    'in mid-fault: the run says so after 10 s, undoes it when it is back, and leaves nothing behind',
    async () => {
      const { hostname, port } = new URL(
        kubectl('config', 'view', '--minify', '-o', 'jsonpath={.clusters[0].cluster.server}'),
      );
      const proxy = await loopbackProxy(hostname, Number(port));
      const marks = () => inNamespace('get', 'deployment/web', '-o', 'jsonpath={.metadata.annotations}');
      const before = marks();
      const out = join(FOLDER, 'out');
      let watching: NodeJS.Timeout | undefined;
      let back: Promise<void> | undefined;
      try {
        const { code, stderr } = await chaos(scenario(), {
          out,
          env: { KUBECONFIG: kubeconfigBy(proxy) },
          seen() {
            watching ??= setInterval(() => {
              if (back === undefined && isScaled(out)) back = proxy.goAway(AWAY_MS);
            }, 100);
          },
        });
        expect(back, stderr).toBeDefined();
        await back;
        expect(code, stderr).toBe(EXIT.aborted);
        expect(stderr).toContain('the connection to the cluster is lost for 10 s');
        expect(stderr).not.toMatch(/\n\s+at /);
      } finally {
        clearInterval(watching);
        await back;
        await proxy.close();
      }
      expect(inNamespace('get', 'deployment/web', '-o', 'jsonpath={.spec.replicas}')).toBe('2');
      expect(marks()).toBe(before);
      expect(inNamespace('get', 'leases', '-o', 'name')).toBe('');
    },
    2 * MINUTES,
  );
});
