import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ResultsFolder } from '../../src/cli/results.ts';
import { EXIT } from '../../src/scenario/errors.ts';
import { agrees } from '../report/examples.ts';

let path: string;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'foreshock-results-'));
});
afterEach(() => rmSync(path, { recursive: true }));

it('keeps every attempt of a trial that is run again in a file of its own', () => {
  const folder = ResultsFolder.prepare(path);
  for (const text of ['first', 'second', 'third']) {
    folder.timeline('measured', 1).record({ type: 'note', at_ms: 0, text });
  }
  folder.timeline('measured', 2).record({ type: 'note', at_ms: 0, text: 'other' });
  folder.closeTimelines();
  const timelines = join(path, 'timelines');
  const texts = readdirSync(timelines)
    .sort()
    .map((name) => [name, JSON.parse(readFileSync(join(timelines, name), 'utf8')).text]);
  expect(texts).toEqual([
    ['measured-002-again-1.jsonl', 'second'],
    ['measured-002-again-2.jsonl', 'third'],
    ['measured-002.jsonl', 'first'],
    ['measured-003.jsonl', 'other'],
  ]);
});

it('has no folder of timelines where nothing keeps one', () => {
  ResultsFolder.prepare(path).clearTimelines('predicted');
  expect(readdirSync(path)).toEqual([]);
});

it('tells of a result that cannot be written as of any other mistake', async () => {
  const folder = ResultsFolder.prepare(path);
  mkdirSync(join(path, 'prediction.json'));
  await expect(folder.write('prediction', agrees.prediction!)).rejects.toMatchObject({
    message: expect.stringContaining('prediction.json: cannot be written: EISDIR'),
    exitCode: EXIT.configuration,
  });
});
