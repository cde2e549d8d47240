import { describe, expect, it } from 'vitest';
import { DeletionOrder } from '../../../src/sim/kubernetes/deletion-order.ts';
import type { PodObject } from '../../../src/sim/kubernetes/objects.ts';
import { environment } from './environment.ts';
import { pod } from './objects.ts';

function first(pods: readonly PodObject[], related = pods, trial = 0, now_ms = 1_000_000): string[] {
  const { environment: env } = environment('1', trial);
  env.simulation.runUntil(now_ms);
  return new DeletionOrder(env).sorted(pods, related).map(({ name }) => name);
}

describe('DeletionOrder', () => {
  it('puts those first that have got least far', () => {
    const pods = [
      pod('ready', { node: 0 }),
      pod('not-ready', { node: 0, ready: false }),
      pod('pending', { node: 0, phase: 'Pending', ready: false }),
      pod('nowhere'),
    ];
    expect(first(pods)).toEqual(['nowhere', 'pending', 'not-ready', 'ready']);
  });

  it('then those on the node with most pods of the workload, whatever their ReplicaSet', () => {
    const pods = [pod('a', { node: 0 }), pod('b', { node: 1 })];
    const others = [pod('c', { node: 1 }), pod('d', { node: 1 })];
    expect(first(pods, [...pods, ...others])[0]).toBe('b');
    const leaving = others.map((each) => ({ ...each, grace_period_s: 30 }));
    const moved = [...pods, ...leaving, pod('e', { node: 0 })];
    expect(first(pods, moved)[0]).toBe('a');
  });

  it('then the latest to be ready, told apart by powers of two of their age', () => {
    const aged = (name: string, age_ms: number) =>
      pod(name, { node: name.charCodeAt(0), ready_since_ms: 1_000_000 - age_ms, created_at_ms: 0 });
    for (let trial = 0; trial < 20; trial += 1) {
      expect(first([aged('a', 100_000), aged('b', 10_000)], [], trial)).toEqual(['b', 'a']);
    }
    const trials = Array.from({ length: 200 }, (_, trial) => trial);
    const bFirst = trials.filter((trial) => {
      return first([aged('a', 80_000), aged('b', 78_000)], [], trial)[0] === 'b';
    });
    expect(bFirst.length).toBeGreaterThan(70);
    expect(bFirst.length).toBeLessThan(130);
  });

  it('leaves pods of long ago to chance, the same each time in one trial', () => {
    const old = ['a', 'b', 'c', 'd'].map((name) =>
      pod(name, {
        node: 0,
        ready_since_ms: Number.NEGATIVE_INFINITY,
        created_at_ms: Number.NEGATIVE_INFINITY,
      }),
    );
    const { environment: env } = environment('1', 7);
    const order = new DeletionOrder(env);
    expect(order.sorted(old, old)).toEqual(order.sorted(old.toReversed(), old));
    const firsts = new Set(Array.from({ length: 60 }, (_, trial) => first(old, old, trial)[0]));
    expect(firsts.size).toBe(4);
  });
});
