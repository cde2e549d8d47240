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
});
