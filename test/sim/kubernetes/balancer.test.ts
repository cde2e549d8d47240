import { describe, expect, it } from 'vitest';
import type { Service } from '../../../src/scenario/scenario.ts';
import { balancer } from '../../../src/sim/kubernetes/balancer.ts';
import { environment } from './environment.ts';

const service = (session_affinity_s?: number) => ({ session_affinity_s }) as Service;
const PODS = ['a', 'b', 'c'];

describe('balancer', () => {
  it('chooses at random: each endpoint about as often', () => {
    const choose = balancer(environment().environment, service(), false);
    const counts = new Map<string | undefined, number>();
    for (let n = 0; n < 3000; n += 1) {
      const pod = choose(PODS);
      counts.set(pod, (counts.get(pod) ?? 0) + 1);
    }
    // 1000 expected, standard deviation 26.
    for (const pod of PODS) expect(Math.abs((counts.get(pod) ?? 0) - 1000)).toBeLessThan(110);
  });

  it('takes turns in IPVS mode', () => {
    const choose = balancer(environment().environment, service(), true);
    const turns = Array.from({ length: 6 }, () => choose(PODS));
    expect(new Set(turns.slice(0, 3)).size).toBe(3);
    expect(turns.slice(3)).toEqual(turns.slice(0, 3));
  });

  it('has nothing to choose without endpoints, in any mode', () => {
    for (const takesTurns of [true, false]) {
      const { environment: env } = environment();
      expect(balancer(env, service(), takesTurns)([])).toBeUndefined();
      expect(balancer(env, service(10), takesTurns)([])).toBeUndefined();
    }
  });

  it('keeps a client with its endpoint while that is there and the client comes again in time', () => {
    const { environment: env } = environment();
    const choose = balancer(env, service(10), true);
    const first = choose(PODS);
    let kept: string | undefined;
    let later: string | undefined;
    let moved: string | undefined;
    env.simulation.at(9000, () => {
      kept = choose(PODS);
    });
    env.simulation.at(19_500, () => {
      later = choose(PODS);
      moved = choose(PODS.filter((pod) => pod !== later));
    });
    env.simulation.runUntil(20_000);
    expect(kept).toBe(first);
    expect(later).not.toBe(first);
    expect(moved).not.toBe(later);
  });
});
