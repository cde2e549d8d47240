import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Lookups } from '../../../src/scenario/scenario.ts';
import { DnsOutages, lookUp } from '../../../src/sim/kubernetes/resolver.ts';

const USUAL: Lookups = { for: ['requests'], timeout_ms: 5000, attempts: 2 };

/** What becomes of a lookup at a moment, with one outage. */
function lookedUpAt(at_ms: number, [begin_ms, end_ms]: readonly [number, number], lookups = USUAL) {
  const outages = new DnsOutages();
  outages.begin('web', begin_ms, end_ms);
  return lookUp(lookups, at_ms, (asked_ms) => outages.answers('web', asked_ms));
}

describe('a lookup', () => {
  it('takes no time of its own while DNS answers, which it does when the outage is over', () => {
    for (const at_ms of [0, 1999, 12_000, 20_000]) {
      expect(lookedUpAt(at_ms, [2000, 12_000])).toEqual({ takes_ms: 0, isAnswered: true });
    }
  });

  it('asks again after the timeout, and is answered then', () => {
    expect(lookedUpAt(7500, [2000, 12_000])).toEqual({ takes_ms: 5000, isAnswered: true });
  });

  it('comes to nothing where the last attempt gets no answer, a timeout after that', () => {
    expect(lookedUpAt(2000, [2000, 12_000])).toEqual({ takes_ms: 10_000, isAnswered: false });
    expect(lookedUpAt(2000, [2000, Number.POSITIVE_INFINITY], { ...USUAL, attempts: 1 })).toEqual({
      ...{ takes_ms: 5000, isAnswered: false },
    });
  });

  it('is answered if one of its attempts is outside of all outages, and by the first of them', () => {
    const outage = fc.record({ begin_ms: fc.nat(60_000), lasts_ms: fc.integer({ min: 1, max: 20_000 }) });
    const lookups = fc.record({
      ...{ for: fc.constant(['requests'] as const) },
      ...{ timeout_ms: fc.integer({ min: 1, max: 10_000 }), attempts: fc.integer({ min: 1, max: 6 }) },
    });
    fc.assert(
      fc.property(fc.array(outage, { maxLength: 4 }), lookups, fc.nat(80_000), (all, how, at_ms) => {
        const outages = new DnsOutages();
        for (const { begin_ms, lasts_ms } of all) outages.begin('web', begin_ms, begin_ms + lasts_ms);
        const { takes_ms, isAnswered } = lookUp(how, at_ms, (asked_ms) => outages.answers('web', asked_ms));
        const isOut = (asked_ms: number) =>
          all.some(({ begin_ms, lasts_ms }) => asked_ms >= begin_ms && asked_ms < begin_ms + lasts_ms);
        const asked = Array.from({ length: how.attempts }, (_, index) => index * how.timeout_ms);
        const first = asked.find((after_ms) => !isOut(at_ms + after_ms));
        expect(isAnswered).toBe(first !== undefined);
        expect(takes_ms).toBe(first ?? how.attempts * how.timeout_ms);
      }),
    );
  });
});

describe('an outage', () => {
  it('is of the pods that it is for, and of no other', () => {
    const outages = new DnsOutages();
    outages.begin('web-1', 0, 1000);
    expect([outages.answers('web-1', 500), outages.answers('web-2', 500)]).toEqual([false, true]);
  });

  it('may end before its time, and others on the pod go on', () => {
    const outages = new DnsOutages();
    outages.begin('web', 0, Number.POSITIVE_INFINITY);
    outages.begin('web', 2000, 4000);
    outages.end('web', 0, 1000);
    expect([900, 1000, 1999, 2000, 4000].map((at_ms) => outages.answers('web', at_ms))).toEqual([
      ...[false, true, true, false, true],
    ]);
  });
});
