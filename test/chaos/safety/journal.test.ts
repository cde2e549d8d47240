import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ActOutcome, type Intent, journaled, openJournal } from '../../../src/chaos/safety/journal.ts';
import { thisProcess } from '../../../src/chaos/safety/running.ts';

let directory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'foreshock-test-'));
  file = path.join(directory, 'out', 'journal.jsonl');
});
afterEach(() => rm(directory, { recursive: true }));

const lines = async () => (await readFile(file, 'utf8')).trim().split('\n');
const HERE = { kind: 'kubernetes', uid: 'c1', server: 'https://one', context: 'one' } as const;
const object = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };
const create: Intent = { act: 'create', trial: undefined, target: { ...object, uid: undefined }, undo: '-' };
const remove = (uid: string): Intent => ({ ...create, act: 'remove', target: { ...object, uid } });

test('an intent and its outcome are joined by an id, also where acts overlap', async () => {
  const journal = await openJournal(file);
  const first = await journal.intend(create);
  const second = await journal.intend(remove('u'));
  await second('failed', { error: 'no' });
  await first('done', { uid: 'u' });
  await journal.close();
  const [a, b, c, d] = (await lines()).map((line) => JSON.parse(line));
  expect([a.act, b.act, c.outcome, d.outcome]).toEqual(['create', 'remove', 'failed', 'done']);
  expect(c.id).toBe(b.id);
  expect(d.id).toBe(a.id);
  expect(a.id).not.toBe(b.id);
});

test('the act begins when the intent is written, and its failure is handed on and written', async () => {
  const journal = await openJournal(file);
  const act = async () => {
    expect((await lines()).length).toBe(1);
    throw new Error('forbidden');
  };
  await expect(journaled(journal, create, act)).rejects.toThrow('forbidden');
  await journal.close();
  expect(JSON.parse((await lines())[1]!)).toMatchObject({ outcome: 'failed', error: 'Error: forbidden' });
});

test('what was created and not removed is left, for the next run to find', async () => {
  const journal = await openJournal(file);
  expect((await journal.begin(HERE)).objects).toEqual([]);
  for (const uid of ['u1', 'u2', 'u3']) await (await journal.intend(create))('done', { uid });
  await (await journal.intend(remove('u2')))('done');
  await (await journal.intend(remove('u3')))('failed');
  await journal.close();
  const next = await openJournal(file);
  expect((await next.begin(HERE)).objects).toEqual([
    { ...object, uid: 'u3', by: thisProcess() },
    { ...object, uid: 'u1', by: thisProcess() },
  ]);
  await next.close();
});

test.each<[string, ActOutcome | undefined, boolean]>([
  ['whose outcome is not known', undefined, true],
  ['that failed, nobody knows how far', 'failed', true],
  ['that came to nothing', 'not-done', false],
])('a creation %s: may be left, under a uid that nobody knows', async (_, outcome, isLeft) => {
  const journal = await openJournal(file);
  const settle = await journal.intend(create);
  if (outcome !== undefined) await settle(outcome);
  const found = (await journal.begin(HERE)).objects;
  expect(found.map(({ name, uid }) => [name, uid])).toEqual(isLeft ? [['web', undefined]] : []);
  await (await journal.intend(remove('u9')))('done');
  expect((await journal.begin(HERE)).objects).toEqual([]);
  await journal.close();
});

test('a line that a crash has torn spoils neither what was before nor what comes after it', async () => {
  const journal = await openJournal(file);
  await (await journal.intend(create))('done', { uid: 'u1' });
  await journal.close();
  await appendFile(file, '{"id":"2026-11-21T08:00:00.000Z/1/0","act":"cre');
  const next = await openJournal(file);
  expect((await next.begin(HERE)).objects.map(({ uid }) => uid)).toEqual(['u1']);
  await (await next.intend(remove('u1')))('done');
  await next.close();
  const last = await openJournal(file);
  expect((await last.begin(HERE)).objects).toEqual([]);
  await last.close();
});

const NODE = { kind: 'Node', namespace: '', name: 'node-2', uid: 'u', before: { unschedulable: false } };
const drain: Intent = {
  act: 'drain-node',
  trial: 0,
  target: NODE,
  undo: 'kubectl uncordon node-2',
  fault: 'node-drain',
};
const undo: Intent = { ...drain, act: 'undo' };

test.each<[string, Intent, string | undefined, string | undefined, boolean]>([
  ['whose outcome is not known', drain, undefined, undefined, true],
  ['that was done', drain, 'done', undefined, true],
  ['that failed, nobody knows how far', drain, 'failed', undefined, true],
  ['that was given up before it began', drain, 'not-done', undefined, false],
  ['that met another object', drain, 'not-touched', undefined, false],
  ['that was undone', drain, 'done', 'done', false],
  ['whose undoing failed', drain, 'done', 'failed', true],
  ['that does not last', { ...drain, fault: undefined } as unknown as Intent, 'done', undefined, false],
])('a fault %s: left for the next run to undo', async (_, intent, outcome, undone, isLeft) => {
  const journal = await openJournal(file);
  const settle = await journal.intend(intent);
  if (outcome !== undefined) await settle(outcome as ActOutcome);
  if (undone !== undefined) await (await journal.intend(undo))(undone as ActOutcome);
  await journal.close();
  const next = await openJournal(file);
  const by = { pid: process.pid, start: undefined };
  const left = { fault: 'node-drain', target: NODE, undo: 'kubectl uncordon node-2', by };
  expect((await next.begin(HERE)).faults).toEqual(isLeft ? [left] : []);
  await next.close();
});

test('faults are left each by itself, the last caused first', async () => {
  const journal = await openJournal(file);
  const loss: Intent = { ...drain, act: 'cut-power', fault: 'node-loss' };
  for (const intent of [drain, loss]) await (await journal.intend(intent))('done');
  await journal.close();
  const next = await openJournal(file);
  expect((await next.begin(HERE)).faults.map(({ fault }) => fault)).toEqual(['node-loss', 'node-drain']);
  await (await next.intend({ ...loss, act: 'undo' }))('done');
  await next.close();
  const last = await openJournal(file);
  expect((await last.begin(HERE)).faults.map(({ fault }) => fault)).toEqual(['node-drain']);
  await last.close();
});
