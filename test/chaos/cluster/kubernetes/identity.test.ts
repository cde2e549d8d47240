import { afterEach, expect, test } from 'vitest';
import { connectKubernetes } from '../../../../src/chaos/cluster/kubernetes.ts';
import { type FakeApiServer, fakeApiServer, status } from './fake-api-server.ts';

let server: FakeApiServer;
afterEach(() => server.close());

const identity = async (respond: Parameters<typeof fakeApiServer>[0]) => {
  server = await fakeApiServer(respond);
  return connectKubernetes({ kubeconfig: server.kubeconfig }).identity();
};

test('a cluster is known by the UID of kube-system, and told by its address and context', async () => {
  const found = await identity(({ path }) =>
    path === '/api/v1/namespaces/kube-system' ? { body: { metadata: { uid: 'uid-1' } } } : undefined,
  );
  expect(found).toEqual({ kind: 'kubernetes', uid: 'uid-1', server: server.url, context: 'staging' });
});

test('whose account may not see that is known by its address alone', async () => {
  const found = await identity(() => status(403, 'Forbidden', 'no'));
  expect(found).toEqual({ kind: 'kubernetes', uid: undefined, server: server.url, context: 'staging' });
});
