import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TaintQueue } from '../../../src/sim/kubernetes/taint-queue.ts';
import { environment } from './environment.ts';

function setUp(interval_ms = 10_000, trial = 0) {
  const { environment: env } = environment('1', trial);
  const taken: { node: string; at_ms: number }[] = [];
  let succeeds = true;
  const queue = new TaintQueue(env, interval_ms, (node) => {
    taken.push({ node, at_ms: env.now_ms });
    return succeeds;
  });
  const fail = (does: boolean) => {
    succeeds = !does;
  };
  return { env, queue, taken, fail, run: (until_ms: number) => env.simulation.runUntil(until_ms) };
}

describe('TaintQueue', () => {
  it('takes the first node within a tenth of a second, and each further one an interval later', () => {
    const { queue, taken, run } = setUp();
    for (const node of ['a', 'b', 'c']) queue.add(node);
    run(60_000);
    expect(taken.map(({ node }) => node)).toEqual(['a', 'b', 'c']);
    expect(taken[0]!.at_ms).toBeLessThan(100);
    for (const index of [1, 2]) {
      const gap_ms = taken[index]!.at_ms - taken[index - 1]!.at_ms;
      expect(gap_ms).toBeGreaterThanOrEqual(10_000);
      expect(gap_ms).toBeLessThan(10_100);
    }
  });

  it('takes no node twice that was not removed meanwhile', () => {
    const { queue, taken, run } = setUp();
    queue.add('a');
    run(20_000);
    queue.add('a');
    run(40_000);
    expect(taken).toHaveLength(1);
    queue.remove('a');
    queue.add('a');
    run(60_000);
    expect(taken).toHaveLength(2);
  });

  it('takes no node that was removed', () => {
    const { queue, taken, run } = setUp();
    queue.add('a');
    queue.add('b');
    queue.remove('a');
    run(60_000);
    expect(taken.map(({ node }) => node)).toEqual(['b']);
  });

  it('tries a node again that could not be tainted', () => {
    const { queue, taken, fail, run } = setUp();
    fail(true);
    queue.add('a');
    run(15_000);
    fail(false);
    run(60_000);
    expect(taken.map(({ node }) => node)).toEqual(['a', 'a', 'a']);
  });

  it('takes nobody while the rate is zero, and the first an interval after it is not', () => {
    const { queue, taken, run } = setUp();
    queue.setInterval(Number.POSITIVE_INFINITY);
    queue.add('a');
    run(100_000);
    expect(taken).toEqual([]);
    queue.setInterval(10_000);
    run(200_000);
    expect(taken[0]!.at_ms).toBeGreaterThanOrEqual(110_000);
    expect(taken[0]!.at_ms).toBeLessThan(110_100);
  });

  it('forgets a look that was due when the rate is set, and looks at the new one', () => {
    const { queue, taken, run } = setUp();
    queue.add('a');
    queue.setInterval(Number.POSITIVE_INFINITY);
    run(50_000);
    expect(taken).toEqual([]);
    queue.setInterval(100_000);
    run(51_000);
    queue.setInterval(10_000);
    run(62_000);
    expect(taken[0]!.at_ms).toBeGreaterThanOrEqual(61_000);
  });

  it('never takes more than the rate allows, whatever is added, removed and set', () => {
    const act = fc.record({
      at_ms: fc.nat(100_000),
      what: fc.constantFrom('add', 'remove', 'slow', 'stop', 'go'),
      node: fc.constantFrom('a', 'b', 'c', 'd'),
    });
    fc.assert(
      fc.property(fc.nat(1000), fc.array(act, { maxLength: 30 }), (trial, acts) => {
        const { env, queue, taken, run } = setUp(10_000, trial);
        for (const { at_ms, what, node } of acts) {
          env.simulation.at(at_ms, () => {
            if (what === 'add') queue.add(node);
            else if (what === 'remove') queue.remove(node);
            else queue.setInterval({ slow: 30_000, stop: Number.POSITIVE_INFINITY, go: 10_000 }[what]);
          });
        }
        run(300_000);
        for (const [index, { at_ms }] of taken.entries()) {
          if (index > 0) expect(at_ms - taken[index - 1]!.at_ms).toBeGreaterThanOrEqual(10_000);
        }
      }),
    );
  });
});
