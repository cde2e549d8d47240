import { afterEach, expect, test } from 'vitest';
import { connectKubernetes } from '../../../../src/chaos/cluster/kubernetes.ts';
import { type FakeApiServer, fakeApiServer, status } from './fake-api-server.ts';

let server: FakeApiServer;
afterEach(() => server.close());

const identity = async (respond: Parameters<typeof fakeApiServer>[0]) => {
  server = await fakeApiServer(respond);
  return connectKubernetes({ kubeconfig: server.kubeconfig }).identity();
};

const isReview = (path: string) => path.endsWith('/selfsubjectaccessreviews');

test('a cluster is known by the UID of kube-system, and told by its address and context', async () => {
  const found = await identity(({ path }) => {
    if (isReview(path)) return { body: { status: { allowed: true } } };
    return path === '/api/v1/namespaces/kube-system' ? { body: { metadata: { uid: 'uid-1' } } } : undefined;
  });
  expect(found).toEqual({ kind: 'kubernetes', uid: 'uid-1', server: server.url, context: 'staging' });
});

test('whose account may not see that is known by its address alone, and is not asked', async () => {
  const found = await identity(({ path }) =>
    isReview(path) ? { body: { status: { allowed: false } } } : status(403, 'Forbidden', 'no'),
  );
  expect(found).toEqual({ kind: 'kubernetes', uid: undefined, server: server.url, context: 'staging' });
  expect(server.requests.every(({ path }) => isReview(path))).toBe(true);
});
