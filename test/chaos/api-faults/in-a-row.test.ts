/** Several harms in a row, whatever is asked for, from the act on to where all is put back: nothing of it is given up. */
import { expect, test } from 'vitest';
import { UNDO_PATIENCE_MS } from '../../../src/chaos/undo.ts';
import type { FaultType } from '../../../src/scenario/scenario.ts';
import type { Harm } from './faulty-server.ts';
import { expectInOrder, inLanes, runThrough } from './run-through.ts';

const HARMS: readonly Harm[] = ['unauthorized', 'broken', 'cut short though carried out'];
/** A login that is refused is read again, and so is refused twice at a time. */
const CALLS = 8;
/** Calls between the act and the first harm; the shortest of the runs makes eight, where all is well. */
const AFTER: readonly number[] = [0, 2, 4, 6];
/** Less than so many harms take: what is above the calls has to wait as well. */
const PATIENCE_MS = 400;

/** The call by which each is caused. */
const ACTS: Readonly<Partial<Record<FaultType, RegExp>>> = {
  'pod-kill': /^DELETE .*\/pods\//,
  'network-partition': /^PATCH .*\/pods\//,
  'node-cordon': /^PATCH .*\/nodes\//,
  'bad-readiness': /^PATCH .*\/deployments\//,
  scale: /^PATCH .*\/scale$/,
};

const CASES = Object.entries(ACTS).flatMap(([fault, act]) =>
  HARMS.flatMap((harm) => AFTER.map((after) => ({ fault: fault as FaultType, act, harm, after }))),
);

test(`${CALLS} in a row, anywhere from the act on, end no run in disorder, and keep nothing from being put back`, {
  timeout: 120_000,
}, async () => {
  const unharmed: string[] = [];
  await inLanes(CASES, async ({ fault, act, harm, after }) => {
    let since: number | undefined;
    const ended = await runThrough({
      ...{ fault, patience_ms: PATIENCE_MS, undo_patience_ms: UNDO_PATIENCE_MS },
      harmAt({ method, path }) {
        if (since === undefined) {
          if (act.test(`${method} ${path}`)) since = 0;
          return undefined;
        }
        const count = since;
        since += 1;
        return count >= after && count < after + CALLS ? harm : undefined;
      },
    });
    const what = `${fault}: ${harm}, ${after} calls after the act`;
    expectInOrder(ended, what);
    if (ended.server.harmed === 0) unharmed.push(what);
  });
  expect(unharmed).toEqual([]);
});
