/**
 * Whatever has taken the place of what was chosen is left alone: between choice and act, and between the last look and
 * the undoing, the object is replaced by another of its name, and the server is asked as it would be then.
 */
import { expect, test } from 'vitest';
import { FAULT_TYPES } from '../../../src/chaos/fault-action.ts';
import { UserError } from '../../../src/scenario/errors.ts';
import type { FakeRequest } from '../cluster/kubernetes/fake-api-server.ts';
import { oneCluster, runOn } from './one-cluster.ts';
import { type CrashCase, nameOf } from './scenario.ts';

const OBJECT = /\/(pods|nodes|deployments|statefulsets|services|networkpolicies)\/[^/]+$/;
const CASES: readonly CrashCase[] = [
  ...FAULT_TYPES.map((fault) => ({ fault })),
  { fault: 'bad-image', kind: 'StatefulSet' },
  { fault: 'bad-readiness', kind: 'StatefulSet' },
];
/** Requests of a run that delete, evict or change something, from the first on: no fault makes more of them. */
const REQUESTS = 6;

/** The object that a request deletes, evicts or changes; undefined where it is about none that was there before. */
function hitBy({ method, path, body }: FakeRequest): string | undefined {
  const whole = path.replace(/\/(scale|eviction)$/, '');
  if (!OBJECT.test(whole)) return undefined;
  const isChange = method === 'PATCH' && Array.isArray(body);
  return method === 'DELETE' || path.endsWith('/eviction') || isChange ? whole : undefined;
}

interface Outcome {
  readonly which: string;
  /** What the run was about to hit, and what it was replaced by; undefined where it made no such request. */
  readonly path: string | undefined;
  readonly method: string | undefined;
  readonly was: unknown;
  readonly is: unknown;
  readonly unconditional: readonly string[];
  readonly error: unknown;
}

/** A run in which the object of one request is replaced before that is served. @param request which of those, from 0 */
async function withReplaced(which: CrashCase, request: number): Promise<Outcome> {
  const { fake, cluster, journal } = await oneCluster(which);
  let hits = 0;
  let path: string | undefined;
  let method: string | undefined;
  let was: unknown;
  fake.before = (each) => {
    const hit = hitBy(each);
    if (hit === undefined || hits++ !== request) return;
    path = hit;
    method = each.path.endsWith('/eviction') ? 'evict' : each.method;
    was = fake.state.replace(hit);
  };
  const error = await runOn(cluster, which, journal, { steady_deadline_ms: 20_000 }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  const is = path === undefined ? undefined : fake.state.objectAt(path);
  return {
    ...{ which: `${nameOf(which)}, request ${request}`, path, method, was, is, error },
    unconditional: fake.state.unconditional,
  };
}

test('an object that has taken the place of another is neither deleted, evicted nor changed, by any fault, at any time', {
  timeout: 120_000,
}, async () => {
  const outcomes = await Promise.all(
    CASES.flatMap((which) => Array.from({ length: REQUESTS }, (_, request) => withReplaced(which, request))),
  );
  for (const { which, was, is, unconditional, error } of outcomes) {
    expect(is, which).toEqual(was);
    expect(unconditional, which).toEqual([]);
    if (error !== undefined) expect(error, which).toBeInstanceOf(UserError);
  }
  // Of each kind of object, and in each way: else nothing is proved.
  const seen = outcomes.flatMap(({ path, method }) =>
    path === undefined ? [] : [`${method} ${path.split('/').at(-2)}`],
  );
  for (const wanted of ['DELETE pods', 'evict pods', 'PATCH pods', 'PATCH nodes', 'PATCH deployments']) {
    expect(seen).toContain(wanted);
  }
  for (const wanted of [
    'PATCH services',
    'DELETE services',
    'DELETE networkpolicies',
    'PATCH statefulsets',
  ]) {
    expect(seen).toContain(wanted);
  }
});
