/** The API server is away for 30 s: every second of it is SECOND_MS here. */
import { describe, expect, test } from 'vitest';
import { EXIT } from '../../../src/scenario/errors.ts';
import { expectUserError, ofType } from '../run.ts';
import { expectInOrder, runThrough, SECOND_MS } from './run-through.ts';

const AWAY_MS = 30 * SECOND_MS;
/** Longer than it is away. */
const load = { duration_ms: 50 * SECOND_MS, rate_per_s: 20 };
const REQUESTS = (load.duration_ms / 1000) * load.rate_per_s;
/** Longest of Node's timers. */
const FOR_EVER_MS = 2 ** 31 - 1;

type AwayAt = NonNullable<Parameters<typeof runThrough>[0]['awayAt']>;

/** Goes away once, with the first call that this is true of, which is carried out and not answered. */
function awayOnce(isIt: (...args: Parameters<AwayAt>) => boolean): AwayAt {
  let isOver = false;
  return (...args) => {
    if (isOver || !isIt(...args)) return undefined;
    isOver = true;
    return AWAY_MS;
  };
}

const awayAt = (method: string, path: RegExp): AwayAt =>
  awayOnce((request) => request.method === method && path.test(request.path));

describe.concurrent('where the API server is away for 30 s', () => {
  test('a run that may lose it for longer goes on, and so does its load', async () => {
    const ended = await runThrough({
      ...{ fault: 'pod-kill', load, lost_connection_ms: 60 * SECOND_MS },
      awayAt: awayAt('DELETE', /\/pods\//),
    });
    expectInOrder(ended, 'goes on');
    expect(ended.error, (ended.error as Error)?.message).toBeUndefined();
    const requests = ofType(ended.events, 'request');
    expect(requests).toHaveLength(REQUESTS);
    expect(new Set(requests.map(({ outcome }) => outcome))).toEqual(new Set(['ok']));
    expect(ended.server.state.podsGone).toBe(1);
  });

  test('a run that may not is ended, and what stands is undone as soon as it is back', async () => {
    const ended = await runThrough({
      ...{ fault: 'scale', load, duration_ms: load.duration_ms },
      ...{ lost_connection_ms: 10 * SECOND_MS, awayAt: awayAt('PATCH', /\/scale$/) },
    });
    expectInOrder(ended, 'ended');
    expectUserError(ended.error, EXIT.aborted, 'the connection to the cluster is lost for 0.4 s', 'refused');
    const outcomes = ofType(ended.events, 'request').map(({ outcome }) => outcome);
    expect(outcomes).toHaveLength(REQUESTS);
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
    [
      'steady state is awaited',
      awayOnce(
        ({ method, path }, { podsGone }) =>
          method === 'GET' && path.includes('/deployments/') && podsGone > 0,
      ),
    ],
  ])('though no call waits for so long, %s when it is back', async (_, away) => {
    const ended = await runThrough({ fault: 'pod-kill', awayAt: away, patience_ms: 10 * SECOND_MS });
    expectInOrder(ended, 'at its end');
    expect(ended.error, (ended.error as Error)?.message).toBeUndefined();
  });

  test('before the first act, nothing is done', async () => {
    const ended = await runThrough({
      ...{ fault: 'pod-kill', patience_ms: 10 * SECOND_MS },
      awayAt: awayAt('PATCH', /\/services\//),
    });
    expectInOrder(ended, 'before the first act');
    expectUserError(ended.error, EXIT.configuration, 'cannot be reached');
    expect(ended.server.state.podsGone).toBe(0);
  });

  test('a server that never comes back is not waited for for ever: what is left is said, and who puts it back', async () => {
    const ended = await runThrough({
      ...{ fault: 'scale', load, lost_connection_ms: 10 * SECOND_MS },
      ...{ patience_ms: 2 * SECOND_MS, undo_patience_ms: 10 * SECOND_MS },
      awayAt: (request) =>
        request.method === 'PATCH' && request.path.endsWith('/scale') ? FOR_EVER_MS : undefined,
    });
    expectUserError(ended.error, EXIT.notRestored, 'cannot be reached');
    expect(ended.journal).toMatch(/"act":"scale"/);
    expect(ofType(ended.events, 'request')).toHaveLength(REQUESTS);
  });
});
