/** Tokens expire: whoever is not known any more asks again who it is, and only then says so. */
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Cluster } from '../../../../src/chaos/cluster/cluster.ts';
import { connectKubernetes } from '../../../../src/chaos/cluster/kubernetes.ts';
import { Unavailable } from '../../../../src/chaos/cluster/unavailable.ts';
import { EXIT } from '../../../../src/scenario/errors.ts';
import { type FakeApiServer, fakeApiServer, kubeconfigFor, status } from './fake-api-server.ts';

const POD = { namespace: 'shop', name: 'web-1', uid: 'uid-1' };

let server: FakeApiServer;
/** What the server knows at the moment. */
let valid = 'first';

beforeEach(async () => {
  valid = 'first';
  server = await fakeApiServer(({ authorization }) =>
    authorization === `Bearer ${valid}` ? { body: { items: [] } } : status(401, 'Unauthorized', 'expired'),
  );
});
afterEach(() => server.close());

const inFolder = (name: string) => join(dirname(server.kubeconfig), name);

async function connectAs(user: object, patience_ms?: number): Promise<Cluster> {
  await writeFile(server.kubeconfig, kubeconfigFor(server.url, user));
  return connectKubernetes({ kubeconfig: server.kubeconfig, patience_ms });
}

/** A program that gives what is in the file `token`, and counts how often it was asked. */
async function withProgram(): Promise<Cluster> {
  await writeFile(inFolder('token'), 'first');
  const program = inFolder('login');
  const credential =
    '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s"}}';
  await writeFile(
    program,
    `#!/bin/sh\necho asked >> '${inFolder('asked')}'\nprintf '${credential}' "$(cat '${inFolder('token')}')"\n`,
  );
  await chmod(program, 0o755);
  return connectAs({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command: program, args: [] } });
}

const timesAsked = async () => (await readFile(inFolder('asked'), 'utf8')).trim().split('\n').length;

test('a token in a file is read, relative to the kubeconfig, and read again when it is not taken any more', async () => {
  await writeFile(inFolder('token'), 'first\n');
  const cluster = await connectAs({ tokenFile: 'token', token: 'of no use' });
  await cluster.pods('shop', { app: 'web' });
  valid = 'second';
  await writeFile(inFolder('token'), 'second\n');
  await cluster.deletePod(POD, 0);
  expect(server.requests.map(({ method, authorization }) => [method, authorization])).toEqual([
    ['GET', 'Bearer first'],
    ['DELETE', 'Bearer first'],
    ['DELETE', 'Bearer second'],
  ]);
});

test('a program that gives a token is asked once, and once more when that has expired', async () => {
  const cluster = await withProgram();
  await cluster.pods('shop', { app: 'web' });
  await cluster.pods('shop', { app: 'web' });
  expect(await timesAsked()).toBe(1);
  valid = 'second';
  await writeFile(inFolder('token'), 'second');
  await Promise.all(Array.from({ length: 4 }, () => cluster.pods('shop', { app: 'web' })));
  expect(server.requests.filter(({ authorization }) => authorization === 'Bearer second')).toHaveLength(4);
});

test('where what it gives is not taken either, that is said after one more try', async () => {
  const cluster = await withProgram();
  valid = 'nobody has it';
  await expect(cluster.pods('shop', { app: 'web' })).rejects.toThrow(
    'does not know the account of context "staging" (401)',
  );
  expect(server.requests).toHaveLength(2);
  expect(await timesAsked()).toBe(2);
});

describe('an account that the server has known before', () => {
  const known = async (patience_ms?: number) => {
    await writeFile(inFolder('token'), 'first');
    const cluster = await connectAs({ tokenFile: 'token' }, patience_ms);
    await cluster.pods('shop', { app: 'web' });
    return cluster;
  };

  test('is waited for when it is known no more, and read again, until somebody renews it', async () => {
    const cluster = await known();
    valid = 'second';
    const deleting = cluster.deletePod(POD, 0);
    // Refused with what is there, and with what was read again, more than once.
    await vi.waitFor(() => expect(server.requests.length).toBeGreaterThan(4), { interval: 5 });
    await writeFile(inFolder('token'), 'second');
    await deleting;
    const taken = server.requests.filter(({ authorization }) => authorization === 'Bearer second');
    expect(taken.map(({ method }) => method)).toEqual(['DELETE']);
  });

  test('is given up when the patience is over, with the same words as at the start, and nothing can have been done', async () => {
    const patience_ms = 300;
    const cluster = await known(patience_ms);
    valid = 'nobody has it';
    const begun_ms = performance.now();
    const error = await cluster.deletePod(POD, 0).catch((caught: unknown) => caught);
    expect(performance.now() - begun_ms).toBeGreaterThanOrEqual(patience_ms - 1);
    expect(error).toBeInstanceOf(Unavailable);
    expect(error).toMatchObject({ exitCode: EXIT.configuration, mayBeDone: false });
    expect((error as Error).message).toContain('does not know the account of context "staging" (401)');
  });
});

test('a program that fails is named by what it says', async () => {
  const cluster = await withProgram();
  await writeFile(inFolder('login'), '#!/bin/sh\necho the session has ended >&2\nexit 1\n');
  await expect(cluster.pods('shop', { app: 'web' })).rejects.toThrow(
    /there are no credentials for the API server .*: the session has ended$/,
  );
});

test('a kubeconfig that has become one of another cluster is not followed there', async () => {
  const other = await fakeApiServer(() => ({ body: { items: [] } }));
  try {
    const cluster = await connectAs({ token: 'expired' });
    await writeFile(server.kubeconfig, kubeconfigFor(other.url, { token: 'first' }));
    await expect(cluster.pods('shop', { app: 'web' })).rejects.toThrow(/does not know the account/);
    expect(other.requests).toEqual([]);
  } finally {
    await other.close();
  }
});
