/** Any harm at any calls, several of them, some for longer than the runner waits. */
import fc from 'fast-check';
import { test } from 'vitest';
import type { FaultType } from '../../../src/scenario/scenario.ts';
import { HARMS, KINDS, type Plan } from './faulty-server.ts';
import { expectInOrder, inLanes, runThrough } from './run-through.ts';

const RUNS = 60;

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

const plan: fc.Arbitrary<Plan> = fc.record({
  kind: fc.constantFrom(...KINDS),
  nth: fc.nat(12),
  calls: fc.integer({ min: 1, max: 4 }),
  harm: fc.constantFrom(...HARMS),
});

const run = fc.record({
  fault: fc.constantFrom(...FAULTS),
  plan: fc.array(plan, { minLength: 1, maxLength: 4 }),
});

test('whatever the API server does, a run ends in order and leaves nothing behind', {
  timeout: 120_000,
}, async () => {
  // Many at once: a property of one run at a time would take minutes of waiting.
  const batch = fc.array(run, { minLength: RUNS, maxLength: RUNS });
  const property = fc.asyncProperty(batch, (runs) =>
    inLanes(runs, async (through) => expectInOrder(await runThrough(through), JSON.stringify(through))),
  );
  await fc.assert(property, { numRuns: 1, endOnFailure: true });
});
