import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Processors } from '../../../src/sim/engine/processors.ts';
import { Lifespan, Simulation } from '../../../src/sim/engine/simulation.ts';

interface Job {
  readonly begin_ms: number;
  readonly alone_ms: number;
  readonly cpu_ms: number;
}

/** When each ends, and what it is told to have lost. */
function run(cores: number, jobs: readonly Job[]): { readonly end_ms: number; readonly lost_ms: number }[] {
  const clock = new Simulation();
  const processors = new Processors(cores);
  const ends: { end_ms: number; lost_ms: number }[] = [];
  for (const [index, { begin_ms, alone_ms, cpu_ms }] of jobs.entries()) {
    clock.at(begin_ms, () =>
      processors.run(clock, alone_ms, cpu_ms / alone_ms, (lost_ms) => {
        ends[index] = { end_ms: clock.now, lost_ms };
      }),
    );
  }
  clock.runUntil(1e9);
  return ends;
}

const job = (begin_ms: number, alone_ms: number, cpu_ms: number): Job => ({ begin_ms, alone_ms, cpu_ms });

describe('the processors of a machine', () => {
  test('leave alone what they are enough for', () => {
    expect(run(2, [job(0.1, 100.3, 100.3), job(50, 100, 90)])).toEqual([
      { end_ms: 0.1 + 100.3, lost_ms: 0 },
      { end_ms: 150, lost_ms: 0 },
    ]);
  });

  test('are shared by what wants more of them', () => {
    const [first, second, third] = run(2, [job(0, 100, 100), job(0, 100, 100), job(0, 100, 200)]);
    for (const each of [first, second, third]) expect(each?.end_ms).toBeCloseTo(200, 9);
    expect(first?.lost_ms).toBeCloseTo(100, 9);
  });

  test('are given back by what ends', () => {
    // Two at half speed until 50, by when the first has done its 25; the second goes on alone.
    const [first, second] = run(1, [job(0, 25, 25), job(0, 100, 100)]);
    expect(first?.end_ms).toBeCloseTo(50, 9);
    expect(second?.end_ms).toBeCloseTo(125, 9);
  });

  test('slow what has begun when more comes', () => {
    const [first, second] = run(1, [job(0, 100, 100), job(60, 100, 100)]);
    expect(first?.end_ms).toBeCloseTo(140, 9);
    expect(second?.end_ms).toBeCloseTo(200, 9);
  });

  test('do not matter to what does not compute', () => {
    const [waits] = run(1, [job(0, 100, 0), job(0, 100, 300), job(0, 100, 300)]);
    expect(waits).toEqual({ end_ms: 100, lost_ms: 0 });
  });

  test('are left by a machine that loses its power', () => {
    const clock = new Simulation();
    const mortal = new Lifespan(clock);
    const processors = new Processors(1);
    const ends: number[] = [];
    processors.run(mortal, 100, 1, () => ends.push(-1));
    processors.run(clock, 100, 1, () => ends.push(clock.now));
    clock.at(50, () => {
      mortal.end();
      processors.abandon(mortal);
    });
    clock.runUntil(1000);
    // Half speed until 50, then alone.
    expect(ends).toEqual([125]);
  });

  const jobs = fc.array(
    fc.record({
      begin_ms: fc.integer({ min: 0, max: 500 }),
      alone_ms: fc.integer({ min: 1, max: 300 }),
      cpu_ms: fc.integer({ min: 1, max: 600 }),
    }),
    { minLength: 1, maxLength: 8 },
  );

  test('never do more than they can, and never wait while there is work', () => {
    fc.assert(
      fc.property(jobs, fc.integer({ min: 1, max: 4 }), (all, cores) => {
        const ends = run(cores, all);
        const work_ms = all.reduce((sum, { cpu_ms }) => sum + cpu_ms, 0);
        const first_ms = Math.min(...all.map(({ begin_ms }) => begin_ms));
        const last_ms = Math.max(...ends.map(({ end_ms }) => end_ms));
        expect((last_ms - first_ms) * cores).toBeGreaterThanOrEqual(work_ms - 1e-6);
        for (const [index, { begin_ms, alone_ms }] of all.entries()) {
          const { end_ms, lost_ms } = ends[index]!;
          expect(end_ms - begin_ms - lost_ms).toBeCloseTo(alone_ms, 6);
        }
      }),
    );
  });

  test('more of them delay nobody', () => {
    fc.assert(
      fc.property(jobs, (all) => {
        const [few, more] = [run(1, all), run(3, all)];
        for (const [index, { end_ms }] of few.entries()) {
          expect(more[index]!.end_ms).toBeLessThanOrEqual(end_ms + 1e-6);
        }
      }),
    );
  });
});
