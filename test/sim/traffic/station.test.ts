import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Simulation } from '../../../src/sim/engine/simulation.ts';
import { Station } from '../../../src/sim/traffic/station.ts';

function station(simulation: Simulation, servers: number): Station {
  return new Station(
    { now: () => simulation.now, after: (delay, action) => simulation.after(delay, action) },
    servers,
  );
}

describe('Station', () => {
  it('works on as many at once as it has servers; the others wait their turn', () => {
    const simulation = new Simulation();
    const two = station(simulation, 2);
    const done: [string, number][] = [];
    for (const name of ['a', 'b', 'c', 'd']) {
      two.submit(
        10,
        () => done.push([name, simulation.now]),
        () => {},
      );
    }
    simulation.runUntil(100);
    expect(done).toEqual([
      ['a', 10],
      ['b', 10],
      ['c', 20],
      ['d', 20],
    ]);
  });

  it('asks how long work takes that depends on when it is begun, with the moment at which it will be', () => {
    const simulation = new Simulation();
    const one = station(simulation, 1);
    const done: number[] = [];
    for (let job = 0; job < 3; job += 1) {
      one.submit(
        (begin_ms) => 10 + begin_ms,
        () => done.push(simulation.now),
        () => {},
      );
    }
    simulation.runUntil(1000);
    expect(done).toEqual([10, 30, 70]);
  });

  it('loses what is inside when it stops, waiting or not, and nothing twice', () => {
    const simulation = new Simulation();
    const one = station(simulation, 1);
    const log: string[] = [];
    one.submit(
      10,
      () => log.push('done a'),
      () => log.push('lost a'),
    );
    one.submit(
      10,
      () => log.push('done b'),
      () => log.push('lost b'),
    );
    simulation.runUntil(15);
    one.stop();
    simulation.runUntil(100);
    expect(log).toEqual(['done a', 'lost b']);
  });

  it('tells when it is empty, at once where it is', () => {
    const simulation = new Simulation();
    const one = station(simulation, 1);
    const log: string[] = [];
    one.whenEmpty(() => log.push(`empty at ${simulation.now}`));
    for (const name of ['a', 'b']) {
      one.submit(
        10,
        () => log.push(name),
        () => {},
      );
    }
    one.whenEmpty(() => log.push(`empty at ${simulation.now}`));
    simulation.runUntil(100);
    expect(log).toEqual(['empty at 0', 'a', 'b', 'empty at 20']);
  });

  it('ends every job at the time a plain first-come-first-served queue would', () => {
    const jobs = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 30 })), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(jobs, fc.integer({ min: 1, max: 5 }), (list, servers) => {
        const simulation = new Simulation();
        const tested = station(simulation, servers);
        const free = new Array<number>(servers).fill(0);
        const ended: number[] = [];
        const expected: number[] = [];
        let now = 0;
        for (const [index, [gap, service]] of list.entries()) {
          now += gap;
          free.sort((a, b) => a - b);
          free[0] = Math.max(now, free[0] as number) + service;
          expected[index] = free[0];
          simulation.at(now, () =>
            tested.submit(
              service,
              () => (ended[index] = simulation.now),
              () => {},
            ),
          );
        }
        simulation.runUntil(1e6);
        expect(ended).toEqual(expected);
      }),
    );
  });

  it('does nothing while it is frozen, and goes on where it was; what came meanwhile comes after', () => {
    const simulation = new Simulation();
    const one = station(simulation, 1);
    const done: [string, number][] = [];
    const submit = (name: string) =>
      one.submit(
        10,
        () => done.push([name, simulation.now]),
        () => {},
      );
    submit('a');
    submit('b');
    simulation.at(4, () => one.freeze());
    simulation.at(6, () => {
      submit('c');
      expect(one.isFree).toBe(false);
    });
    simulation.at(104, () => one.thaw());
    simulation.runUntil(1000);
    expect(done).toEqual([
      ['a', 110],
      ['b', 120],
      ['c', 130],
    ]);
    expect(one.isFree).toBe(true);
  });

  it('loses what came while it was frozen when it stops', () => {
    const simulation = new Simulation();
    const one = station(simulation, 1);
    const log: string[] = [];
    one.freeze();
    one.submit(
      10,
      () => log.push('done'),
      () => log.push('lost'),
    );
    one.stop();
    one.thaw();
    simulation.runUntil(100);
    expect(log).toEqual(['lost']);
  });

  it('freezes and thaws without losing or repeating anything, and each job takes its time and the frozen time', () => {
    const times = fc.uniqueArray(fc.integer({ min: 1, max: 300 }), { minLength: 2, maxLength: 8 });
    const jobs = fc.array(fc.record({ at: fc.nat(300), service: fc.integer({ min: 1, max: 50 }) }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(times, jobs, (changes, all) => {
        const simulation = new Simulation();
        const many = station(simulation, 100);
        const moments = changes.sort((a, b) => a - b);
        if (moments.length % 2 === 1) moments.push(400);
        const frozen = moments.flatMap((from, index) =>
          index % 2 === 0 ? [[from, moments[index + 1]!]] : [],
        );
        for (const [from, to] of frozen as [number, number][]) {
          simulation.at(from, () => many.freeze());
          simulation.at(to, () => many.thaw());
        }
        let ended = 0;
        for (const { at, service } of all) {
          simulation.at(at, () =>
            many.submit(
              service,
              () => {
                ended += 1;
                const inBetween = (frozen as [number, number][]).reduce(
                  (sum, [from, to]) => sum + Math.max(0, Math.min(to, simulation.now) - Math.max(from, at)),
                  0,
                );
                expect(simulation.now - at - inBetween).toBeCloseTo(service, 6);
              },
              () => {},
            ),
          );
        }
        simulation.runUntil(5000);
        expect(ended).toBe(all.length);
      }),
    );
  });
});

describe('a station that thaws, where only work had stood still', () => {
  /** When each of the jobs was done, by its place. */
  function doneAt(
    jobs: readonly { readonly at_ms: number; readonly service_ms: number; readonly work_ms: number }[],
    freezes: readonly (readonly [from_ms: number, to_ms: number])[],
    servers: number,
    thaw: 'thaw' | 'thawWork' = 'thawWork',
  ): readonly (number | undefined)[] {
    const simulation = new Simulation();
    const one = station(simulation, servers);
    const done: (number | undefined)[] = jobs.map(() => undefined);
    const lost = () => expect.unreachable();
    for (const [from_ms, to_ms] of freezes) {
      simulation.at(from_ms, () => one.freeze());
      simulation.at(to_ms, () => one[thaw]());
    }
    for (const [place, { at_ms, service_ms, work_ms }] of jobs.entries()) {
      simulation.at(at_ms, () => {
        one.submit(
          service_ms,
          () => {
            done[place] = simulation.now;
          },
          lost,
          work_ms,
        );
      });
    }
    simulation.runUntil(1_000_000);
    return done;
  }

  it('puts off what was being worked on, and not what was waited for', () => {
    const jobs = [
      { at_ms: 0, service_ms: 40, work_ms: 40 },
      { at_ms: 0, service_ms: 40, work_ms: 10 },
      { at_ms: 0, service_ms: 200, work_ms: 10 },
    ];
    // The second has its answer while all stands still, and is done when it goes on.
    expect(doneAt(jobs, [[20, 120]], 3)).toEqual([140, 120, 200]);
  });

  it('begins what comes meanwhile, and what has waited for its turn, when it goes on', () => {
    const jobs = [
      { at_ms: 0, service_ms: 30, work_ms: 5 },
      { at_ms: 1, service_ms: 30, work_ms: 5 },
      { at_ms: 50, service_ms: 10, work_ms: 10 },
    ];
    // The first is over at 100, the next begins then.
    expect(doneAt(jobs, [[20, 100]], 1)).toEqual([100, 130, 140]);
  });

  const jobs = fc.array(
    fc.record({ at_ms: fc.nat(500), service_ms: fc.integer({ min: 1, max: 80 }), work_ms: fc.nat(80) }),
    { minLength: 1, maxLength: 40 },
  );
  const freezes = fc.array(fc.integer({ min: 1, max: 120 }), { maxLength: 12 }).map((gaps) => {
    const times = gaps.map((_, index) => gaps.slice(0, index + 1).reduce((sum, gap) => sum + gap, 0) + 0.5);
    return times.flatMap((from_ms, index) =>
      index % 2 === 0 && times[index + 1] !== undefined ? [[from_ms, times[index + 1]!] as const] : [],
    );
  });

  it('is as one that thaws as a whole where all of it is work', () => {
    fc.assert(
      fc.property(jobs, freezes, fc.integer({ min: 1, max: 5 }), (some, stood, servers) => {
        const all = some.map(({ at_ms, service_ms }) => ({ at_ms, service_ms, work_ms: service_ms }));
        const whole = doneAt(all, stood, servers, 'thaw');
        for (const [place, at_ms] of doneAt(all, stood, servers).entries()) {
          expect(at_ms).toBeCloseTo(whole[place]!, 6);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('ends nothing while it stands, loses nothing, and is no later than one that stands as a whole', () => {
    fc.assert(
      fc.property(jobs, freezes, (some, stood) => {
        const all = some.map((job) => ({ ...job, work_ms: Math.min(job.work_ms, job.service_ms) }));
        const whole = doneAt(all, stood, 1000, 'thaw');
        for (const [place, at_ms] of doneAt(all, stood, 1000).entries()) {
          expect(at_ms).toBeLessThanOrEqual(whole[place]! + 1e-6);
          expect(at_ms).toBeGreaterThanOrEqual(all[place]!.at_ms + all[place]!.service_ms - 1e-6);
          expect(stood.filter(([from_ms, to_ms]) => at_ms! > from_ms && at_ms! < to_ms)).toEqual([]);
        }
      }),
      { numRuns: 300 },
    );
  });
});
