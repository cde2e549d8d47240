/** A dry run of every fault, by an account that may only read: what it asks for, by the API server's audit log. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectKubernetes } from '../../src/chaos/cluster/kubernetes.ts';
import { dryRun } from '../../src/chaos/dry-run.ts';
import { EXIT } from '../../src/scenario/errors.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { isChange, isReview } from '../../testbed/audit-log.ts';
import { EVERY_FAULT } from '../support/every-fault.ts';
import { CONTAINER_KILL_COMMAND, PROVIDER_COMMAND } from '../support/lab.ts';
import { describeOnTestbed } from '../support/testbed.ts';
import { auditOf, isRefused } from './audit.ts';
import { applied, chaos, kubeconfigOf, kubectl } from './chaos-command.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'foreshock-dry-run-'));
const NAMESPACE = 'foreshock-dry-run';
const READER = `system:serviceaccount:${NAMESPACE}:reader`;
const KUBECONFIG = join(FOLDER, 'kubeconfig');
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
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: DoNotSchedule
          labelSelector: {matchLabels: {app: web}}
      containers:
        - name: web
          image: nginx
          imagePullPolicy: IfNotPresent
          ports: [{containerPort: 80}]
          resources: {limits: {memory: 128Mi}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: ${NAMESPACE}}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80}]}
`;

/** The ClusterRole view has nothing that is in no namespace. */
const READER_RIGHTS = `
apiVersion: v1
kind: ServiceAccount
metadata: {name: reader, namespace: ${NAMESPACE}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: ${NAMESPACE}}
rules: [{apiGroups: [""], resources: [nodes], verbs: [get, list, watch]}]
${['view', NAMESPACE]
  .map(
    (role) => `---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: ${NAMESPACE}-${role}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ${role}}
subjects: [{kind: ServiceAccount, name: reader, namespace: ${NAMESPACE}}]
`,
  )
  .join('')}`;

/** Writes a scenario with one fault, and gives its file. */
function scenario(fault: string): string {
  const file = join(FOLDER, 'web.yaml');
  writeFileSync(join(FOLDER, 'web.k8s.yaml'), MANIFEST);
  writeFileSync(
    file,
    `version: foreshock/v1
manifests: [web.k8s.yaml]
cluster: {nodes: [{name: node-1, zone: zone-a}, {name: node-2, zone: zone-b}]}
applications: {web: {memory: 20MiB}}
load: {rate: 20, duration: 5s}
faults:
  - ${fault}
trials: {predict: 10, measure: 1}
`,
  );
  return file;
}

/** They go through Istio, which the testbed does not have. */
const isOfMesh = ([type]: (typeof EVERY_FAULT)[number]): boolean => type.startsWith('http-');

const readerCluster = () =>
  connectKubernetes({
    ...{ kubeconfig: KUBECONFIG, providerCommand: PROVIDER_COMMAND },
    containerKillCommand: CONTAINER_KILL_COMMAND,
  });

const podUids = (): string =>
  kubectl('-n', NAMESPACE, 'get', 'pods', '-o', 'jsonpath={.items[*].metadata.uid}');

/** What the reader has asked since so many events. */
const askedSince = async (count: number) => (await auditOf(READER)).slice(count);

describeOnTestbed('a dry run by an account that may only read', () => {
  beforeAll(() => {
    kubectl('create', 'namespace', NAMESPACE);
    applied(READER_RIGHTS);
    applied(MANIFEST);
    kubectl('-n', NAMESPACE, 'rollout', 'status', 'deployment/web', '--timeout=60s');
    kubeconfigOf(KUBECONFIG, NAMESPACE, 'reader');
  }, 2 * MINUTES);
  afterAll(() => {
    const bindings = ['view', NAMESPACE].map((role) => `clusterrolebinding/${NAMESPACE}-${role}`);
    kubectl('delete', '--ignore-not-found', `clusterrole/${NAMESPACE}`, ...bindings);
    kubectl('delete', 'namespace', NAMESPACE, '--wait=true');
    rmSync(FOLDER, { recursive: true, force: true });
  }, 2 * MINUTES);

  it('would be seen if it wrote: what the account is refused stands in the log', async () => {
    const [pod = ''] = kubectl('-n', NAMESPACE, 'get', 'pods', '-o', 'name').split('\n');
    const before = await auditOf(READER);
    expect(() => kubectl('--kubeconfig', KUBECONFIG, '-n', NAMESPACE, 'delete', pod)).toThrow(/forbidden/);
    const asked = await askedSince(before.length);
    expect(asked.filter(isChange)).toMatchObject([
      { verb: 'delete', objectRef: { resource: 'pods', name: pod.replace('pod/', '') } },
    ]);
    expect(asked.filter(isChange).every(isRefused)).toBe(true);
  });

  it.each(EVERY_FAULT.filter(isOfMesh))('%s: misses its mesh, and has only read', async (_, line) => {
    const before = await auditOf(READER);
    const cluster = readerCluster();
    const dry = dryRun(loadScenario(scenario(line)), cluster, { journal: '' });
    expect((await dry).obstacles.map(({ message }) => message).join()).toContain(
      'the cluster has no VirtualServices',
    );
    await cluster.close();
    expect((await askedSince(before.length)).filter(isChange)).toEqual([]);
  });

  const others = EVERY_FAULT.filter((fault) => !isOfMesh(fault));
  it.each(others)('%s: names what would be hit, and asks for nothing that writes', async (_, line) => {
    const pods = podUids();
    const before = await auditOf(READER);
    const cluster = readerCluster();
    const { acts, obstacles, rights } = await dryRun(loadScenario(scenario(line)), cluster, { journal: '' });
    await cluster.close();
    expect(obstacles).toEqual([]);
    expect(acts).toHaveLength(1);
    expect(rights.missing.map(({ verb, resource }) => `${verb} ${resource}`)).toContain('create leases');

    const asked = await askedSince(before.length);
    expect(asked.filter(isChange)).toEqual([]);
    expect(asked.filter(isRefused)).toEqual([]);
    expect(asked.filter(isReview).length).toBeGreaterThan(5);
    expect(asked.filter(({ verb }) => verb === 'list').length).toBeGreaterThan(0);
    expect(podUids()).toBe(pods);
  });

  it(
    'and so does the command, as a user runs it',
    async () => {
      const before = await auditOf(READER);
      const [, line] = EVERY_FAULT[0] as (typeof EVERY_FAULT)[number];
      const { code, stderr } = await chaos(scenario(line), {
        ...{ out: join(FOLDER, 'out'), env: { KUBECONFIG }, flags: ['--dry-run'] },
      });
      expect(code, stderr).toBe(EXIT.ok);
      const asked = await askedSince(before.length);
      expect(asked.filter(isChange)).toEqual([]);
      expect(asked.filter(isReview).length).toBeGreaterThan(5);
    },
    MINUTES,
  );
});
