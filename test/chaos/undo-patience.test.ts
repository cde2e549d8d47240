/** What was done is put back as long as there is time, however often that fails, and is given up when the time is over. */
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Cluster } from '../../src/chaos/cluster/cluster.ts';
import { Unavailable } from '../../src/chaos/cluster/unavailable.ts';
import { removeLeft } from '../../src/chaos/manifests.ts';
import { noJournal } from '../../src/chaos/safety/journal.ts';
import type { LeftFault, LeftObject } from '../../src/chaos/safety/left.ts';
import { UNDO_PATIENCE_MS, undoFault, undoLeft } from '../../src/chaos/undo.ts';
import { EXIT } from '../../src/scenario/errors.ts';
import { expectUserError } from './run.ts';
import { time } from './virtual-time.ts';

vi.mock('../../src/chaos/clock.ts', () => ({ now_ms: () => time.now_ms }));
vi.mock('../../src/chaos/sleep.ts', () => ({
  sleep: (duration_ms: number, signal?: AbortSignal) => time.sleep(duration_ms, signal),
}));

beforeEach(() => time.reset());

const target = { kind: 'Node', namespace: '', name: 'node-2', uid: 'uid-node-2' };
const fault: LeftFault = { fault: 'node-loss', target, undo: 'give it back', by: undefined };
const object: LeftObject = {
  ...{ apiVersion: 'v1', kind: 'Service', namespace: 'shop', name: 'web', uid: 'uid-web' },
  by: undefined,
};

const away = () => new Unavailable('nobody is there', { exitCode: EXIT.configuration, mayBeDone: true });
const found = { uid: 'uid-web', applied: true };
const ready = [{ name: 'node-2', ready: true }];

/** Does what is asked of it, each call of the kind only from a time on. @returns it, and the times of the calls */
function clusterFrom(from_ms: Partial<Record<'provide' | 'nodes' | 'find' | 'remove', number>>) {
  const times_ms: number[] = [];
  const from = (call: keyof typeof from_ms, answer: unknown) => async () => {
    if (from_ms[call] === undefined) return answer;
    times_ms.push(time.now_ms);
    if (time.now_ms < from_ms[call]) throw call === 'provide' ? new Error('no power') : away();
    return answer;
  };
  const cluster = {
    provide: from('provide', { after_ms: 0, before_ms: 0 }),
    ...{ nodes: from('nodes', ready), find: from('find', found), remove: from('remove', undefined) },
  } as unknown as Cluster;
  return { place: { cluster, journal: noJournal }, times_ms };
}

const told: string[] = [];
const tell = (text: string) => void told.push(text);

describe('a fault', () => {
  test('is undone though that fails for nearly a minute, a second after it can be at the latest', async () => {
    const { place, times_ms } = clusterFrom({ provide: UNDO_PATIENCE_MS - 1000 });
    await time.until(undoFault(place, fault, 0));
    expect(time.now_ms).toBeLessThanOrEqual(UNDO_PATIENCE_MS);
    const pauses_ms = times_ms.slice(1).map((at_ms, index) => at_ms - times_ms[index]!);
    expect(pauses_ms[0]).toBeLessThanOrEqual(100);
    expect(Math.max(...pauses_ms)).toBeLessThanOrEqual(1000);
  });

  test('is given up when the minute is over, with a last attempt then', async () => {
    const { place, times_ms } = clusterFrom({ provide: UNDO_PATIENCE_MS + 1 });
    const error = await time.until(undoFault(place, fault, 0).catch((caught: unknown) => caught));
    expectUserError(error, EXIT.notRestored, 'node-loss of node-2 is not undone: no power');
    expect(times_ms.at(-1)).toBe(UNDO_PATIENCE_MS);
  });

  test('of a dead run is not taken for left because nobody says whether its node is Ready', async () => {
    const { place, times_ms } = clusterFrom({ nodes: 90_000 });
    await time.until(undoLeft(place, [fault], tell));
    expect(times_ms.at(-1)).toBeLessThanOrEqual(91_000);
    expect(told.join()).toContain('node-loss of node-2, of an earlier run that was killed, was undone');
  });
});

describe('an object of a dead run', () => {
  test.each(['find', 'remove'] as const)('is removed though %s fails for a while', async (call) => {
    const { place, times_ms } = clusterFrom({ [call]: 30_000 });
    await time.until(removeLeft(place, [object], tell));
    expect(times_ms.at(-1)).toBeLessThanOrEqual(31_000);
    expect(told.join()).toContain('Service shop/web of an earlier run that was killed was removed');
  });

  test('is given up when the minute is over that there is for all of them', async () => {
    const { place } = clusterFrom({ remove: 1e6 });
    const other = { ...object, name: 'db' };
    const error = await time.until(
      removeLeft(place, [object, other], tell).catch((caught: unknown) => caught),
    );
    expectUserError(
      error,
      EXIT.notRestored,
      'Service shop/web, of an earlier run that was killed, is not removed: nobody is there; Service shop/db',
    );
    expect(time.now_ms).toBe(UNDO_PATIENCE_MS);
  });
});
