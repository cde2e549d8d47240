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
