import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProcessClock } from '../../../src/sim/kubernetes/process-clock.ts';
import { environment } from './environment.ts';

describe('ProcessClock', () => {
  it('puts off what is due while it stands still by as long as it did', () => {
    const { environment: env } = environment();
    const clock = new ProcessClock(env);
    const done: number[] = [];
    clock.after(100, () => done.push(env.now_ms));
    env.simulation.at(40, () => clock.stop());
    env.simulation.at(50, () => clock.after(5, () => done.push(env.now_ms)));
    env.simulation.at(300, () => clock.resume());
    env.simulation.runUntil(1000);
    expect(done).toEqual([305, 360]);
  });

  it('may be stopped and resumed again, and twice is once', () => {
    const { environment: env } = environment();
    const clock = new ProcessClock(env);
    let done = 0;
    clock.after(100, () => {
      done = env.now_ms;
    });
    for (const at_ms of [10, 20]) env.simulation.at(at_ms, () => clock.stop());
    for (const at_ms of [30, 35]) env.simulation.at(at_ms, () => clock.resume());
    env.simulation.at(50, () => clock.stop());
    env.simulation.at(60, () => clock.resume());
    env.simulation.runUntil(1000);
    expect(done).toBe(130);
    expect(clock.now()).toBe(970);
  });

  it('does everything once, in order, after as much of its own time as was asked for', () => {
    const moments = fc.uniqueArray(fc.integer({ min: 1, max: 500 }), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(
        moments,
        fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1 }),
        (changes, delays) => {
          const { environment: env } = environment();
          const clock = new ProcessClock(env);
          const order: number[] = [];
          for (const delay_ms of delays) {
            clock.after(delay_ms, () => {
              order.push(delay_ms);
              expect(clock.now()).toBeCloseTo(delay_ms, 6);
            });
          }
          const stops = changes.sort((a, b) => a - b);
          for (const [index, at_ms] of stops.entries()) {
            env.simulation.at(at_ms, () => (index % 2 === 0 ? clock.stop() : clock.resume()));
          }
          env.simulation.at(600, () => clock.resume());
          env.simulation.runUntil(5000);
          expect(order).toEqual([...delays].sort((a, b) => a - b));
        },
      ),
    );
  });
});
