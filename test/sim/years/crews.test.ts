import { describe, expect, it } from 'vitest';
import type { Crew } from '../../../src/scenario/plan.ts';
import { Crews } from '../../../src/sim/years/crews.ts';
import { expandUnits } from '../../../src/sim/years/units.ts';
import { atLeast, crew, kind, planOf, service } from './plans.ts';

/** Units 0 to 2 are of the first kind, 3 to 5 of the second. */
function shop(parts: Partial<Crew>, pick: (count: number) => number = () => 0) {
  const plan = planOf({
    units: [kind('first', { count: 3, crew: 0 }), kind('second', { count: 3, crew: 0 })],
    crews: [crew('crew', parts)],
    services: [service(atLeast(0, [0]))],
  });
  const begun: number[] = [];
  const inspected = new Set<number>();
  const crews = new Crews(plan, expandUnits(plan), {
    begin: (unit) => begun.push(unit),
    inspect: (ofKind) => inspected.add(ofKind),
    stopInspection: (ofKind) => inspected.delete(ofKind),
    pick: (_crew, count) => pick(count),
  });
  /** All of these have failed; then one repair ends after the other. */
  const run = (failed: readonly number[]): number[] => {
    for (const unit of failed) crews.add(unit);
    for (let at = 0; at < begun.length; at += 1) crews.remove(begun[at]!);
    return begun;
  };
  return { crews, begun, inspected, run };
}

describe('an idle crew turns', () => {
  it('to what has failed first', () => {
    expect(shop({ order: 'first-come' }).run([4, 0, 3, 2])).toEqual([4, 0, 3, 2]);
  });

  it('to the first kind in the plan, and within it to what failed first', () => {
    expect(shop({ order: 'priority' }).run([4, 3, 2, 5, 0])).toEqual([4, 2, 0, 3, 5]);
  });

  it('to any that has failed, each equally likely', () => {
    const counts: number[] = [];
    const last = (count: number) => {
      counts.push(count);
      return count - 1;
    };
    expect(shop({ order: 'random' }, last).run([4, 0, 3, 2])).toEqual([4, 2, 3, 0]);
    expect(counts).toEqual([1, 3, 2, 1]);
  });

  it('to the kind whose inspection ends first', () => {
    const { crews, begun, inspected } = shop({ order: 'first-inspected' });
    crews.add(4);
    crews.add(0);
    crews.add(5);
    expect([...inspected]).toEqual([1, 0]);
    inspected.delete(1);
    crews.inspected(1);
    expect(begun).toEqual([4]);
    // Nobody is left to inspect.
    expect([...inspected]).toEqual([]);
    crews.remove(4);
    expect([...inspected].sort()).toEqual([0, 1]);
  });
});

describe('a crew', () => {
  it('repairs as many at a time as it has people', () => {
    const { crews, begun } = shop({ size: 2 });
    for (const unit of [0, 1, 2, 3]) crews.add(unit);
    expect(begun).toEqual([0, 1]);
    crews.remove(1);
    expect(begun).toEqual([0, 1, 2]);
  });

  it('leaves what need not be repaired any more, under way or waiting', () => {
    const { crews, begun } = shop({});
    for (const unit of [0, 1, 2]) crews.add(unit);
    crews.remove(1);
    expect(begun).toEqual([0]);
    crews.remove(0);
    expect(begun).toEqual([0, 2]);
  });
});
