/** The API server is away for 30 s: every second of it is SECOND_MS here. */
import { describe, expect, test } from 'vitest';
import { EXIT } from '../../../src/scenario/errors.ts';
import { expectUserError, ofType } from '../run.ts';
import { expectInOrder, runThrough, SECOND_MS } from './run-through.ts';

const AWAY_MS = 30 * SECOND_MS;
/** Longer than it is away. */
const load = { duration_ms: 50 * SECOND_MS };

/** Goes away once, with the call that this names, which is carried out and not answered. */
function awayAt(method: string, path: RegExp): () => Parameters<typeof runThrough>[0]['awayAt'] {
  return () => {
    let isOver = false;
    return (request) => {
      if (isOver || request.method !== method || !path.test(request.path)) return undefined;
      isOver = true;
      return AWAY_MS;
    };
  };
}

/** The scale subresource is written to for the fault and for its undoing. */
const scaling = awayAt('PATCH', /\/scale$/);

describe.concurrent('where the API server is away for 30 s', () => {
  test('a run that may lose it for longer goes on, and so does its load', async () => {
    // The pods are asked for when the victims are chosen, 300 ms before the fault.
    let lists = 0;
    const ended = await runThrough({
      fault: 'pod-kill',
      load,
      lost_connection_ms: 60 * SECOND_MS,
      awayAt: ({ method, path }) => {
        if (method === 'GET' && path.endsWith('/pods')) lists += 1;
        return method === 'DELETE' && path.includes('/pods/') && lists > 0 ? once() : undefined;
      },
    });
    function once() {
      lists = Number.NEGATIVE_INFINITY;
      return AWAY_MS;
    }
    expectInOrder(ended, 'goes on');
    expect(ended.error, (ended.error as Error)?.message).toBeUndefined();
    const requests = ofType(ended.events, 'request');
    expect(requests).toHaveLength(50);
    expect(new Set(requests.map(({ outcome }) => outcome))).toEqual(new Set(['ok']));
    expect(ended.server.state.podsGone).toBe(1);
  });

  test('a run that may not is ended, and what stands is undone as soon as it is back', async () => {
    const ended = await runThrough({
      ...{ fault: 'scale', load, duration_ms: load.duration_ms },
      ...{ lost_connection_ms: 10 * SECOND_MS, awayAt: scaling()! },
    });
    expectInOrder(ended, 'ended');
    expectUserError(ended.error, EXIT.aborted, 'the connection to the cluster is lost for 0.4 s', 'refused');
    const outcomes = ofType(ended.events, 'request').map(({ outcome }) => outcome);
    expect(outcomes).toHaveLength(50);
    expect(outcomes).toContain('not-sent');
    expect(ended.journal).toMatch(/"act":"undo".*"fault":"scale"/);
  });

  test('a fault that is over meanwhile is undone when it is back', async () => {
    let writes = 0;
    const ended = await runThrough({
      ...{ fault: 'node-cordon', load, duration_ms: 3 * SECOND_MS },
      awayAt: ({ method, path }) => {
        if (method !== 'PATCH' || !path.includes('/nodes/')) return undefined;
        writes += 1;
        return writes === 2 ? AWAY_MS : undefined;
      },
    });
    expectInOrder(ended, 'undone late');
    expect(ended.error, (ended.error as Error)?.message).toBeUndefined();
  });

  test.each([
    ['what was created is removed', awayAt('DELETE', /\/services\//)],
    ['its Leases are given back', awayAt('DELETE', /\/leases\//)],
    ['it is waited for before the first act', awayAt('POST', /\/leases$/)],
  ])('%s when it is back', async (_, away) => {
    const ended = await runThrough({ fault: 'pod-kill', awayAt: away()! });
    expectInOrder(ended, 'at its end');
    expect(ended.error, (ended.error as Error)?.message).toBeUndefined();
  });

  test('a run whose load ends meanwhile awaits steady state until it is back', async () => {
    const ended = await runThrough({ fault: 'pod-kill', awayAt: awayAt('DELETE', /\/pods\//)()! });
    expectInOrder(ended, 'steady late');
    expect(ended.error, (ended.error as Error)?.message).toBeUndefined();
  });

  test('a server that never comes back is not waited for for ever: what is left is said, and who puts it back', async () => {
    const ended = await runThrough({
      ...{ fault: 'scale', load, lost_connection_ms: 10 * SECOND_MS },
      awayAt: (request) =>
        request.method === 'PATCH' && request.path.endsWith('/scale') ? Number.MAX_SAFE_INTEGER : undefined,
    });
    expectUserError(ended.error, EXIT.notRestored, 'cannot be reached');
    expect(ended.journal).toMatch(/"act":"scale"/);
    expect(ofType(ended.events, 'request')).toHaveLength(50);
  });
});
