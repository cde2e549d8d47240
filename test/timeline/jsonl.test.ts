import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EXIT, UserError } from '../../src/scenario/errors.ts';
import { OUTCOMES, TIMELINE_VERSION, type TimelineEvent } from '../../src/timeline/event.ts';
import { readTimeline, TimelineWriter } from '../../src/timeline/jsonl.ts';

const header: TimelineEvent = {
  type: 'header',
  version: TIMELINE_VERSION,
  arm: 'sim',
  scenario: 'nginx-x2',
  seed: '1',
  trial: 0,
  window_ms: 8000,
  rate_per_s: 100,
  latency_limit_ms: 1000,
  replica_rps: { nginx: 400 },
  where: 'simulator',
};

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'foreshock-jsonl-'));
  file = join(folder, 'measured-000.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (events: readonly TimelineEvent[]) => {
  const writer = new TimelineWriter(file);
  for (const event of events) writer.record(event);
  writer.close();
};

test('a timeline is read as it was recorded', () => {
  const request = fc.record({
    type: fc.constant('request' as const),
    at_ms: fc.double({ min: 0, max: 1e6, noNaN: true }),
    latency_ms: fc.double({ min: 0, max: 1e6, noNaN: true }),
    outcome: fc.constantFrom(...OUTCOMES),
    send_lag_ms: fc.nat(),
  });
  const note = fc.record({
    type: fc.constant('note' as const),
    at_ms: fc.nat(),
    text: fc.string({ unit: 'binary' }),
  });
  fc.assert(
    fc.property(fc.array(fc.oneof(request, note)), (events) => {
      write([header, ...events]);
      expect(JSON.stringify([...readTimeline(file)])).toBe(JSON.stringify([header, ...events]));
    }),
    { numRuns: 30 },
  );
});

test('more than a buffer of events is kept in full', () => {
  const events = Array.from(
    { length: 5000 },
    (_, at_ms): TimelineEvent => ({ type: 'note', at_ms, text: 'x'.repeat(40) }),
  );
  write([header, ...events]);
  expect([...readTimeline(file)]).toHaveLength(5001);
  expect(readFileSync(file, 'utf8').endsWith('\n')).toBe(true);
});

describe('a broken timeline is refused with file and line', () => {
  const note = '{"type":"note","at_ms":1,"text":""}';
  test.each([
    ['cut short', `${JSON.stringify(header)}\n${note}\n{"type":"no`, 3, 'not a line of JSON'],
    ['not an event', `${JSON.stringify(header)}\n[1]\n`, 2, 'not an event'],
    ['an event without a time', `${JSON.stringify(header)}\n{"type":"note"}\n`, 2, 'not an event'],
    ['no header', `${note}\n`, 1, 'the header is missing'],
    ['two headers', `${JSON.stringify(header)}\n${JSON.stringify(header)}\n`, 2, 'a second header'],
    ['empty', '', 1, 'empty'],
    ['newer', JSON.stringify({ ...header, version: 2 }), 1, 'timeline version 2'],
  ])('%s', (_name, text, line, message) => {
    writeFileSync(file, text);
    const read = () => [...readTimeline(file)];
    expect(read).toThrow(UserError);
    expect(read).toThrow(`${file}:${line}: `);
    expect(read).toThrow(message);
  });

  test('missing', () => {
    expect(() => [...readTimeline(join(folder, 'none.jsonl'))]).toThrow(
      expect.objectContaining({ exitCode: EXIT.configuration }),
    );
  });
});
