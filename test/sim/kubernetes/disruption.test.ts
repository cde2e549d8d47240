import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DisruptionBudget } from '../../../src/scenario/scenario.ts';
import { step } from '../../../src/sim/cause.ts';
import { ApiServer } from '../../../src/sim/kubernetes/api-server.ts';
import { DisruptionController } from '../../../src/sim/kubernetes/disruption.ts';
import { evict, evictPatiently } from '../../../src/sim/kubernetes/eviction.ts';
import { Link } from '../../../src/sim/kubernetes/link.ts';
import { workloadKey } from '../../../src/sim/kubernetes/objects.ts';
import { environment } from './environment.ts';
import { deployment, pod } from './objects.ts';

const CAUSE = step(undefined, 'test', 0);

const budgetWith = (change: Partial<DisruptionBudget>): DisruptionBudget => ({
  name: 'web',
  namespace: 'default',
  position: { file: '', line: 1, column: 1 },
  selector: { app: 'web' },
  min_available: undefined,
  max_unavailable: undefined,
  unhealthy_pod_eviction_policy: 'IfHealthyBudget',
  ...change,
});

/** So many ready pods under one budget. */
function setUp(
  replicas: number,
  change: Partial<DisruptionBudget>,
  trial = 0,
  others: readonly DisruptionBudget[] = [],
) {
  const { environment: env } = environment('1', trial);
  const api = new ApiServer(env);
  const client = api.client(new Link(env));
  const workload = deployment({ replicas });
  const pods = Array.from({ length: replicas }, (_, index) =>
    pod(`web-${index}`, { workload, node: index % 2 }),
  );
  for (const each of pods) api.pods.restore(each);
  api.workloads.restore({
    name: workloadKey(workload),
    workload,
    template: workload.pod,
    revision: 1,
    replicas,
  });
  const controller = new DisruptionController(env, client, [budgetWith(change), ...others], pods);
  for (const budget of controller.steady()) api.disruptionBudgets.restore(budget);
  const answers: boolean[] = [];
  const evictAt = (at_ms: number, name: string) =>
    env.simulation.at(at_ms, () =>
      evict(env, client, name, undefined, CAUSE, (answer) => answers.push(answer)),
    );
  return { env, api, client, answers, evictAt, allowed: () => api.disruptionBudgets.get('web')?.allowed };
}

describe('DisruptionController', () => {
  it.each([
    // replicas, budget, evictions allowed
    [1, { max_unavailable: { pods: 1 } }, 1],
    [3, { max_unavailable: { pods: 0 } }, 0],
    [3, { max_unavailable: { percent: 30 } }, 1],
    [7, { max_unavailable: { percent: 30 } }, 3],
    [3, { min_available: { pods: 2 } }, 1],
    [3, { min_available: { pods: 5 } }, 0],
    [3, { min_available: { percent: 50 } }, 1],
    [7, { min_available: { percent: 50 } }, 3],
    [2, { min_available: { percent: 0 } }, 2],
  ])('%i replicas under %j: %i evictions', (replicas, change, expected) => {
    expect(setUp(replicas, change).allowed()).toBe(expected);
  });

  it('grants what the budget has and refuses the rest, though all are asked for at once', () => {
    const { env, api, answers, evictAt } = setUp(5, { max_unavailable: { pods: 2 } });
    for (let index = 0; index < 5; index += 1) evictAt(100, `web-${index}`);
    env.simulation.runUntil(10_000);
    expect(answers.filter(Boolean)).toHaveLength(2);
    expect([...api.pods.values()].filter((each) => each.grace_period_s !== undefined)).toHaveLength(2);
  });

  it('has an eviction whose budget was written meanwhile wait for half a second, and read it again', () => {
    const { env, api, client, evictAt } = setUp(5, { max_unavailable: { pods: 2 } });
    const evicted_ms: number[] = [];
    client.pods.watch((each) => {
      if (each.grace_period_s !== undefined) evicted_ms.push(env.now_ms);
    });
    evictAt(100, 'web-0');
    evictAt(100, 'web-1');
    evictAt(3000, 'web-2');
    env.simulation.runUntil(10_000);
    const [first, second, ...others] = evicted_ms as [number, number];
    expect(first).toBe(100);
    expect(second).toBeGreaterThanOrEqual(600);
    expect(second).toBeLessThan(650);
    expect(others).toEqual([]);
    expect(api.disruptionBudgets.get('web')?.allowed).toBe(0);
  });

  it('refuses at once where the budget has nothing, and lets unhealthy pods go at once', () => {
    const { env, client, evictAt, answers } = setUp(2, { min_available: { pods: 2 } });
    env.simulation.at(50, () => client.pods.create(pod('unready-1', { node: 1, ready: false }), CAUSE));
    env.simulation.at(50, () => client.pods.create(pod('unready-2', { node: 1, ready: false }), CAUSE));
    for (const name of ['unready-1', 'unready-2', 'web-0']) evictAt(100, name);
    env.simulation.runUntil(110);
    expect(answers.toSorted()).toEqual([false, true, true]);
  });

  it('never lets a pod go that has two budgets, whatever they allow, unless it is down anyway', () => {
    const other = budgetWith({ name: 'other', max_unavailable: { pods: 3 } });
    const { env, client, answers, evictAt } = setUp(3, { max_unavailable: { pods: 3 } }, 0, [other]);
    env.simulation.at(50, () => client.pods.create(pod('pending', { node: undefined }), CAUSE));
    evictAt(100, 'web-0');
    evictAt(200, 'pending');
    env.simulation.runUntil(10_000);
    expect(answers).toEqual([false, true]);
  });

  it('grants another when a replacement is ready', () => {
    const { env, client, answers, evictAt } = setUp(2, { min_available: { pods: 1 } });
    evictAt(100, 'web-0');
    evictAt(200, 'web-1');
    env.simulation.at(5000, () => client.pods.create(pod('web-2', { node: 0 }), CAUSE));
    evictAt(6000, 'web-1');
    env.simulation.runUntil(10_000);
    expect(answers).toEqual([true, false, true]);
  });

  it('lets pods go that are not up anyway: pending ones always, unready ones while enough others are healthy', () => {
    const { env, client, answers, evictAt } = setUp(2, { min_available: { pods: 2 } });
    env.simulation.at(50, () => client.pods.create(pod('pending', { node: undefined }), CAUSE));
    env.simulation.at(50, () => client.pods.create(pod('unready', { node: 1, ready: false }), CAUSE));
    evictAt(100, 'pending');
    evictAt(110, 'unready');
    evictAt(120, 'web-0');
    env.simulation.runUntil(1000);
    expect(answers).toEqual([true, true, false]);
  });

  it('never takes more healthy pods than the budget leaves, whenever they are asked for', () => {
    const requests = fc.array(fc.record({ at_ms: fc.nat(30_000), pod: fc.nat(5) }), { maxLength: 40 });
    fc.assert(
      fc.property(requests, fc.integer({ min: 0, max: 6 }), fc.nat(1000), (evictions, min, trial) => {
        const { env, api, client, evictAt } = setUp(6, { min_available: { pods: min } }, trial);
        for (const { at_ms, pod: index } of evictions) evictAt(at_ms, `web-${index}`);
        client.pods.watch((each, gone) => {
          if (!gone && each.grace_period_s !== undefined) client.pods.remove(each.name, CAUSE);
          if (gone) env.after(2000, () => client.pods.create(pod(each.name, { node: 0 }), CAUSE));
        });
        for (let at_ms = 0; at_ms < 40_000; at_ms += 500) {
          env.simulation.at(at_ms, () => {
            const healthy = [...api.pods.values()].filter((p) => p.ready && p.grace_period_s === undefined);
            expect(healthy.length).toBeGreaterThanOrEqual(Math.min(6, min));
          });
        }
        env.simulation.runUntil(40_000);
      }),
      { numRuns: 100 },
    );
  });

  it('is asked again every five seconds by a patient caller, until nobody wants it any more', () => {
    const { env, api, client } = setUp(2, { min_available: { pods: 2 } });
    let asked = 0;
    const isWanted = () => {
      asked += 1;
      return env.now_ms < 22_000;
    };
    evictPatiently(env, client, 'web-0', undefined, CAUSE, isWanted);
    env.simulation.runUntil(60_000);
    expect(asked).toBe(6);
    expect(api.pods.get('web-0')?.grace_period_s).toBeUndefined();
  });
});
