import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { step } from '../../../src/sim/cause.ts';
import { ApiServer } from '../../../src/sim/kubernetes/api-server.ts';
import { Link } from '../../../src/sim/kubernetes/link.ts';
import type { NodeObject } from '../../../src/sim/kubernetes/objects.ts';
import { Scheduler } from '../../../src/sim/kubernetes/scheduler.ts';
import { environment } from './environment.ts';
import { deployment, nodes, pod, template } from './objects.ts';

const CAUSE = step(undefined, 'test', 0);

function setUp(all: readonly NodeObject[], { takesFromBackoff = true, trial = 0 } = {}) {
  const { environment: env } = environment('1', trial);
  const api = new ApiServer(env);
  const client = api.client(new Link(env));
  for (const node of all) api.nodes.restore(node);
  const scheduler = new Scheduler(env, client, all, { takesFromBackoff });
  const placed_ms = new Map<string, number>();
  client.pods.watch(({ name, node }) => {
    if (node !== undefined && !placed_ms.has(name)) placed_ms.set(name, env.now_ms);
  });
  const at = (at_ms: number, action: () => void) => env.simulation.at(at_ms, action);
  return { env, api, client, scheduler, placed_ms, at };
}

describe('Scheduler', () => {
  it('spreads the pods of a workload over nodes and zones alike, however many there are', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 20 }),
        fc.nat(100),
        (count, pods, trial) => {
          const all = nodes(count, (index) => ({ zone: `zone-${index % 2}` }));
          const { env, api, client, at } = setUp(all, { trial });
          for (let n = 0; n < pods; n += 1) at(n, () => client.pods.create(pod(`web-${n}`), CAUSE));
          env.simulation.runUntil(60_000);
          const perNode = new Array<number>(count).fill(0);
          for (const { node } of api.pods.values()) perNode[node as number]! += 1;
          expect(perNode.reduce((a, b) => a + b, 0)).toBe(pods);
          const perZone = [0, 1].map((zone) =>
            perNode.filter((_, index) => index % 2 === zone).reduce((a, b) => a + b, 0),
          );
          // Two soft constraints water each other down: never all in one place.
          if (count % 2 === 0) {
            expect(Math.max(...perNode) - Math.min(...perNode)).toBeLessThanOrEqual(1);
            expect(Math.abs(perZone[0]! - perZone[1]!)).toBeLessThanOrEqual(1);
          } else {
            expect(Math.max(...perNode) - Math.min(...perNode)).toBeLessThanOrEqual(Math.ceil(pods / 2));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('leaves a pod that fits nowhere waiting, and places it when another has gone for good', () => {
    const workload = deployment({ pod: template({ requests: { cpu_millis: 600, memory_bytes: 0 } }) });
    const { env, api, client, scheduler, placed_ms, at } = setUp(nodes(1, () => ({ cpu_millis: 1000 })));
    api.pods.restore(scheduler.place(pod('old', { workload })));
    at(100, () => client.pods.create(pod('new', { workload }), CAUSE));
    at(5000, () => client.pods.delete('old', 30, CAUSE));
    at(7000, () => client.pods.remove('old', CAUSE));
    env.simulation.runUntil(6999);
    expect(placed_ms.has('new')).toBe(false);
    env.simulation.runUntil(20_000);
    expect(placed_ms.get('new')).toBe(7000);
  });

  it('before 1.33 a pod waits out its back-off even where the scheduler is idle', () => {
    const workload = deployment({ pod: template({ requests: { cpu_millis: 600, memory_bytes: 0 } }) });
    const times = [true, false].map((takesFromBackoff) => {
      const { env, api, client, scheduler, placed_ms, at } = setUp(
        nodes(1, () => ({ cpu_millis: 1000 })),
        {
          takesFromBackoff,
        },
      );
      api.pods.restore(scheduler.place(pod('old', { workload })));
      at(100, () => client.pods.create(pod('new', { workload }), CAUSE));
      at(300, () => client.pods.remove('old', CAUSE));
      env.simulation.runUntil(20_000);
      return placed_ms.get('new');
    });
    expect(times).toEqual([300, 1100]);
  });

  it('sends nothing to a cordoned node, and what waited there once it is uncordoned', () => {
    const { env, client, placed_ms, at } = setUp(nodes(1, () => ({ unschedulable: true })));
    at(0, () => client.pods.create(pod('new'), CAUSE));
    at(4000, () => client.nodes.update('node-1', { unschedulable: false }, CAUSE));
    env.simulation.runUntil(20_000);
    expect(placed_ms.get('new')).toBe(4000);
  });

  it('says in words that the replicas of the steady state do not fit', () => {
    const workload = deployment({ pod: template({ requests: { cpu_millis: 600, memory_bytes: 0 } }) });
    const { scheduler } = setUp(nodes(1, () => ({ cpu_millis: 1000 })));
    scheduler.place(pod('one', { workload }));
    expect(() => scheduler.place(pod('two', { workload }))).toThrow(
      'web.yaml:1:1: the replicas of Deployment web do not fit on the nodes: Insufficient cpu',
    );
  });
});
