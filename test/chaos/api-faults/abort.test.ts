/** A run that is aborted while the API server turns its act away: what has failed is not sent again. */
import { expect, test } from 'vitest';
import { EXIT } from '../../../src/scenario/errors.ts';
import type { FaultType } from '../../../src/scenario/scenario.ts';
import { expectUserError } from '../run.ts';
import type { Plan } from './faulty-server.ts';
import { expectInOrder, runThrough } from './run-through.ts';

interface Case extends Pick<Plan, 'kind' | 'harm'> {
  readonly fault: FaultType;
  /** Of the act among the calls of its kind. */
  readonly nth: number;
  readonly method: string;
  readonly path: RegExp;
  /** How often it is sent. Default: once. */
  readonly sent?: number;
}

const DELETE = { fault: 'pod-kill', kind: 'delete', nth: 0, method: 'DELETE', path: /\/pods\// } as const;
const CASES: readonly Case[] = [
  { ...DELETE, harm: 'busy' },
  { ...DELETE, harm: 'broken' },
  // With what was read again it is another call.
  { ...DELETE, harm: 'unauthorized', sent: 2 },
  {
    ...{ fault: 'pod-eviction', kind: 'eviction', harm: 'unavailable', nth: 0 },
    ...{ method: 'POST', path: /\/eviction$/ },
  },
  // After the patch that creates the Service and the one that marks the workload.
  { fault: 'scale', kind: 'patch', harm: 'unavailable', nth: 2, method: 'PATCH', path: /\/scale$/ },
];

test.concurrent.each(CASES)(
  '$fault, turned away as $harm, is not sent again once the run is aborted',
  async ({ fault, kind, harm, nth, method, path, sent = 1 }) => {
    const abort = new AbortController();
    let times = 0;
    const ended = await runThrough({
      ...{ fault, signal: abort.signal, patience_ms: 20_000 },
      plan: [{ kind, nth, calls: 2, harm }],
      awayAt(request) {
        if (request.method === method && path.test(request.path)) {
          times += 1;
          abort.abort(new Error('Ctrl-C'));
        }
        return undefined;
      },
    });
    expect(ended.server.harmed).toBeGreaterThan(0);
    expectUserError(ended.error, EXIT.aborted, 'aborted; no further fault was caused');
    expectInOrder(ended, fault);
    expect(times).toBe(sent);
    expect(ended.server.state.podsGone).toBe(0);
  },
);
