import type { ServerResponse } from 'node:http';
import type { KubernetesObject } from '@kubernetes/client-node';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Api } from '../../../../src/chaos/cluster/kubernetes/api.ts';
import { Credentials } from '../../../../src/chaos/cluster/kubernetes/credentials.ts';
import { follow, tellingOnce } from '../../../../src/chaos/cluster/kubernetes/watch.ts';
import { type FakeApiServer, type FakeRequest, fakeApiServer, status } from './fake-api-server.ts';

const pod = (name: string, resourceVersion: string, uid = `uid-${name}`): KubernetesObject => ({
  metadata: { namespace: 'shop', name, uid, resourceVersion },
});
const list = (resourceVersion: string, ...items: KubernetesObject[]) => ({
  body: { metadata: { resourceVersion }, items },
});
/** Sends events and ends the watch, or leaves it open. */
const events =
  (open: boolean, ...told: [type: string, object: object][]) =>
  (response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'application/json' });
    for (const [type, object] of told) response.write(`${JSON.stringify({ type, object })}\n`);
    if (!open) response.end();
  };

describe('following a collection', () => {
  let server: FakeApiServer;
  let stopped: AbortController;

  /** Answers the lists and the watches one after the other; after the last watch it stays silent. */
  const start = async (
    lists: ReturnType<typeof list>[],
    watches: (((response: ServerResponse) => void) | ReturnType<typeof status>)[],
  ) => {
    server = await fakeApiServer(({ query }: FakeRequest) =>
      query.watch ? (watches.shift() ?? events(true)) : lists.shift(),
    );
    stopped = new AbortController();
    const told: string[] = [];
    const lost: Error[] = [];
    const found: string[] = [];
    await follow(
      new Api(new Credentials({ kubeconfig: server.kubeconfig })),
      { group: '', version: 'v1', resource: 'pods', namespace: 'shop' },
      { labelSelector: 'app=web' },
      {
        changed: (change, { metadata }) => told.push(`${change} ${metadata?.name} ${metadata?.uid}`),
        lost: (error) => lost.push(error),
        found: () => found.push(`after ${told.length}`),
      },
      stopped.signal,
    );
    return { told, lost, found };
  };
  const versionsAsked = () =>
    server.requests.filter(({ query }) => query.watch).map(({ query }) => query.resourceVersion);

  afterEach(async () => {
    stopped.abort();
    await server.close();
  });

  it('delivers what is there before it resolves', async () => {
    const { told } = await start([list('5', pod('a', '3'), pod('b', '4'))], []);
    expect(told).toEqual(['added a uid-a', 'added b uid-b']);
    expect(server.requests[0]!.query.labelSelector).toBe('app=web');
  });

  it('tells of what changes, in order', async () => {
    const { told } = await start(
      [list('5', pod('a', '3'))],
      [events(true, ['MODIFIED', pod('a', '6')], ['ADDED', pod('b', '7')], ['DELETED', pod('a', '8')])],
    );
    await vi.waitFor(() => expect(told).toHaveLength(4));
    expect(told.slice(1)).toEqual(['modified a uid-a', 'added b uid-b', 'deleted a uid-a']);
  });

  it('goes on from the last version, a bookmark too, where the connection ends', async () => {
    const { told } = await start(
      [list('5', pod('a', '3'))],
      [
        events(false, ['MODIFIED', pod('a', '6')], ['BOOKMARK', { metadata: { resourceVersion: '9' } }]),
        (response) => response.destroy(),
        events(true, ['MODIFIED', pod('a', '10')]),
      ],
    );
    await vi.waitFor(() => expect(told).toHaveLength(3));
    expect(versionsAsked().slice(0, 3)).toEqual(['5', '9', '9']);
  });

  it.each([
    ['an answer', status(410, 'Expired', 'too old resource version')],
    ['an event', events(false, ['ERROR', { code: 410, message: 'too old resource version' }])],
  ])('lists anew where the version is forgotten (410 as %s), and tells what it missed', async (_, gone) => {
    const { told, lost } = await start(
      [
        list('5', pod('a', '3'), pod('b', '4'), pod('c', '4')),
        list('20', pod('a', '15'), pod('c', '16', 'uid-new'), pod('d', '17')),
      ],
      [gone],
    );
    await vi.waitFor(() => expect(told).toHaveLength(8));
    expect(told.slice(3)).toEqual([
      'deleted b uid-b',
      'modified a uid-a',
      'deleted c uid-c',
      'added c uid-new',
      'added d uid-d',
    ]);
    await vi.waitFor(() => expect(versionsAsked()).toEqual(['5', '20']));
    expect(lost).toEqual([]);
  });

  it('says that it is lost where renewals fail for a second, goes on trying, and says when it stands again', async () => {
    const away = Array.from({ length: 20 }, () => status(403, 'Forbidden', 'no more'));
    const { lost, found, told } = await start(
      [list('5', pod('a', '3')), list('9', pod('b', '8'))],
      [events(false), ...away],
    );
    await vi.waitFor(() => expect(lost).toHaveLength(1), { timeout: 3000 });
    expect(lost[0]!.message).toContain('not allowed to watch pods in namespace shop');
    await vi.waitFor(() => expect(found).toEqual(['after 3']), { timeout: 3000 });
    expect(told.slice(1)).toEqual(['deleted a uid-a', 'added b uid-b']);
  });

  it('says nothing of a break that is over within a second', async () => {
    const { lost, found, told } = await start(
      [list('5')],
      [
        (response) => response.destroy(),
        status(503, 'ServiceUnavailable', 'starting'),
        events(true, ['ADDED', pod('a', '6')]),
      ],
    );
    await vi.waitFor(() => expect(told).toEqual(['added a uid-a']));
    expect([lost, found]).toEqual([[], []]);
  });
});

it('two collections that break and come back together are told of once', () => {
  const told: string[] = [];
  const [one, two] = tellingOnce({
    lost: ({ message }) => told.push(message),
    found: () => told.push('found'),
  });
  one.lost(new Error('first'));
  two.lost(new Error('second'));
  one.found();
  expect(told).toEqual(['first']);
  two.found();
  expect(told).toEqual(['first', 'found']);
});
