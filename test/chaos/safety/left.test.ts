import { expect, test } from 'vitest';
import type { ClusterIdentity } from '../../../src/chaos/cluster/cluster.ts';
import { leftBy, notesOf } from '../../../src/chaos/safety/left.ts';

const kubernetes = (uid: string | undefined, name: string): ClusterIdentity => ({
  kind: 'kubernetes',
  uid,
  server: `https://${name}`,
  context: name,
});
const ONE = kubernetes('uid-1', 'one');
const TWO = kubernetes('uid-2', 'two');
const REGISTRY = { kind: 'Registry', namespace: '', name: 'registry', uid: undefined };
const WEB = { apiVersion: 'v1', kind: 'Service', namespace: 'shop', name: 'web', uid: undefined };

/** The lines of a run that was killed, or of one that undid what was left. */
function run(pid: number, cluster: ClusterIdentity | undefined, act: 'stop-registry' | 'undo'): string[] {
  const id = `2026-11-21T08:00:00.000Z/${pid}`;
  const at = '2026-11-21T08:00:00.000Z';
  const begin = cluster === undefined ? [] : [{ run: id, at, cluster, process_start: `${pid}00` }];
  const intent = { act, trial: 0, target: REGISTRY, fault: 'registry-outage', undo: 'start it again' };
  return [
    ...begin,
    { id: `${id}/0`, at, ...intent },
    { id: `${id}/0`, at, outcome: 'done' },
    ...(act === 'undo' ? [] : [{ id: `${id}/1`, at, act: 'create', target: WEB, undo: '-' }]),
  ].map((line) => JSON.stringify(line));
}

const left = (here: ClusterIdentity, ...runs: readonly string[][]) => {
  const found = leftBy(runs.flat().join('\n'), here);
  return [found.faults.length, found.objects.length, found.elsewhere.length];
};

test('what is left in a cluster is given back there, and nowhere else', () => {
  const killed = run(7, ONE, 'stop-registry');
  expect(left(ONE, killed)).toEqual([1, 1, 0]);
  expect(left(TWO, killed)).toEqual([0, 0, 1]);
  expect(left({ kind: 'embedded', uid: 'here' }, killed)).toEqual([0, 0, 1]);
  expect(leftBy(killed.join('\n'), ONE).faults[0]!.by).toEqual({ pid: 7, start: '700' });
});

test('the same thing undone in another cluster is still to be undone in this one', () => {
  const killed = run(7, ONE, 'stop-registry');
  expect(left(ONE, killed, run(8, TWO, 'undo'))).toEqual([1, 1, 0]);
  expect(left(ONE, killed, run(8, ONE, 'undo'))).toEqual([0, 1, 0]);
  expect(left(TWO, run(7, TWO, 'undo'), killed)).toEqual([0, 0, 1]);
});

test('a cluster is known by its uid, whatever its address is; without one, by its address', () => {
  const killed = run(7, ONE, 'stop-registry');
  expect(left({ ...ONE, server: 'https://elsewhere' }, killed)).toEqual([1, 1, 0]);
  expect(left({ ...TWO, server: ONE.server }, killed)).toEqual([0, 0, 1]);
  expect(left({ ...ONE, uid: undefined }, killed)).toEqual([1, 1, 0]);
  expect(left({ ...TWO, uid: undefined }, killed)).toEqual([0, 0, 1]);
});

test('what was left in an embedded cluster died with it', () => {
  const embedded = { kind: 'embedded', uid: 'died' } as const;
  expect(left(ONE, run(7, embedded, 'stop-registry'))).toEqual([0, 0, 0]);
  expect(left({ kind: 'embedded', uid: 'here' }, run(7, embedded, 'stop-registry'))).toEqual([0, 0, 0]);
});

test('a journal of before clusters were named is taken to be of this one', () => {
  expect(left(TWO, run(7, undefined, 'stop-registry'))).toEqual([1, 1, 0]);
});

test('what is left in another cluster is told, with how to give it back', () => {
  expect(notesOf(leftBy(run(7, ONE, 'stop-registry').join('\n'), TWO))).toEqual([
    'registry-outage of registry in another cluster (context one, https://one), of an earlier run that was killed, is not undone: run it there with the same --out and --context one, or by hand: start it again',
    'Service shop/web in another cluster (context one, https://one), of an earlier run that was killed, is not removed: run it there with the same --out and --context one',
  ]);
});
