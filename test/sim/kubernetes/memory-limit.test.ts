import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cause } from '../../../src/sim/cause.ts';
import { type Holder, MemoryLimit } from '../../../src/sim/kubernetes/memory-limit.ts';
import { environment } from './environment.ts';

class Program implements Holder {
  memory_bytes: number;
  killed: Cause | undefined;
  constructor(memory_bytes: number) {
    this.memory_bytes = memory_bytes;
  }
  kill(cause: Cause): void {
    this.memory_bytes = 0;
    this.killed = cause;
  }
}

function cgroup(limit_bytes: number | undefined, held: readonly number[]) {
  const programs = held.map((bytes) => new Program(bytes));
  const memory = new MemoryLimit(environment().environment, limit_bytes, () => programs);
  const killed = () => programs.flatMap(({ killed: cause }, index) => (cause === undefined ? [] : [index]));
  return { memory, programs, killed };
}

describe('a cgroup under memory stress', () => {
  it.each<[string, number | undefined, readonly number[], number, readonly number[], boolean]>([
    ['nobody where all of it is less than the limit', 100, [30, 20], 50, [], false],
    ['nobody where there is no limit', undefined, [30], 1e12, [], false],
    ['the stressor where it holds more at the limit than the others', 100, [30, 10], 70, [], true],
    ['the stressor where it holds as much', 100, [50], 60, [], true],
    ['the program that holds more than what is left for the stressor', 100, [60, 10], 50, [0], false],
    // With 60 of the first gone there is room for 90, and the stressor wants 100.
    ['first a program, then the stressor that has grown into its place', 100, [60, 10], 100, [0], true],
  ])('kills %s', (_, limit, held, size, programs, stressor) => {
    const { memory, killed } = cgroup(limit, held);
    memory.stress(size);
    expect(killed()).toEqual(programs);
    expect(memory.wasKilled).toBe(stressor);
    expect(memory.isStressed).toBe(!stressor);
  });

  it('kills a program anew that comes back to where there is no room for it', () => {
    const { memory, programs, killed } = cgroup(100, [60]);
    memory.stress(80);
    expect(killed()).toEqual([0]);
    const again = programs[0]!;
    again.killed = undefined;
    again.memory_bytes = 60;
    // It has come to 20, and the stressor holds 80: that is the worst now.
    memory.holds(again);
    expect(again.killed).toBeUndefined();
    expect(memory.wasKilled).toBe(true);
  });

  it('kills the one that comes back where the stressor holds less than it gets to', () => {
    const { memory, programs } = cgroup(100, [70]);
    memory.stress(40);
    const again = programs[0]!;
    expect(again.killed).toBeDefined();
    again.killed = undefined;
    again.memory_bytes = 70;
    memory.holds(again);
    expect(again.killed).toBeDefined();
    expect(memory.isStressed).toBe(true);
  });

  it('has room again when the stress has ended', () => {
    const { memory, programs } = cgroup(100, [70]);
    memory.stress(40);
    memory.relieve();
    const again = programs[0]!;
    again.killed = undefined;
    again.memory_bytes = 70;
    memory.holds(again);
    expect(again.killed).toBeUndefined();
  });

  it('never holds more than its limit, kills nobody without need, and of those that it kills the largest first', () => {
    const bytes = fc.integer({ min: 1, max: 100 });
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 5 }), bytes, bytes, (held, limit, size) => {
        fc.pre(held.reduce((sum, each) => sum + each, 0) <= limit);
        const { memory, programs, killed } = cgroup(limit, held);
        memory.stress(size);
        const left = programs.reduce((sum, { memory_bytes }) => sum + memory_bytes, 0);
        const stressed = memory.isStressed ? size : 0;
        expect(left + stressed).toBeLessThanOrEqual(limit);
        const needed = held.reduce((sum, each) => sum + each, 0) + size > limit;
        expect(killed().length > 0 || memory.wasKilled).toBe(needed);
        const least = Math.min(...killed().map((index) => held[index]!));
        const others = held.filter((_, index) => !killed().includes(index));
        if (killed().length > 0) expect(Math.max(0, ...others)).toBeLessThanOrEqual(least);
      }),
      { numRuns: 500 },
    );
  });
});
