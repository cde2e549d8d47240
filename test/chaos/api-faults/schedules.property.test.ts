/** Any harm at any calls, several of them, some for longer than a call is waited for. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UNDO_PATIENCE_MS } from '../../../src/chaos/undo.ts';
import type { FaultType } from '../../../src/scenario/scenario.ts';
import { canMeet, HARMS, KINDS, type Kind, type Plan } from './faulty-server.ts';
import { expectInOrder, inLanes, runThrough } from './run-through.ts';

const RUNS = 60;
/** Four harms in a row take longer: what is above the calls has to wait as well. */
const CALL_PATIENCE_MS = 400;

/** All that go by the API. */
const FAULTS: readonly FaultType[] = [
  'pod-kill',
  'pod-eviction',
  'network-partition',
  'node-cordon',
  'node-drain',
  'node-taint',
  'rollout-restart',
  'bad-image',
  'bad-readiness',
  'scale',
  'endpoint-removal',
];

/** A run reads more often than it writes. */
const nthOf = (kind: Kind): fc.Arbitrary<number> => fc.nat(kind === 'list' || kind === 'get' ? 20 : 5);

const plan: fc.Arbitrary<Plan> = fc.constantFrom(...KINDS).chain((kind) =>
  fc.record({
    ...{ kind: fc.constant(kind), nth: nthOf(kind) },
    calls: fc.integer({ min: 1, max: 4 }),
    harm: fc.constantFrom(...HARMS.filter((harm) => canMeet(kind, harm))),
  }),
);

const run = fc.record({
  fault: fc.constantFrom(...FAULTS),
  plan: fc.array(plan, { minLength: 1, maxLength: 4 }),
});

test('whatever the API server does, a run ends in order and leaves nothing behind', {
  timeout: 120_000,
}, async () => {
  const ends = { whole: 0, early: 0, harmed: 0 };
  // Many at once: a property of one run at a time would take minutes of waiting.
  const batch = fc.array(run, { minLength: RUNS, maxLength: RUNS });
  const property = fc.asyncProperty(batch, (runs) =>
    inLanes(runs, async (each) => {
      const through = { ...each, patience_ms: CALL_PATIENCE_MS, undo_patience_ms: UNDO_PATIENCE_MS };
      const ended = await runThrough(through);
      expectInOrder(ended, JSON.stringify(each));
      ends[ended.error === undefined ? 'whole' : 'early'] += 1;
      if (ended.server.harmed > 0) ends.harmed += 1;
    }),
  );
  await fc.assert(property, { numRuns: 1, endOnFailure: true });
  // Runs that all end before they have begun, or that meet nothing, would prove nothing.
  expect(ends.harmed).toBeGreaterThan(RUNS / 2);
  expect(ends.whole).toBeGreaterThan(RUNS / 10);
});
