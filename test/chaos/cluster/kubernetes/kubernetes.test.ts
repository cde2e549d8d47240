import { writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  ChangedError,
  type Cluster,
  type ObjectEvent,
  type PodRef,
  PodReplacedError,
} from '../../../../src/chaos/cluster/cluster.ts';
import { connectKubernetes } from '../../../../src/chaos/cluster/kubernetes.ts';
import { EXIT, UserError } from '../../../../src/scenario/errors.ts';
import type { ManifestObject } from '../../../../src/scenario/scenario.ts';
import {
  type FakeApiServer,
  type FakeRequest,
  fakeApiServer,
  kubeconfigFor,
  status,
} from './fake-api-server.ts';

const POD: PodRef = { namespace: 'shop', name: 'web-1', uid: 'uid-1' };

let server: FakeApiServer;
const connectAs = async (respond: Parameters<typeof fakeApiServer>[0]): Promise<Cluster> => {
  server = await fakeApiServer(respond);
  return connectKubernetes({ kubeconfig: server.kubeconfig });
};
/** With an account that may do everything. */
const connect = (respond: Parameters<typeof fakeApiServer>[0]): Promise<Cluster> =>
  connectAs((request) =>
    request.path.endsWith('/selfsubjectaccessreviews')
      ? { body: { status: { allowed: true } } }
      : respond(request),
  );
const failureOf = async (act: Promise<unknown>): Promise<UserError> => {
  const error = await act.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
};

afterEach(() => server.close());

describe('connections', () => {
  const version = () => ({ body: { gitVersion: 'v1.35.4' } });

  it('are kept from call to call', async () => {
    const cluster = await connect(version);
    for (let call = 0; call < 5; call += 1) await cluster.warm(1);
    expect(server.requests).toHaveLength(5);
    // The second call may come before the first has let go of its connection.
    expect(server.connections).toBeLessThanOrEqual(2);
  });

  it('are there for as many calls at once as were told of', async () => {
    const cluster = await connect(version);
    await cluster.warm(4);
    expect(server.connections).toBe(4);
    await cluster.warm(4);
    expect(server.connections).toBeLessThanOrEqual(5);
  });
});

describe('what keeps us from the API server', () => {
  it('is said where nothing listens', async () => {
    const cluster = await connect(() => undefined);
    await server.close();
    const error = await failureOf(cluster.describe());
    server = await fakeApiServer(() => undefined);
    expect(error.message).toMatch(/cannot be reached: connection refused \(.*127\.0\.0\.1:\d+\)/);
    expect(error.exitCode).toBe(EXIT.configuration);
  });

  it('is said where TLS fails', async () => {
    const cluster = await connect(() => undefined);
    await writeFile(server.kubeconfig, kubeconfigFor(server.url.replace('http:', 'https:')));
    const error = await failureOf(connectKubernetes({ kubeconfig: server.kubeconfig }).describe());
    expect(error.message).toMatch(/cannot be reached: TLS failed/);
    await cluster.close();
  });

  it('is said where the host has no address', async () => {
    await connect(() => undefined);
    await writeFile(server.kubeconfig, kubeconfigFor('https://api.invalid:6443'));
    const error = await failureOf(connectKubernetes({ kubeconfig: server.kubeconfig }).describe());
    expect(error.message).toMatch(/https:\/\/api\.invalid:6443 cannot be reached: no such host/);
  });

  it('is said where the program that gives the credentials is missing', async () => {
    await connect(() => undefined);
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'no-such-program', args: [] };
    await writeFile(server.kubeconfig, kubeconfigFor(server.url, { exec }));
    const error = await failureOf(connectKubernetes({ kubeconfig: server.kubeconfig }).describe());
    expect(error.message).toMatch(/no-such-program/);
    expect(error.exitCode).toBe(EXIT.configuration);
  });

  it('is said where it does not know the account', async () => {
    const cluster = await connect(() => status(401, 'Unauthorized', 'Unauthorized'));
    const error = await failureOf(cluster.pods('shop', { app: 'web' }));
    expect(error.message).toContain('does not know the account of context "staging" (401)');
  });

  it('is said with the rule that would allow it where a right is missing', async () => {
    const denial = 'pods "web-1" is forbidden: User "alice" cannot delete resource "pods"';
    const cluster = await connect(() => status(403, 'Forbidden', denial));
    const error = await failureOf(cluster.deletePod(POD, 0));
    expect(error.message).toBe(`not allowed to delete pods "web-1" in namespace shop (403): ${denial}`);
    expect(error.hint).toBe(
      'a Role with this rule allows it: {apiGroups: [""], resources: ["pods"], verbs: ["delete"]}',
    );
    expect(error.exitCode).toBe(EXIT.configuration);
  });

  it('passes where it was busy: what only reads is tried again', async () => {
    let failures = 0;
    const cluster = await connect(() => {
      if (failures === 2) return { body: { items: [] } };
      failures += 1;
      return failures === 1 ? (response) => response.destroy() : status(503, 'ServiceUnavailable', 'busy');
    });
    expect(await cluster.pods('shop', { app: 'web' })).toEqual([]);
    expect(server.requests).toHaveLength(3);
  });

  it('is said where something else answers', async () => {
    const cluster = await connect(() => (response) => response.end('<html>Please log in</html>'));
    const error = await failureOf(cluster.describe());
    expect(error.message).toMatch(/answers, but not as a Kubernetes API server does/);
  });

  it.each([429, 503])('is waited for where something is to be changed, too (%i)', async (code) => {
    let failures = 0;
    const cluster = await connect(() => {
      failures += 1;
      return failures < 3 ? status(code, 'TooBusy', 'busy') : { body: {} };
    });
    await cluster.deletePod(POD, 0);
    expect(server.requests.map(({ body }) => body)).toEqual(Array(3).fill(server.requests[0]!.body));
  });

  it('is said when it does not pass in time', async () => {
    await connect(() => status(503, 'ServiceUnavailable', 'busy'));
    const cluster = connectKubernetes({ kubeconfig: server.kubeconfig, patience_ms: 250 });
    const error = await failureOf(cluster.deletePod(POD, 0));
    expect(error.message).toMatch('failed with 503: busy');
    expect(server.requests.length).toBeGreaterThan(1);
  });

  it('says that a change may be done where any attempt may be, though the last was turned away', async () => {
    let attempts = 0;
    await connect(() => {
      attempts += 1;
      return attempts === 1 ? (response) => response.destroy() : status(429, 'TooBusy', 'busy');
    });
    const cluster = connectKubernetes({ kubeconfig: server.kubeconfig, patience_ms: 250 });
    const error = await failureOf(cluster.deletePod(POD, 0));
    expect(error.message).toMatch('failed with 429: busy');
    expect(error).toMatchObject({ mayBeDone: true });
  });

  it('is left alone for longer than there is time, where it asks for that', async () => {
    const cluster = await connect(() => (response) => {
      response.writeHead(429, { 'retry-after': '30' }).end('Too many requests, please try again later.');
    });
    const error = await failureOf(cluster.pods('shop', { app: 'web' }));
    expect(error.message).toMatch('failed with 429: HTTP 429: Too many requests');
    expect(server.requests).toHaveLength(1);
  });
});

/** Answers what takes a pod away with one after the other, and then well; this is what has its name meanwhile. */
const taking = (
  answers: readonly (ReturnType<typeof status> | ((response: ServerResponse) => void))[],
  uid: string | undefined,
) => {
  const left = [...answers];
  return connect(({ method }) =>
    method === 'GET'
      ? { body: { items: uid === undefined ? [] : [{ metadata: { name: POD.name, uid } }] } }
      : (left.shift() ?? { body: {} }),
  );
};
const conflict = status(409, 'Conflict', 'the UID in the precondition does not match');
const writes = () => server.requests.filter(({ method }) => method !== 'GET').length;

describe.each([
  ['deleting a pod', (cluster: Cluster) => cluster.deletePod(POD, 0)],
  ['evicting a pod', (cluster: Cluster) => cluster.evictPod(POD, 0)],
])('%s', (_, takeAway) => {
  it('says that it is gone where nothing has its name (404)', async () => {
    const error = await takeAway(await taking([status(404, 'NotFound', 'not found')], undefined)).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(PodReplacedError);
    expect(error).toMatchObject({ now: 'gone', message: 'pod shop/web-1 with UID uid-1 is gone' });
  });

  it('says that it is another one by now (409)', async () => {
    const error = await takeAway(await taking([conflict], 'uid-2')).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ name: 'PodReplacedError', now: 'replaced' });
    expect(writes()).toBe(1);
  });

  it('is tried again where it is the same, and somebody was only writing to it (409)', async () => {
    await takeAway(await taking([conflict, conflict], 'uid-1'));
    expect(writes()).toBe(3);
  });

  it.each([
    ['404', status(404, 'NotFound', 'not found'), undefined],
    ['409', conflict, 'uid-2'],
  ])('is done where an answer was lost and the pod has gone since (%s)', async (_, refusal, uid) => {
    expect(await takeAway(await taking([(response) => response.destroy(), refusal], uid))).toBeUndefined();
    expect(writes()).toBe(2);
  });
});

describe('deleting a pod', () => {
  it('carries its UID and the grace period', async () => {
    const cluster = await connect(() => ({ body: {} }));
    await cluster.deletePod(POD, 0);
    await cluster.deletePod(POD, undefined);
    expect(server.requests).toMatchObject([
      {
        method: 'DELETE',
        path: '/api/v1/namespaces/shop/pods/web-1',
        body: { preconditions: { uid: 'uid-1' }, gracePeriodSeconds: 0 },
      },
      { body: { preconditions: { uid: 'uid-1' } } },
    ]);
    expect(server.requests[1]!.body).not.toHaveProperty('gracePeriodSeconds');
  });
});

describe('evicting a pod', () => {
  it('asks the eviction API, with its UID and the grace period', async () => {
    const cluster = await connect(() => ({ body: {} }));
    expect(await cluster.evictPod(POD, 7)).toBeUndefined();
    await cluster.evictPod(POD, undefined);
    expect(server.requests).toMatchObject([
      {
        method: 'POST',
        path: '/api/v1/namespaces/shop/pods/web-1/eviction',
        body: {
          apiVersion: 'policy/v1',
          kind: 'Eviction',
          metadata: { name: 'web-1', namespace: 'shop' },
          deleteOptions: { preconditions: { uid: 'uid-1' }, gracePeriodSeconds: 7 },
        },
      },
      { body: { deleteOptions: { preconditions: { uid: 'uid-1' } } } },
    ]);
    expect(server.requests[1]!.body).not.toHaveProperty('deleteOptions.gracePeriodSeconds');
  });

  it('gives what a disruption budget says, and when to ask again', async () => {
    const refusal = status(429, 'TooManyRequests', 'Cannot evict pod');
    const cluster = await connect(() => (response) => {
      response.writeHead(429, { 'content-type': 'application/json', 'retry-after': '7' });
      response.end(JSON.stringify(refusal.body));
    });
    expect(await cluster.evictPod(POD, undefined)).toEqual({
      because: 'Cannot evict pod',
      retry_after_ms: 7000,
    });
    expect(server.requests).toHaveLength(1);
  });

  it('waits where it is the server that is busy, not a budget that refuses', async () => {
    const busy = (response: ServerResponse) =>
      void response.writeHead(429, { 'retry-after': '0' }).end('Too many requests, please try again later.');
    expect(await (await taking([busy, busy], 'uid-1')).evictPod(POD, undefined)).toBeUndefined();
    expect(writes()).toBe(3);
  });
});

describe('changing what is there', () => {
  const WEB = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };
  const SCALED = [{ op: 'replace', path: '/spec/replicas', value: 1 }] as const;
  const answering = (reply: ReturnType<typeof status> | { body: object }) =>
    connect(({ method }) => {
      if (method === 'PATCH') return reply;
      return {
        body: {
          resources: [
            { kind: 'Scale', name: 'deployments/scale', namespaced: true },
            { kind: 'Deployment', name: 'deployments', namespaced: true },
          ],
        },
      };
    });

  it('sends a JSON patch to the object, or to its subresource', async () => {
    const cluster = await answering({ body: {} });
    await cluster.patch(WEB, SCALED);
    await cluster.patch(WEB, SCALED, 'scale');
    expect(server.requests.filter(({ method }) => method === 'PATCH')).toMatchObject([
      { path: '/apis/apps/v1/namespaces/shop/deployments/web', body: SCALED },
      {
        path: '/apis/apps/v1/namespaces/shop/deployments/web/scale',
        body: [{ op: 'add', path: '/spec/replicas', value: 1 }],
      },
    ]);
  });

  it('tests no replicas as the server says them: not at all', async () => {
    const cluster = await answering({ body: {} });
    const test = (value: number) => ({ op: 'test', path: '/spec/replicas', value }) as const;
    await cluster.patch(WEB, [test(0)], 'scale');
    await cluster.patch(WEB, [test(3)], 'scale');
    expect(server.requests.filter(({ method }) => method === 'PATCH')).toMatchObject([
      { body: [{ op: 'test', path: '/spec', value: {} }] },
      { body: [test(3)] },
    ]);
  });

  it('gives up afterwards what it has made its own, or the next who applies the object would meet a conflict', async () => {
    const kubectl = { manager: 'kubectl', operation: 'Apply' };
    const applied = { manager: 'foreshock', operation: 'Apply' };
    const mine = { manager: 'foreshock', operation: 'Update', subresource: 'scale' };
    let version = 7;
    const cluster = await connect(({ method, path }) => {
      if (path === '/apis/apps/v1') {
        return { body: { resources: [{ kind: 'Deployment', name: 'deployments', namespaced: true }] } };
      }
      if (method === 'GET') {
        const managedFields = [kubectl, applied, mine];
        return { body: { metadata: { name: 'web', resourceVersion: String(version), managedFields } } };
      }
      // A controller writes in between, once.
      version += 1;
      return version === 8 ? status(422, 'Invalid', 'testing path failed') : { body: {} };
    });
    await cluster.disown(WEB);
    const patches = server.requests.filter(({ method }) => method === 'PATCH');
    expect(patches.map(({ path }) => path.split('/').at(-1))).toEqual(['web', 'web']);
    expect(patches.at(-1)!.body).toEqual([
      { op: 'test', path: '/metadata/resourceVersion', value: '8' },
      { op: 'replace', path: '/metadata/managedFields', value: [kubectl, applied] },
    ]);
  });

  it('takes it for done where an answer was lost, though the change is refused the second time', async () => {
    let patches = 0;
    const cluster = await connect(({ method }) => {
      if (method !== 'PATCH') {
        return { body: { resources: [{ kind: 'Deployment', name: 'deployments', namespaced: true }] } };
      }
      patches += 1;
      return patches === 1 ? (response) => response.destroy() : status(422, 'Invalid', 'testing path failed');
    });
    const error = await failureOf(cluster.patch(WEB, SCALED));
    expect(error).not.toBeInstanceOf(ChangedError);
    expect(error).toMatchObject({ mayBeDone: true });
    expect(patches).toBe(2);
  });

  it.each([404, 409, 422])('says that it is not as it was at %i', async (code) => {
    const cluster = await answering(status(code, 'Invalid', 'testing path /spec/replicas failed'));
    await expect(cluster.patch(WEB, SCALED)).rejects.toThrow(ChangedError);
  });

  it('names the subresource in the rule that would allow it', async () => {
    const cluster = await answering(status(403, 'Forbidden', 'no'));
    const error = await failureOf(cluster.patch(WEB, SCALED, 'scale'));
    expect(error.hint).toContain('resources: ["deployments/scale"], verbs: ["patch"]');
  });
});

describe('the nodes', () => {
  it('are ready, cordoned or tainted, as their objects say; their pods are of all namespaces', async () => {
    const taints = [
      { key: 'b', effect: 'NoExecute', timeAdded: '2026-01-01T00:00:00Z' },
      { key: 'a', effect: 'NoSchedule' },
    ];
    const cluster = await connect(({ path }) => {
      if (path === '/api/v1/pods') return { body: { items: [] } };
      const ready = { type: 'Ready', status: 'True' };
      return {
        body: {
          items: [
            {
              metadata: { name: 'n1', uid: 'u1', labels: { 'topology.kubernetes.io/zone': 'a' } },
              status: { conditions: [ready], addresses: [{ type: 'InternalIP', address: '192.0.2.1' }] },
            },
            {
              metadata: { name: 'n2', uid: 'u2', resourceVersion: '7' },
              spec: { unschedulable: true, taints },
            },
          ],
        },
      };
    });
    expect(await cluster.nodes()).toMatchObject([
      {
        name: 'n1',
        uid: 'u1',
        resource_version: '',
        ready: true,
        unschedulable: false,
        taints: [],
        addresses: ['192.0.2.1'],
        zone: 'a',
        annotated: { own: {}, all: undefined },
      },
      {
        name: 'n2',
        uid: 'u2',
        resource_version: '7',
        ready: false,
        unschedulable: true,
        taints: [
          { ...taints[0], value: '' },
          { ...taints[1], value: '' },
        ],
        addresses: [],
        zone: undefined,
        annotated: { own: {}, all: undefined },
      },
    ]);
    await cluster.podsOn('n2');
    expect(server.requests.at(-1)).toMatchObject({
      path: '/api/v1/pods',
      query: { fieldSelector: 'spec.nodeName=n2' },
    });
  });
});

describe('finding an object', () => {
  const by = (manager: string, operation: string) => ({ manager, operation });
  it.each([
    ['that foreshock has applied', [by('kube-controller-manager', 'Update'), by('foreshock', 'Apply')], true],
    ['that it has only changed', [by('kubectl', 'Apply'), by('foreshock', 'Update')], false],
    ['of which nobody says whose it is', undefined, false],
  ])('tells one %s', async (_, managedFields, applied) => {
    const cluster = await connect(({ path }) =>
      path === '/api/v1'
        ? { body: { resources: [{ name: 'services', kind: 'Service', namespaced: true }] } }
        : { body: { metadata: { uid: 'uid-1', managedFields } } },
    );
    const ref = { apiVersion: 'v1', kind: 'Service', namespace: 'shop', name: 'web' };
    expect(await cluster.find(ref)).toMatchObject({ uid: 'uid-1', applied });
  });
});

describe('applying a manifest', () => {
  const CONFIG_MAP: ManifestObject = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: 'settings',
    namespace: 'shop',
    position: { file: 'shop.yaml', line: 12, column: 1 },
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { colour: 'red' } },
  };
  const KINDS = { resources: [{ kind: 'ConfigMap', name: 'configmaps', namespaced: true }] };
  const present = (colour: string, resourceVersion = '7') => ({
    body: { ...CONFIG_MAP.body, data: { colour }, metadata: { name: 'settings', uid: 'u', resourceVersion } },
  });
  const patches = (): FakeRequest[] => server.requests.filter(({ method }) => method === 'PATCH');

  it('creates what is not there', async () => {
    const cluster = await connect(({ method, path }) => {
      if (path === '/api/v1') return { body: KINDS };
      return method === 'PATCH' ? present('red') : undefined;
    });
    expect(await cluster.apply(CONFIG_MAP)).toBe('created');
    expect(patches()).toMatchObject([
      {
        path: '/api/v1/namespaces/shop/configmaps/settings',
        query: { fieldManager: 'foreshock', fieldValidation: 'Strict' },
        body: { data: { colour: 'red' }, metadata: { name: 'settings', namespace: 'shop' } },
      },
    ]);
  });

  it('writes nothing where everything is as it should be', async () => {
    const cluster = await connect(({ path }) => (path === '/api/v1' ? { body: KINDS } : present('red')));
    expect(await cluster.apply(CONFIG_MAP)).toBe('unchanged');
    expect(patches().map(({ query }) => query.dryRun)).toEqual(['All']);
  });

  it('changes what differs', async () => {
    const cluster = await connect(({ method, path }) => {
      if (path === '/api/v1') return { body: KINDS };
      return present(method === 'PATCH' ? 'red' : 'blue');
    });
    expect(await cluster.apply(CONFIG_MAP)).toBe('configured');
    expect(patches().map(({ query }) => query.dryRun)).toEqual(['All', undefined]);
  });

  it('does not take for its own change what a controller wrote meanwhile', async () => {
    let reads = 0;
    const cluster = await connect(({ method, path }) => {
      if (path === '/api/v1') return { body: KINDS };
      if (method === 'PATCH') return present('red', '8');
      reads += 1;
      return reads === 1 ? present('blue', '7') : present('red', '8');
    });
    expect(await cluster.apply(CONFIG_MAP)).toBe('unchanged');
  });

  it('says where a kind stands that the cluster does not have', async () => {
    const cluster = await connect(({ path }) =>
      path === '/api/v1' ? { body: { resources: [] } } : undefined,
    );
    const error = await failureOf(cluster.apply(CONFIG_MAP));
    expect(error.message).toBe('shop.yaml:12:1: the cluster has no kind ConfigMap in v1');
  });

  it('says which namespace is missing', async () => {
    const cluster = await connect(({ method, path }) => {
      if (path === '/api/v1') return { body: KINDS };
      return method === 'PATCH' ? status(404, 'NotFound', 'namespaces "shop" not found') : undefined;
    });
    const error = await failureOf(cluster.apply(CONFIG_MAP));
    expect(error.message).toBe(
      'shop.yaml:12:1: the cluster refuses ConfigMap "settings": namespaces "shop" not found',
    );
    expect(error.hint).toContain('kubectl create namespace shop');
  });

  it('does not take fields away from another manager', async () => {
    const cluster = await connect(({ method, path }) => {
      if (path === '/api/v1') return { body: KINDS };
      return method === 'PATCH'
        ? status(409, 'Conflict', 'conflict with "helm": .data.colour')
        : present('blue');
    });
    const error = await failureOf(cluster.apply(CONFIG_MAP));
    expect(error.message).toContain('conflict with "helm"');
    expect(patches().every(({ query }) => query.force === undefined)).toBe(true);
  });
});

describe('rights', () => {
  it('are asked of the API server, subresources apart and on the one object that is named', async () => {
    const cluster = await connectAs(({ body }) => {
      const { spec } = body as { spec: { resourceAttributes: { subresource?: string } } };
      return { body: { status: { allowed: spec.resourceAttributes.subresource === 'exec' } } };
    });
    expect(await cluster.may('create', 'pods/exec', 'shop')).toBe(true);
    expect(await cluster.may('delete', 'pods', 'shop')).toBe(false);
    expect(await cluster.may('patch', 'deployments', 'shop', 'apps', 'web')).toBe(false);
    const attributes = server.requests.map(
      ({ body }) => (body as { spec: { resourceAttributes: object } }).spec.resourceAttributes,
    );
    expect(attributes).toEqual([
      { verb: 'create', group: '', resource: 'pods', subresource: 'exec', namespace: 'shop' },
      { verb: 'delete', group: '', resource: 'pods', namespace: 'shop' },
      { verb: 'patch', group: 'apps', resource: 'deployments', namespace: 'shop', name: 'web' },
    ]);
  });

  it('are not used where they are not there: no field is given up, no node is asked for', async () => {
    const service = { spec: { clusterIP: '127.0.0.8', ports: [{ port: 80, nodePort: 30080 }] } };
    const cluster = await connectAs(({ path }) => {
      if (path.endsWith('/selfsubjectaccessreviews')) return { body: { status: { allowed: false } } };
      if (path === '/apis/apps/v1') {
        return { body: { resources: [{ kind: 'Deployment', name: 'deployments', namespaced: true }] } };
      }
      return { body: path.endsWith('/services/web') ? service : { items: [] } };
    });
    await cluster.disown({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' });
    const transport = await cluster.transport({ namespace: 'shop', service: 'web', port: 80 });
    await transport.close();
    expect(transport.route).toBe('ClusterIP 127.0.0.8:80');
    expect(server.requests.map(({ method }) => method)).not.toContain('PATCH');
    expect(server.requests.map(({ path }) => path)).not.toContain('/api/v1/nodes');
  });
});

describe('an Event', () => {
  const event: ObjectEvent = {
    regarding: { apiVersion: 'v1', kind: 'Pod', ...POD },
    id: '18a1b2c3d4e5f607',
    at: new Date('2026-11-21T21:00:00.123Z'),
    type: 'Warning',
    reason: 'PodKill',
    action: 'DeletePod',
    note: 'pod-kill',
    instance: 'runner-1',
  };

  it('goes to the namespace of what it is about, in the words of events.k8s.io', async () => {
    const cluster = await connect(() => ({ status: 201, body: {} }));
    await cluster.tell(event, new AbortController().signal);
    expect(server.requests).toMatchObject([
      {
        method: 'POST',
        path: '/apis/events.k8s.io/v1/namespaces/shop/events',
        body: {
          metadata: { name: 'web-1.18a1b2c3d4e5f607', namespace: 'shop' },
          eventTime: '2026-11-21T21:00:00.123000Z',
          reportingController: 'foreshock.dev/foreshock',
          reportingInstance: 'runner-1',
          regarding: { apiVersion: 'v1', kind: 'Pod', ...POD },
          ...{ type: 'Warning', reason: 'PodKill', action: 'DeletePod', note: 'pod-kill' },
        },
      },
    ]);
  });

  it('of a node goes to the namespace default', async () => {
    const cluster = await connect(() => ({ status: 201, body: {} }));
    const regarding = { apiVersion: 'v1', kind: 'Node', namespace: '', name: 'node-1', uid: 'uid-1' };
    await cluster.tell({ ...event, regarding }, new AbortController().signal);
    expect(server.requests).toMatchObject([
      {
        path: '/apis/events.k8s.io/v1/namespaces/default/events',
        body: { metadata: { namespace: 'default' } },
      },
    ]);
  });

  it('that is there already is not written again', async () => {
    const cluster = await connect(() => status(409, 'AlreadyExists', 'events "web-1.1" already exists'));
    await cluster.tell(event, new AbortController().signal);
    expect(server.requests).toHaveLength(1);
  });
});

describe('the way to a Service', () => {
  const serviceWith = (fields: object) => ({ body: { spec: { ports: [{ port: 80 }] }, ...fields } });
  const nodes = {
    body: {
      items: ['node-b', 'node-a'].map((name, index) => ({
        metadata: { name },
        status: { addresses: [{ type: 'InternalIP', address: `127.0.0.${index + 1}` }] },
      })),
    },
  };
  const routeOf = async (service: object, ready: boolean): Promise<string> =>
    (await wayOf(service, ready)).route;
  const wayOf = async (service: object, ready: boolean, items = nodes.body.items) => {
    const cluster = await connect(({ path }) => {
      if (path.endsWith('/endpointslices')) {
        const endpoint = { conditions: { ready: true }, targetRef: { kind: 'Pod', name: 'web-1' } };
        return { body: { items: ready ? [{ endpoints: [endpoint] }] : [] } };
      }
      return path.endsWith('/nodes') ? { body: { items } } : serviceWith(service);
    });
    const transport = await cluster.transport({ namespace: 'shop', service: 'web', port: 80 });
    await transport.close();
    return transport;
  };

  it('is its load balancer where it has one', async () => {
    const ingress = { status: { loadBalancer: { ingress: [{ ip: '127.0.0.9' }] } } };
    expect(await routeOf(ingress, false)).toBe('load balancer 127.0.0.9:80');
  });

  it('is its node port at the first node by name', async () => {
    const nodePort = { spec: { clusterIP: '127.0.0.8', ports: [{ port: 80, nodePort: 30080 }] } };
    expect(await routeOf(nodePort, false)).toBe('NodePort 30080 of node-a, 127.0.0.2');
  });

  it('is its cluster address where it has nothing else', async () => {
    expect(await routeOf({ spec: { clusterIP: '127.0.0.8', ports: [{ port: 80 }] } }, false)).toBe(
      'ClusterIP 127.0.0.8:80',
    );
  });

  it.each([
    ['of a node port', { spec: { ports: [{ port: 80, nodePort: 30080 }] } }, 'node-a'],
    [
      'of a load balancer that is a node',
      { status: { loadBalancer: { ingress: [{ ip: '127.0.0.2' }] } } },
      'node-a',
    ],
    [
      'of any other load balancer',
      { status: { loadBalancer: { ingress: [{ ip: '127.0.0.9' }] } } },
      undefined,
    ],
    [
      'of a cluster address, from a node',
      { spec: { clusterIP: '127.0.0.8', ports: [{ port: 80 }] } },
      'node-b',
    ],
  ])('enters at the node %s', async (_, service, node) => {
    expect((await wayOf(service, false)).entry_node).toBe(node);
  });

  const others = [
    {
      metadata: { name: 'node-a' },
      status: { addresses: [{ type: 'InternalIP', address: '203.0.113.1' }] },
    },
  ];

  it('enters at the node of a pod that is told its address where a cluster address is used', async () => {
    const service = { spec: { clusterIP: '127.0.0.8', ports: [{ port: 80 }] } };
    vi.stubEnv('FORESHOCK_HOST_IP', '203.0.113.1');
    try {
      expect((await wayOf(service, false, others)).entry_node).toBe('node-a');
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('enters at a node that is not known where a cluster address is used from elsewhere', async () => {
    const service = { spec: { clusterIP: '127.0.0.8', ports: [{ port: 80 }] } };
    expect((await wayOf(service, false, others)).entry_node).toBeUndefined();
  });

  it('is refused with all that was tried where nothing listens though pods are ready', async () => {
    const error = await failureOf(
      routeOf({ spec: { clusterIP: '127.0.0.8', ports: [{ port: 80, nodePort: 9 }] } }, true),
    );
    expect(error.message).toMatch(/tried NodePort 9 of node-a, 127\.0\.0\.2: ECONNREFUSED; .*ClusterIP/);
  }, 15_000);

  it('is waited for while kube-proxy does not have the new endpoints yet', async () => {
    const proxy = createServer();
    const port = await new Promise<number>((resolve) => {
      proxy.listen(0, '127.0.0.2', () => resolve((proxy.address() as AddressInfo).port));
    });
    proxy.close();
    setTimeout(() => proxy.listen(port, '127.0.0.2'), 500);
    const nodePort = { spec: { clusterIP: '127.0.0.8', ports: [{ port: 80, nodePort: port }] } };
    expect(await routeOf(nodePort, true)).toBe(`NodePort ${port} of node-a, 127.0.0.2`);
    proxy.close();
  });

  it('is refused where the Service has no such port', async () => {
    const error = await failureOf(routeOf({ spec: { ports: [{ port: 8080 }] } }, false));
    expect(error.message).toBe('Service shop/web has no port 80');
    expect(error.hint).toBe('it has 8080');
  });
});
