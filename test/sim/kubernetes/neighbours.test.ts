import fc from 'fast-check';
import { expect, it } from 'vitest';
import { IcmpLimit } from '../../../src/sim/kubernetes/icmp-limit.ts';
import { Neighbours } from '../../../src/sim/kubernetes/neighbours.ts';
import { environment } from './environment.ts';

it('loses packets to an address that is gone in silence for 3 to 53 s, then answers within 3 s that it is unreachable', () => {
  fc.assert(
    fc.property(fc.nat(10_000), (trial) => {
      const { environment: env } = environment('1', trial);
      const neighbours = new Neighbours(env);
      const told_ms: number[] = [];
      for (let at_ms = 0; at_ms < 120_000; at_ms += 100) {
        env.simulation.at(at_ms, () => {
          neighbours.send('pod', () => {
            const waited_ms = env.now_ms - at_ms;
            expect(waited_ms).toBeGreaterThanOrEqual(0);
            expect(waited_ms).toBeLessThanOrEqual(3000);
            told_ms.push(at_ms);
          });
        });
      }
      env.simulation.runUntil(130_000);
      expect(told_ms[0]).toBeGreaterThanOrEqual(3000);
      expect(told_ms[0]).toBeLessThanOrEqual(53_100);
      // From then on everybody is told, sooner or later.
      expect(told_ms.length).toBe((120_000 - (told_ms[0] as number)) / 100);
    }),
    { numRuns: 50 },
  );
});

it('forgets that an address was gone when it answers again', () => {
  const { environment: env } = environment();
  const neighbours = new Neighbours(env);
  const told: number[] = [];
  const packet = () => neighbours.send('pod', () => told.push(env.now_ms));
  env.simulation.at(0, packet);
  env.simulation.at(100_000, () => neighbours.answered('pod'));
  env.simulation.at(100_001, packet);
  env.simulation.runUntil(110_000);
  expect(told).toEqual([]);
});

it('sends six ICMP errors at once, then one a second', () => {
  const { environment: env } = environment();
  const limit = new IcmpLimit(env);
  let sent = 0;
  for (let at_ms = 0; at_ms <= 10_000; at_ms += 10) {
    env.simulation.at(at_ms, () => {
      if (limit.take()) sent += 1;
    });
  }
  env.simulation.runUntil(20_000);
  expect(sent).toBe(16);
});
