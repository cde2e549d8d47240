/** One harm at one call, for every kind of harm and of call. */
import { expect, test } from 'vitest';
import type { FaultType } from '../../../src/scenario/scenario.ts';
import { HARMS, type Harm, KINDS, type Kind } from './faulty-server.ts';
import { expectInOrder, inLanes, runThrough } from './run-through.ts';

/** Faults that make calls of the kind. */
const FAULTS: Readonly<Record<Kind, readonly FaultType[]>> = {
  list: ['pod-kill'],
  get: ['scale'],
  watch: ['pod-kill'],
  patch: ['scale', 'bad-image', 'node-taint', 'endpoint-removal', 'network-partition'],
  create: ['scale'],
  delete: ['pod-kill', 'network-partition'],
  eviction: ['pod-eviction'],
  lease: ['scale'],
  review: ['pod-kill'],
};

/** First, in the middle, and late: at the creating, the fault, the undoing. */
const NTH: Readonly<Record<Kind, readonly number[]>> = {
  list: [0, 5, 9],
  get: [1, 6],
  watch: [0, 1],
  patch: [0, 1, 2],
  create: [0],
  delete: [0],
  eviction: [0],
  lease: [0, 1, 2],
  review: [0],
};

/** A server that does so to a call of the kind, once, says no more than that it is in trouble for a moment. */
function passes(kind: Kind, harm: Harm): boolean {
  if (harm === 'conflict') return ['delete', 'eviction', 'lease', 'watch'].includes(kind);
  if (harm === 'gone') return ['list', 'watch'].includes(kind);
  // The same change a second time is refused: it is there. So the run takes it for done, undoes it, and ends.
  if (kind === 'patch') return !harm.endsWith('carried out');
  return true;
}

const CASES = KINDS.flatMap((kind) =>
  HARMS.flatMap((harm, index) =>
    FAULTS[kind].map((fault, which) => ({
      kind,
      harm,
      fault,
      nth: NTH[kind][(index + which) % NTH[kind].length]!,
    })),
  ),
);

test('a run goes on after one harm that passes, and after any other ends in order', {
  timeout: 120_000,
}, async () => {
  const unharmed: string[] = [];
  await inLanes(CASES, async ({ kind, harm, fault, nth }) => {
    const what = `${harm} at call ${nth} of kind ${kind}, ${fault}`;
    const ended = await runThrough({ fault, plan: [{ kind, nth, calls: 1, harm }] });
    expectInOrder(ended, what);
    if (ended.server.harmed === 0) unharmed.push(what);
    if (passes(kind, harm))
      expect(ended.error, `${what}: ${(ended.error as Error)?.message}`).toBeUndefined();
  });
  expect(unharmed).toEqual([]);
});
