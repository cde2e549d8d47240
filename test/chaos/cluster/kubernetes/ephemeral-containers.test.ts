import { expect, onTestFinished, test } from 'vitest';
import { type PodRef, PodReplacedError } from '../../../../src/chaos/cluster/cluster.ts';
import { connectKubernetes } from '../../../../src/chaos/cluster/kubernetes.ts';
import { type FakeRequest, fakeApiServer, status } from './fake-api-server.ts';

const POD: PodRef = { namespace: 'shop', name: 'web-1', uid: 'uid-1' };
const CONTAINER = { name: 'foreshock-stress-1', image: 'tools:1', command: ['sh', '-c', 'sleep 1', 'x'] };

/** What a pod has, on a server that takes any patch. */
async function ephemeralIn(
  pod: object | undefined,
  patched: Parameters<typeof status> | undefined = undefined,
) {
  const server = await fakeApiServer(({ method, path }: FakeRequest) => {
    if (path.endsWith('/exec')) return patched && status(...patched);
    if (method === 'PATCH') return patched === undefined ? { body: {} } : status(...patched);
    return pod && { body: { metadata: { uid: POD.uid }, ...pod } };
  });
  onTestFinished(() => server.close());
  const { ephemeral } = connectKubernetes({ kubeconfig: server.kubeconfig });
  const patches = () => server.requests.filter(({ method }) => method === 'PATCH');
  return { ephemeral: ephemeral!, patches };
}

test('one is added beside those that are there, to that pod and to no other of its name', async () => {
  const first = await ephemeralIn({ spec: {} });
  await first.ephemeral.add(POD, CONTAINER);
  const [patch] = first.patches();
  expect(patch!.path).toBe('/api/v1/namespaces/shop/pods/web-1/ephemeralcontainers');
  expect(patch!.body).toMatchObject([
    { op: 'test', path: '/metadata/uid', value: 'uid-1' },
    { op: 'test', path: '/spec/ephemeralContainers', value: null },
    { op: 'add', path: '/spec/ephemeralContainers', value: [CONTAINER] },
  ]);
  const second = await ephemeralIn({ spec: { ephemeralContainers: [{ name: 'debugger' }] } });
  await second.ephemeral.add(POD, CONTAINER);
  expect(second.patches()[0]!.body).toMatchObject([
    { op: 'test', path: '/metadata/uid', value: 'uid-1' },
    { op: 'add', path: '/spec/ephemeralContainers/-', value: CONTAINER },
  ]);
});

test('its script comes to the shell as it is written, where the kubelet takes $$ for a $', async () => {
  const { ephemeral, patches } = await ephemeralIn({ spec: {} });
  await ephemeral.add(POD, { ...CONTAINER, command: ['sh', '-c', 'kill $$ $(PATH)'] });
  expect(patches()[0]!.body).toMatchObject([
    {},
    {},
    { value: [{ command: ['sh', '-c', 'kill $$$$ $$(PATH)'] }] },
  ]);
});

test('it is no root, and has no capability', async () => {
  const { ephemeral, patches } = await ephemeralIn({ spec: {} });
  await ephemeral.add(POD, CONTAINER);
  const patch = patches()[0]!.body as readonly { readonly value?: readonly { securityContext: object }[] }[];
  expect(patch[2]!.value![0]!.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    runAsNonRoot: true,
    runAsUser: 65_534,
    runAsGroup: 65_534,
    seccompProfile: { type: 'RuntimeDefault' },
  });
});

test('a pod that was replaced is told of; what the server refuses is an error', async () => {
  const replaced = await ephemeralIn({ metadata: { uid: 'uid-2' } }, [422, 'Invalid', 'test failed']);
  await expect(replaced.ephemeral.add(POD, CONTAINER)).rejects.toThrow(PodReplacedError);
  const gone = await ephemeralIn(undefined, [404, 'NotFound', 'no such pod']);
  await expect(gone.ephemeral.add(POD, CONTAINER)).rejects.toThrow(PodReplacedError);
  const refused = await ephemeralIn({ spec: {} }, [422, 'Invalid', 'image: Required value']);
  await expect(refused.ephemeral.add(POD, CONTAINER)).rejects.toThrow('Required value');
});

const named = (state: object | undefined) => ({
  spec: { ephemeralContainers: [{ name: CONTAINER.name }] },
  ...(state === undefined
    ? {}
    : { status: { ephemeralContainerStatuses: [{ name: CONTAINER.name, state }] } }),
});
const ENDED = { startedAt: '2026-11-21T10:00:00Z', finishedAt: '2026-11-21T10:00:07Z', reason: 'OOMKilled' };

test.each<[string, object | undefined, object | undefined]>([
  ['nothing is said of it yet', named(undefined), { is: 'waiting', reason: undefined, ran_s: undefined }],
  [
    'it waits',
    named({ waiting: { reason: 'ErrImagePull' } }),
    { is: 'waiting', reason: 'ErrImagePull', ran_s: undefined },
  ],
  ['it runs', named({ running: {} }), { is: 'running', reason: undefined, ran_s: undefined }],
  ['it has ended', named({ terminated: ENDED }), { is: 'terminated', reason: 'OOMKilled', ran_s: 7 }],
  ['it was never added', { spec: {} }, undefined],
  ['the pod is another one', { metadata: { uid: 'uid-2' }, ...named({ running: {} }) }, undefined],
  ['the pod is gone', undefined, undefined],
])('%s', async (_, pod, expected) => {
  const { ephemeral } = await ephemeralIn(pod);
  expect(await ephemeral.find(POD, CONTAINER.name)).toEqual(expected);
});

test('a command that could not be run is an error', async () => {
  const ended = await ephemeralIn(named({ running: {} }), [500, 'InternalError', 'container not found']);
  await expect(ended.ephemeral.exec(POD, CONTAINER.name, ['true'])).rejects.toThrow(
    'no command could be run in container foreshock-stress-1 of pod shop/web-1',
  );
});
