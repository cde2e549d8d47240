import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Alarms } from '../../../src/sim/engine/alarms.ts';

const ALARMS = 12;

/** Set or cleared: times are whole numbers, so that many are equal. */
const acts = fc.array(
  fc.record({ alarm: fc.nat(ALARMS - 1), time: fc.option(fc.nat(20), { nil: undefined }) }),
  { maxLength: 200 },
);

/** The same without a heap: all alarms that are set, in order. */
const inOrder = (times: ReadonlyMap<number, number>): [number, number][] =>
  [...times].sort(([a, x], [b, y]) => x - y || a - b);

function drain(alarms: Alarms): [number, number][] {
  const drained: [number, number][] = [];
  while (alarms.next >= 0) {
    drained.push([alarms.next, alarms.nextTime]);
    alarms.clear(alarms.next);
  }
  return drained;
}

describe('alarms', () => {
  it('go off in the order of their times, and of equal ones the lowest number first', () => {
    fc.assert(
      fc.property(acts, (given) => {
        const alarms = new Alarms(ALARMS);
        const times = new Map<number, number>();
        for (const { alarm, time } of given) {
          if (time === undefined) {
            alarms.clear(alarm);
            times.delete(alarm);
          } else {
            alarms.set(alarm, time);
            times.set(alarm, time);
          }
          const [next] = inOrder(times);
          expect([alarms.next, alarms.nextTime]).toEqual(next ?? [-1, Number.POSITIVE_INFINITY]);
          expect(alarms.size).toBe(times.size);
          expect(alarms.isSet(alarm)).toBe(times.has(alarm));
          expect(alarms.timeOf(alarm)).toBe(times.get(alarm) ?? Number.POSITIVE_INFINITY);
        }
        expect(drain(alarms)).toEqual(inOrder(times));
      }),
    );
  });

  it('are the same in a copy, which then goes its own way', () => {
    fc.assert(
      fc.property(acts, acts, (given, before) => {
        const original = new Alarms(ALARMS);
        const copy = new Alarms(ALARMS);
        for (const { alarm, time } of given) original.set(alarm, time ?? Number.POSITIVE_INFINITY);
        for (const { alarm, time } of before) copy.set(alarm, time ?? Number.POSITIVE_INFINITY);
        copy.copyFrom(original);
        const drained = drain(copy);
        expect(copy.size).toBe(0);
        expect(drain(original)).toEqual(drained);
      }),
    );
  });

  it('never go off at Infinity, and are not set to NaN', () => {
    const alarms = new Alarms(1);
    alarms.set(0, 5);
    alarms.set(0, Number.POSITIVE_INFINITY);
    expect(alarms.next).toBe(-1);
    expect(() => alarms.set(0, Number.NaN)).toThrow(RangeError);
  });
});
