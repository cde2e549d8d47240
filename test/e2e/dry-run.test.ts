/** A dry run of every fault, by an account that may only read: what it asks for, by the API server's audit log. */
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
import { applied, kubectl } from './kubectl.ts';
import { MINUTES, type Place, testPlace } from './place.ts';
import { spreadOverNodes } from './web.ts';

const ACCOUNT = 'reader';
const WEB = {
  pod: spreadOverNodes('DoNotSchedule'),
  container: { resources: { limits: { memory: '128Mi' } } },
};

/** The ClusterRole view has nothing that is in no namespace. */
const readerRights = (namespace: string): string => `
apiVersion: v1
kind: ServiceAccount
metadata: {name: ${ACCOUNT}, namespace: ${namespace}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: ${namespace}}
rules: [{apiGroups: [""], resources: [nodes], verbs: [get, list, watch]}]
${['view', namespace]
  .map(
    (role) => `---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: ${namespace}-${role}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ${role}}
subjects: [{kind: ServiceAccount, name: ${ACCOUNT}, namespace: ${namespace}}]
`,
  )
  .join('')}`;

const scenario = (place: Place, fault: string): string =>
  place.scenario(
    {
      ...{ faults: [fault], duration: '5s' },
      more: [
        'cluster: {nodes: [{name: node-1, zone: zone-a}, {name: node-2, zone: zone-b}]}',
        'applications: {web: {memory: 20MiB}}',
      ],
    },
    WEB,
  );

/** They go through Istio, which the testbed does not have. */
const isOfMesh = ([type]: (typeof EVERY_FAULT)[number]): boolean => type.startsWith('http-');

describeOnTestbed('a dry run by an account that may only read', () => {
  // Pods of others on a node would be in the way of what is done to it.
  const here = testPlace('dry-run', { per: 'file', leaves: 'nothing' });
  let kubeconfig: string;
  let reader: string;
  beforeAll(() => {
    const place = here();
    applied(readerRights(place.namespace));
    place.deploy(WEB);
    kubeconfig = place.kubeconfigOf(ACCOUNT);
    reader = `system:serviceaccount:${place.namespace}:${ACCOUNT}`;
  }, 2 * MINUTES);
  afterAll(() => {
    const { namespace } = here();
    const bindings = ['view', namespace].map((role) => `clusterrolebinding/${namespace}-${role}`);
    kubectl('delete', '--ignore-not-found', `clusterrole/${namespace}`, ...bindings);
  });

  const readerCluster = () =>
    connectKubernetes({
      ...{ kubeconfig, providerCommand: PROVIDER_COMMAND },
      containerKillCommand: CONTAINER_KILL_COMMAND,
    });
  const podUids = (): string => here().get('pods', '.items[*].metadata.uid');
  /** What the reader has asked since so many events. */
  const askedSince = async (count: number) => (await auditOf(reader)).slice(count);

  it('would be seen if it wrote: what the account is refused stands in the log', async () => {
    const [pod = ''] = here().kubectl('get', 'pods', '-o', 'name').split('\n');
    const before = await auditOf(reader);
    expect(() => here().kubectl('--kubeconfig', kubeconfig, 'delete', pod)).toThrow(/forbidden/);
    const asked = await askedSince(before.length);
    expect(asked.filter(isChange)).toMatchObject([
      { verb: 'delete', objectRef: { resource: 'pods', name: pod.replace('pod/', '') } },
    ]);
    expect(asked.filter(isChange).every(isRefused)).toBe(true);
  });

  it.each(EVERY_FAULT.filter(isOfMesh))('%s: misses its mesh, and has only read', async (_, line) => {
    const before = await auditOf(reader);
    const cluster = readerCluster();
    const dry = dryRun(loadScenario(scenario(here(), line)), cluster, { journal: '' });
    expect((await dry).obstacles.map(({ message }) => message).join()).toContain(
      'the cluster has no VirtualServices',
    );
    await cluster.close();
    expect((await askedSince(before.length)).filter(isChange)).toEqual([]);
  });

  const others = EVERY_FAULT.filter((fault) => !isOfMesh(fault));
  it.each(others)('%s: names what would be hit, and asks for nothing that writes', async (_, line) => {
    const pods = podUids();
    const before = await auditOf(reader);
    const cluster = readerCluster();
    const { acts, obstacles, rights } = await dryRun(loadScenario(scenario(here(), line)), cluster, {
      journal: '',
    });
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
      const before = await auditOf(reader);
      const [, line] = EVERY_FAULT[0] as (typeof EVERY_FAULT)[number];
      const place = here();
      const { code, stderr } = await place.chaos(scenario(place, line), {
        ...{ env: { KUBECONFIG: kubeconfig }, flags: ['--dry-run'] },
      });
      expect(code, stderr).toBe(EXIT.ok);
      const asked = await askedSince(before.length);
      expect(asked.filter(isChange)).toEqual([]);
      expect(asked.filter(isReview).length).toBeGreaterThan(5);
    },
    MINUTES,
  );
});
