import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/scenario/errors.ts';
import { erlangB, erlangC } from '../../../src/sim/exact/erlang.ts';
import { machineRepair, mg1, mmc, mmcK, mmcProbability } from '../../../src/sim/exact/queues.ts';
import { probabilityOf, steadyState } from '../../../src/sim/exact/steady-state.ts';
import { expectDigits, expectNear } from './near.ts';
import { walk } from './random-chain.ts';

const queue = (arrival_per_s: number, service_per_s: number, servers: number) => ({
  arrival_per_s,
  service_per_s,
  servers,
});

describe('Erlang', () => {
  it('has the published values of B and C', () => {
    expectDigits(erlangB(5, 4), '0.1990668740');
    expectDigits(erlangC(5, 4), '0.5541125541');
    expectDigits(erlangB(10, 8), '0.1216610643');
    expectDigits(erlangC(10, 8), '0.4091801508');
  });

  it('is M/M/1 with one server', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 0.999999, noNaN: true }), (load) => {
        expectNear(erlangB(1, load), load / (1 + load), 1e-14);
        expectNear(erlangC(1, load), load, 1e-9);
      }),
    );
  });

  it('stays right with hundreds and thousands of servers', () => {
    // With a as large as c, B is near sqrt(2 / (pi c)) - (4 / 3) / (pi c): Jagerman 1974.
    for (const servers of [200, 1000, 100_000]) {
      const asymptotic = 1 / (Math.sqrt((Math.PI * servers) / 2) + 2 / 3);
      expectNear(erlangB(servers, servers), asymptotic, 0.1 / servers);
    }
    expect(erlangB(500, 1)).toBeGreaterThanOrEqual(0);
    expect(erlangC(500, 499.9)).toBeLessThan(1);
  });

  it('without load neither blocks nor makes wait', () => {
    expect([erlangB(0, 3), erlangB(3, 0), erlangC(3, 0)]).toEqual([1, 0, 0]);
  });
});

describe('M/M/c', () => {
  it('has the published values', () => {
    expectDigits(mmc(queue(9, 5, 2)).Lq, '7.674');
    expectDigits(mmc(queue(9, 5, 2)).W_s, '1.053');
    expectDigits(mmc(queue(9, 5, 4)).Lq, '0.105');
    expectDigits(mmc(queue(9, 5, 4)).W_s, '0.212');
  });

  it('agrees with the shares of time in its states', () => {
    for (const [load, servers] of [
      [0.5, 1],
      [3.9, 4],
      [180, 200],
      [600, 700],
    ] as const) {
      const tested = queue(load, 1, servers);
      let sum = 0;
      let L = 0;
      for (let count = 0; count < 20 * servers + 2000; count += 1) {
        sum += mmcProbability(tested, count);
        L += count * mmcProbability(tested, count);
      }
      expectNear(sum, 1, 1e-9);
      expectNear(mmc(tested).L, L, 1e-9);
    }
  });

  it('has states where it hardly ever waits', () => {
    // 2,000 servers and one erlang: Poisson, and the chance to wait is below the smallest double.
    expectNear(mmcProbability(queue(1, 1, 2000), 0), Math.exp(-1), 1e-12);
    expectNear(mmcProbability(queue(1, 1, 2000), 2), Math.exp(-1) / 2, 1e-12);
  });

  it('tells when the queue would grow for ever', () => {
    expect(() => mmc(queue(10, 5, 2))).toThrow(/no steady state/);
    expect(() => mmc(queue(11, 5, 2))).toThrow(UserError);
  });
});

describe('M/M/c/K', () => {
  it('has the published values', () => {
    expectDigits(mmcK({ ...queue(50, 10, 4), capacity: 6 }).lossProbability, '0.293543');
    const small = mmcK({ ...queue(3, 2, 2), capacity: 5 });
    expectDigits(small.p[0]!, '0.179334');
    expectDigits(small.lossProbability, '0.085113');
    expectDigits(small.L, '2.00595');
    expectDigits(small.Wq_s, '0.230857');
  });

  it('is Erlang B without room to wait, M/M/c with much', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0.05, max: 0.9, noNaN: true }),
        (servers, share) => {
          const load = servers * share;
          expectNear(
            mmcK({ ...queue(load, 1, servers), capacity: servers }).lossProbability,
            erlangB(servers, load),
          );
          const roomy = mmcK({ ...queue(load, 1, servers), capacity: servers + 800 });
          expectNear(roomy.W_s, mmc(queue(load, 1, servers)).W_s);
          expectNear(roomy.throughput_per_s, load);
        },
      ),
    );
  });

  it('works where arrivals outrun the servers, and with many places', () => {
    const full = mmcK({ ...queue(1000, 1, 10), capacity: 5000 });
    expectNear(full.throughput_per_s, 10);
    expectNear(full.lossProbability, 0.99);
  });
});

describe('M/G/1', () => {
  it('is M/M/1 with exponential service, and half its wait with constant', () => {
    const exponential = mg1({ arrival_per_s: 0.8, serviceMean_s: 1, serviceVariance_s2: 1 });
    expectNear(exponential.Lq, mmc(queue(0.8, 1, 1)).Lq, 1e-12);
    expectNear(exponential.W_s, 5, 1e-12);
    const constant = mg1({ arrival_per_s: 0.8, serviceMean_s: 1, serviceVariance_s2: 0 });
    expectNear(constant.Wq_s, exponential.Wq_s / 2, 1e-12);
  });

  it('tells when the queue would grow for ever', () => {
    expect(() => mg1({ arrival_per_s: 1, serviceMean_s: 1, serviceVariance_s2: 0 })).toThrow(
      /no steady state/,
    );
  });
});

describe('machine repair', () => {
  it('is as its Markov chain', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 14 }),
        fc.double({ min: 0.01, max: 10, noNaN: true }),
        (machines, crews, failure_per_h) => {
          const result = machineRepair({ machines, crews, failure_per_h, repair_per_h: 1 });
          const chain = walk(
            Array.from({ length: machines }, (_, down) => (machines - down) * failure_per_h),
            Array.from({ length: machines }, (_, index) => Math.min(index + 1, crews)),
          );
          const steady = steadyState(chain);
          for (let down = 0; down <= machines; down += 1) {
            expectNear(
              result.p[down]!,
              probabilityOf(chain, steady, (state) => state === down),
            );
          }
          // Failures and repairs of a long time are as many.
          expectNear(result.failures_per_h, result.utilisation * crews);
        },
      ),
    );
  });

  it('with a crew for each machine none waits', () => {
    const result = machineRepair({ machines: 5, crews: 5, failure_per_h: 0.01, repair_per_h: 0.5 });
    expectNear(result.availability, 0.5 / 0.51, 1e-12);
    expectNear(result.W_h, 2, 1e-12);
    expect(result.Lq).toBe(0);
  });
});

describe('bad input', () => {
  it('is refused where it would take for ever', () => {
    for (const servers of [1e9, Number.MAX_SAFE_INTEGER]) {
      expect(() => erlangB(servers, 1)).toThrow(UserError);
      expect(() => mmcK({ ...queue(1, 1, 1), capacity: servers })).toThrow(UserError);
    }
  });

  it('is a clear error or a number, never NaN, whatever the numbers', () => {
    const any = fc.oneof(
      fc.double(),
      fc.integer({ min: -3, max: 300 }),
      fc.constantFrom(0, -1, NaN, Infinity),
    );
    fc.assert(
      fc.property(any, any, any, any, (a, b, c, d) => {
        const capped = Math.min(d, 1000);
        for (const compute of [
          () => erlangB(capped, a),
          () => erlangC(capped, a),
          () => mmc(queue(a, b, capped)),
          () => mmcProbability(queue(a, b, capped), Math.min(c, 1000)),
          () => mmcK({ ...queue(a, b, capped), capacity: Math.min(c, 1000) }),
          () => mg1({ arrival_per_s: a, serviceMean_s: b, serviceVariance_s2: c }),
          () =>
            machineRepair({ machines: Math.min(c, 1000), crews: capped, failure_per_h: a, repair_per_h: b }),
        ]) {
          try {
            const result = compute();
            const numbers =
              typeof result === 'number' ? [result] : Object.values(result).flatMap((x) => [...[x].flat()]);
            for (const value of numbers) {
              if (typeof value === 'number') expect(value).not.toBeNaN();
              else expect([...value]).not.toContain(Number.NaN);
            }
          } catch (error) {
            expect(error).toBeInstanceOf(UserError);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
