import { describe, expect, it } from 'vitest';
import { exponential } from '../../../src/scenario/distribution.ts';
import { allocate } from '../../../src/sim/rare/allocation.ts';
import { Census } from '../../../src/sim/rare/census.ts';
import { NO_LEVELS, weightsOf } from '../../../src/sim/rare/levels.ts';
import { runPilot } from '../../../src/sim/rare/pilot.ts';
import { Restart } from '../../../src/sim/rare/restart.ts';
import { Group, TandemQueue } from './models.ts';

const H = 3_600_000;
const group = (seed: string, units: number, mttf_h: number, mttr_h: number) => () =>
  new Group({
    seed,
    units,
    need: 1,
    horizon_ms: 2000 * H,
    times: {
      time_to_failure: { kind: 'exponential', mean_ms: mttf_h * H },
      time_to_repair: { kind: 'exponential', mean_ms: mttr_h * H },
    },
  });

describe('a census', () => {
  it('counts a rise for every importance that it passes, what stood below, and what came from there', () => {
    const census = new Census();
    census.rose(1, 4, 0.5);
    census.rose(2, 3, 1);
    census.rose(4, Number.POSITIVE_INFINITY, 0.75);
    census.rose(2, Number.POSITIVE_INFINITY, 0.25);
    census.stood(1, 10);
    census.stood(3, 2);
    const outages = { importance: Number.POSITIVE_INFINITY, entries: 1, entries_seen: 2, share: 1 };
    expect(census.way(1)).toEqual([
      { importance: 2, entries: 0.5, entries_seen: 1, events_below: 10, share: 1 },
      { importance: 3, entries: 1.5, entries_seen: 2, events_below: 10, share: 0.75 },
      { importance: 4, entries: 0.5, entries_seen: 1, events_below: 12, share: 0.75 },
      { ...outages, events_below: 12 },
    ]);
    expect(census.way(2)).toEqual([
      { importance: 3, entries: 1.5, entries_seen: 2, events_below: 10, share: 0.75 },
      { ...outages, events_below: 12 },
    ]);
    expect(census.way(3)).toEqual([]);
  });
});

describe('the allocation of levels', () => {
  const visit = (importance: number, entries: number, events_below: number) => ({
    importance,
    entries,
    entries_seen: 100,
    events_below,
    share: 1,
  });

  it('puts a level wherever a tenth gets on, with about ten trajectories', () => {
    // A hundred events for each entry, whatever the level.
    let events = 0;
    const visits = [1, 2, 3, 4, 5].map((importance) => {
      const entries = 1000 * 10 ** -importance;
      events += 100 * entries;
      return visit(importance, entries, events);
    });
    const { levels, gain } = allocate(visits, 0);
    expect(levels.thresholds).toEqual([1, 2, 3, 4]);
    expect(levels.factors).toEqual([10, 10, 10, 10]);
    // Plain simulation would take 11,111 / 0.01 events for an outage; five steps of 100 events are taken instead.
    expect(gain).toBeCloseTo(1_111_100 / (5 * Math.sqrt(100)) ** 2, 6);
  });

  it('puts none where outages are frequent, nor one that nearly all entries get on from', () => {
    expect(allocate([visit(1, 900, 1000), visit(2, 800, 1900)], 1).levels).toEqual(NO_LEVELS);
    const { levels } = allocate([visit(1, 10, 1e4), visit(2, 9, 1.02e4), visit(3, 0.1, 1.04e4)], 1);
    expect(levels.thresholds).toHaveLength(1);
  });

  it('wants fewer copies where they are dear', () => {
    const visits = [visit(1, 100, 1e5), visit(2, 10, 1.01e5), visit(3, 1, 1.02e5)];
    const copies = (copy_events: number) => 1 / weightsOf(allocate(visits, copy_events).levels).at(-1)!;
    expect(copies(1)).toBeGreaterThan(copies(100));
  });
});

describe('the pilot', () => {
  it('finds its way to outages of one in ten million horizons, and promises what it then keeps', async () => {
    const make = group('1', 5, 200, 1);
    const { levels, gain, events } = await runPilot(make);
    expect(levels.thresholds).toEqual([-3, -2, -1]);
    expect(events).toBeLessThan(3_000_000);
    const restart = new Restart(make, levels);
    let outages = 0;
    let simulated = 0;
    for (let root = 0; root < 300; root += 1) {
      const { tallies, events } = restart.run(root);
      if (tallies[1]! > 0) outages += 1;
      simulated += events;
    }
    // P(all five down) = (1/201)^5, for 1/5 h each: in 300 horizons of 2000 h plain simulation sees none.
    expect(outages).toBeGreaterThan(30);
    expect(simulated).toBeLessThan(10_000_000);
    expect(gain).toBeGreaterThan(10_000);
  });

  it('leaves alone what is not rare', async () => {
    const { levels, gain } = await runPilot(group('2', 2, 4, 2));
    expect(levels).toEqual(NO_LEVELS);
    expect(gain).toBeCloseTo(1, 9);
  });

  it('gives up where nothing gets nearer an outage, and says so', async () => {
    const pilot = await runPilot(group('3', 3, 1e12, 1));
    expect(pilot.gain).toBeUndefined();
    expect(pilot.events).toBeLessThan(10_000_000);
  });

  it('begins few roots of a large model, which cost as much as events do', async () => {
    let begun = 0;
    class Large extends Group {
      readonly root_events = 30_000;
      override begin(root: number): void {
        begun += 1;
        super.begin(root);
      }
    }
    const times = { time_to_failure: exponential(1e15 * H), time_to_repair: exponential(H) };
    const make = () => new Large({ seed: '4', units: 3, need: 1, horizon_ms: H, times });
    const pilot = await runPilot(make);
    expect(pilot.gain).toBeUndefined();
    expect(begun).toBeLessThan(150);
  });

  it('gives up when its time is over', async () => {
    let looks = 0;
    const pilot = await runPilot(group('5', 3, 1e12, 1), { isOver: () => ++looks === 3 });
    expect(pilot.gain).toBeUndefined();
    expect(pilot.events).toBeLessThan(100_000);
    expect(looks).toBe(3);
  });

  it('chooses the same levels each time', async () => {
    const make = () => new TandemQueue('4', 8);
    expect(await runPilot(make)).toEqual(await runPilot(make));
  });
});
