import { expect, test } from 'vitest';
import { durationNotes } from '../../src/report/fault-durations.ts';

const act = (name: string, nominal_ms: number | undefined, effective_ms: number) => ({
  ...{ trial: 0, name, begin_ms: 1000, end_ms: 1000 + effective_ms, targets: [] },
  ...(nominal_ms === undefined ? {} : { lasting: { nominal_ms, effective_ms } }),
});

test('faults that lasted as long as they were to are not worth a word', () => {
  expect(durationNotes({ faults: [act('scale', 3000, 3040), act('pod-kill', undefined, 20)] })).toEqual([]);
});

test('the others are told of, once for each kind, with how long they lasted at the least and at the most', () => {
  const faults = [
    ...[act('node-loss', 3000, 3412), act('node-loss', 3000, 3960), act('node-loss', 3000, 3000)],
    ...[act('node-loss', 10_000, 9000), act('scale', 500, 620)],
  ];
  expect(durationNotes({ faults })).toEqual([
    'node-loss lasted in 2 of 3 acts for 3.4 s to 4.0 s, where the scenario has 3 s',
    'node-loss lasted for 9.0 s, where the scenario has 10 s',
    'scale lasted for 0.6 s, where the scenario has 0.5 s',
  ]);
});
