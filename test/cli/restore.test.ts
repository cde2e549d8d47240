import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { GuardRequest, RestoreRequest } from '../../src/cli/arms.ts';
import { guardCommand } from '../../src/cli/guard.ts';
import { EXIT, UserError } from '../../src/scenario/errors.ts';
import { foreshock, TestSignals } from './command.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'foreshock-restore-'));
  mkdirSync(join(folder, 'out'));
  writeFileSync(join(folder, 'out', 'journal.jsonl'), '');
});
afterEach(() => rmSync(folder, { recursive: true }));

const NOTHING = { wasLeft: false, goingOn: [] };

test('goes by the journal of the folder, and says what was put back', async () => {
  let asked: RestoreRequest | undefined;
  const restore = async (request: RestoreRequest) => {
    asked = request;
    request.tell('scale of web was undone');
    return { wasLeft: true, goingOn: [] };
  };
  const words = ['restore', join(folder, 'out'), '--context', 'staging', '--provider-command', 'lab'];
  const { code, stdout } = await foreshock(words, { restore });
  expect({ code, stdout }).toEqual({ code: EXIT.ok, stdout: 'scale of web was undone\n' });
  expect(asked).toMatchObject({
    journal: join(folder, 'out', 'journal.jsonl'),
    context: 'staging',
    provider_command: 'lab',
    namespaces: undefined,
  });
});

test('without a folder goes by the cluster alone, in the namespaces that are named', async () => {
  let asked: RestoreRequest | undefined;
  const restore = async (request: RestoreRequest) => {
    asked = request;
    return NOTHING;
  };
  const ended = await foreshock(['restore', '--namespace', 'shop', '--namespace', 'lab'], { restore });
  expect(ended).toMatchObject({ code: EXIT.ok, stdout: 'nothing is left to be put back\n' });
  expect(asked).toMatchObject({ journal: undefined, namespaces: ['shop', 'lab'] });
});

test('a run that goes on is left alone, which is no success', async () => {
  const restore = async () => ({
    wasLeft: true,
    goingOn: ['Deployment shop/web is the target of another run'],
  });
  const { code, stderr } = await foreshock(['restore'], { restore });
  expect(code).toBe(EXIT.configuration);
  expect(stderr).toContain('left alone, because it goes on: Deployment shop/web');
});

test('a folder without a journal is a mistake', async () => {
  const { code, stderr } = await foreshock(['restore', folder]);
  expect(code).toBe(EXIT.configuration);
  expect(stderr).toContain('journal.jsonl: no journal of a run');
});

test('what cannot be put back has its own code', async () => {
  const restore = async () => {
    throw new UserError('scale of web is not undone', { exitCode: EXIT.notRestored });
  };
  expect((await foreshock(['restore'], { restore })).code).toBe(EXIT.notRestored);
});

test('the guard of a run hears no signal; one that watches all ends at the first', async () => {
  const signals = new TestSignals();
  const seen: boolean[] = [];
  const guard = async ({ signal, ready }: GuardRequest) => {
    ready();
    signals.send('SIGTERM');
    seen.push(signal.aborted);
  };
  const own = await foreshock(['guard', '--journal', 'journal.jsonl'], { guard }, { signals });
  expect(own).toMatchObject({ code: EXIT.ok, stdout: 'ready\n' });
  await foreshock(['guard'], { guard }, { signals });
  expect(seen).toEqual([false, true]);
});

test('a run starts its guard with what it has been given itself', () => {
  const [, , ...words] = guardCommand('/out/journal.jsonl', 'staging', '["ssh", "lab"]');
  expect(words).toEqual([
    'guard',
    '--journal=/out/journal.jsonl',
    '--context=staging',
    '--provider-command=["ssh", "lab"]',
  ]);
  expect(guardCommand('/journal.jsonl', undefined, undefined).slice(2)).toEqual([
    'guard',
    '--journal=/journal.jsonl',
  ]);
});
