import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Backoff } from '../../../src/sim/kubernetes/backoff.ts';
import { restartBackoff } from '../../../src/sim/kubernetes/restart-backoff.ts';
import { environment } from './environment.ts';

const LIMITS = { initial_ms: 10_000, longest_ms: 300_000, forget_ms: 600_000 };

describe('Backoff', () => {
  it('has no wait before the first step, and then one that doubles up to the longest', () => {
    const { environment: env } = environment();
    const backoff = new Backoff(env, LIMITS);
    expect(backoff.until_ms(0)).toBeUndefined();
    const waits = Array.from({ length: 7 }, () => {
      backoff.step(0);
      return backoff.until_ms(0);
    });
    expect(waits).toEqual([10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]);
  });

  it('counts from the event, or from its last step', () => {
    const { environment: env } = environment();
    const backoff = new Backoff(env, LIMITS);
    env.simulation.runUntil(3000);
    backoff.step(1000);
    expect(backoff.until_ms(1000)).toBe(11_000);
    expect(backoff.untilSinceStep_ms()).toBe(13_000);
    env.simulation.runUntil(11_000);
    expect(backoff.until_ms(1000)).toBeUndefined();
    expect(backoff.untilSinceStep_ms()).toBe(13_000);
  });

  it('begins anew where the event comes ten minutes after the last step', () => {
    const { environment: env } = environment();
    const backoff = new Backoff(env, LIMITS);
    backoff.step(0);
    backoff.step(0);
    env.simulation.runUntil(600_001);
    expect(backoff.until_ms(600_001)).toBeUndefined();
    backoff.step(600_001);
    expect(backoff.until_ms(600_001)).toBe(610_001);
  });

  it('is never longer than the longest, nor shorter than the first, whatever happens', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 700_000 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(gaps, (all) => {
        const { environment: env } = environment();
        const backoff = new Backoff(env, LIMITS);
        for (const gap_ms of all) {
          const event_at_ms = env.now_ms + gap_ms;
          env.simulation.runUntil(event_at_ms);
          backoff.step(event_at_ms);
          const wait_ms = (backoff.until_ms(event_at_ms) ?? 0) - event_at_ms;
          expect(wait_ms).toBeGreaterThanOrEqual(LIMITS.initial_ms);
          expect(wait_ms).toBeLessThanOrEqual(LIMITS.longest_ms);
        }
      }),
    );
  });
});

it('a container waits ten seconds before its second restart, by default', () => {
  const { environment: env } = environment();
  const backoff = restartBackoff(env);
  backoff.step(0);
  expect(backoff.until_ms(0)).toBe(10_000);
});
