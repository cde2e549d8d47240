/** What happens, hour by hour, where all times are fixed. */
import { describe, expect, it } from 'vitest';
import { constant } from '../../../src/scenario/distribution.ts';
import type { Plan } from '../../../src/scenario/plan.ts';
import type { EpisodeCost } from '../../../src/sim/years/costs.ts';
import { compilePlan } from '../../../src/sim/years/plan-model.ts';
import { YearState } from '../../../src/sim/years/year-state.ts';
import {
  atLeast,
  commonCause,
  crew,
  deployments,
  HOUR_MS,
  hours,
  kind,
  maintenance,
  placement,
  planOf,
  service,
} from './plans.ts';

const h = (value: number) => constant(value * HOUR_MS);

function begin(plan: Plan, episodes: readonly EpisodeCost[] = []): YearState {
  const state = new YearState(compilePlan(plan), episodes);
  state.begin(0);
  return state;
}

/** Hours down, outages, and hours by cause, of the first service. */
function downAt(state: YearState, end_h: number) {
  state.runUntil(end_h * HOUR_MS);
  const { downtime, model } = state;
  const causes = model.causes
    .map((cause, index) => [cause, downtime.causeDowntime_ms[index]! / HOUR_MS] as const)
    .filter(([, down_h]) => down_h > 0);
  return {
    down_h: downtime.downtime_ms[0]! / HOUR_MS,
    outages: downtime.outages[0]!,
    causes: Object.fromEntries(causes),
  };
}

/** Of a kind, which units work at a time. */
function workingAt(state: YearState, at_h: number, ofKind = 0): number[] {
  state.runUntil(at_h * HOUR_MS);
  const { first } = state.model.units;
  return [...state.working.works.subarray(first[ofKind]!, first[ofKind + 1]!)];
}

describe('a unit', () => {
  it('fails, is repaired, and is as good as new', () => {
    const unit = kind('unit', { time_to_failure: h(10), time_to_repair: h(2) });
    const state = begin(planOf({ units: [unit], services: [service(atLeast(1, [0]))] }));
    // Down from 10 to 12, from 22 to 24, and so on: the eighth time from 94 to 96.
    expect(downAt(state, 95)).toEqual({ down_h: 15, outages: 8, causes: { unit: 15 } });
    expect(state.repairs).toBe(7);
  });

  it('goes down with what it is within, and ages and fails meanwhile', () => {
    const units = [
      kind('rack', { time_to_failure: h(9), time_to_repair: h(3) }),
      kind('node', { within: 0, time_to_failure: h(10), time_to_repair: h(5) }),
    ];
    const state = begin(planOf({ units, services: [service(atLeast(1, [1]))] }));
    expect(downAt(state, 16)).toEqual({ down_h: 6, outages: 1, causes: { rack: 6 } });
  });

  it('is told apart by its path, so its luck is the same whatever else there is', () => {
    const node = { within: 0, time_to_failure: hours(50), time_to_repair: hours(5) };
    const downOf = (zones: number, nodes: number, more: Plan['units']): number => {
      const zone = kind('zone', { count: zones });
      const units = [zone, kind('node', { ...node, count: nodes }), ...more];
      const up = atLeast(1, [0], { where: { kind: 'no-row', row: 1, of: 1 } });
      // Its only zone, or the first of several: which is asked by letting all others fail for good.
      const state = begin(planOf({ units, services: [service(up)] }));
      state.runUntil(1000 * HOUR_MS);
      return state.downtime.downtime_ms[0]!;
    };
    const alone = downOf(1, 2, []);
    expect(alone).toBeGreaterThan(0);
    expect(downOf(1, 2, [kind('other', { time_to_failure: hours(3), time_to_repair: hours(3) })])).toBe(
      alone,
    );
    const first = (zones: number, nodes: number) => {
      const units = [kind('zone', { count: zones }), kind('node', { ...node, count: nodes })];
      const state = begin(planOf({ units, services: [service(atLeast(0, [0]))] }));
      const seen: number[] = [];
      while (state.nextEvent_ms < 1000 * HOUR_MS) {
        state.step();
        // The first node of the first zone.
        const works = state.working.works[state.model.units.first[1]!]!;
        if (works !== (seen.length % 2 === 0 ? 1 : 0)) seen.push(state.now_ms);
      }
      return seen;
    };
    expect(first(1, 1).length).toBeGreaterThan(10);
    expect(first(3, 4)).toEqual(first(1, 1));
  });
});

describe('a crew', () => {
  it('repairs one unit at a time, after an inspection', () => {
    const unit = kind('unit', { count: 3, time_to_failure: h(10), time_to_repair: h(2), crew: 0 });
    const plan = planOf({
      units: [unit],
      crews: [crew('one', { inspection: h(1) })],
      services: [service(atLeast(3, [0]))],
    });
    expect(workingAt(begin(plan), 12.5)).toEqual([0, 0, 0]);
    expect(workingAt(begin(plan), 13.5)).toEqual([1, 0, 0]);
    expect(workingAt(begin(plan), 16.5)).toEqual([1, 1, 0]);
    expect(workingAt(begin(plan), 19.5)).toEqual([1, 1, 1]);
  });
});

describe('maintenance', () => {
  const units = [kind('node', { count: 3, time_to_failure: h(30), time_to_repair: h(1) })];
  const rolling = maintenance('upgrade', { of: 0, every: h(24), takes: h(1) });

  it('takes out one unit after the other, none of which ages by it', () => {
    const plan = planOf({ units, maintenance: [rolling], services: [service(atLeast(3, [0]))] });
    const state = begin(plan);
    expect(workingAt(state, 24.5)).toEqual([0, 1, 1]);
    expect(workingAt(state, 25.5)).toEqual([1, 0, 1]);
    expect(workingAt(state, 26.5)).toEqual([1, 1, 0]);
    expect(workingAt(state, 30.5)).toEqual([1, 1, 1]);
    expect(workingAt(state, 31.5)).toEqual([0, 0, 0]);
    expect(downAt(state, 40)).toEqual({ down_h: 4, outages: 2, causes: { upgrade: 3, node: 1 } });
  });

  it('takes out several at a time where it may', () => {
    const plan = planOf({
      units,
      maintenance: [{ ...rolling, at_once: 2 }],
      services: [service(atLeast(2, [0]))],
    });
    const state = begin(plan);
    expect(workingAt(state, 24.5)).toEqual([0, 0, 1]);
    expect(workingAt(state, 25.5)).toEqual([1, 1, 0]);
  });

  it('waits where it is careful and a service needs the next unit', () => {
    const two = [
      kind('node', { count: 2 }),
      kind('other', { time_to_failure: h(20), time_to_repair: h(10) }),
    ];
    const careful = { ...rolling, careful: true };
    const plan = planOf({ units: two, maintenance: [careful], services: [service(atLeast(2, [0, 1]))] });
    const state = begin(plan);
    expect(workingAt(state, 29.5)).toEqual([1, 1]);
    expect(workingAt(state, 30.5)).toEqual([0, 1]);
    expect(workingAt(state, 31.5)).toEqual([1, 0]);
    expect(downAt(state, 49)).toEqual({ down_h: 0, outages: 0, causes: {} });
  });

  it('begins the next round late where the one before is under way', () => {
    const slow = { ...rolling, takes: h(10) };
    const never = [kind('node', { count: 3 })];
    const state = begin(planOf({ units: never, maintenance: [slow], services: [service(atLeast(3, [0]))] }));
    expect(workingAt(state, 53.5)).toEqual([1, 1, 0]);
    expect(workingAt(state, 54.5)).toEqual([0, 1, 1]);
  });
});

describe('a common cause', () => {
  it('takes down what is within one unit, and nothing else', () => {
    const units = [kind('zone', { count: 4 }), kind('node', { count: 2, within: 0, time_to_repair: h(1) })];
    const power = commonCause('power', { every: h(10), hits: [1], within: 0 });
    const state = begin(planOf({ units, common_causes: [power], services: [service(atLeast(8, [1]))] }));
    const hit = new Set<string>();
    for (let strike = 1; strike <= 30; strike += 1) {
      const works = workingAt(state, 10 * strike + 0.5, 1);
      expect(works.filter((each) => each === 0)).toHaveLength(2);
      hit.add(works.join(''));
      expect(workingAt(state, 10 * strike + 1.5, 1)).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
    }
    // Both nodes of some zone, and in the end of each.
    expect([...hit].sort()).toEqual(['00111111', '11001111', '11110011', '11111100']);
    expect(downAt(state, 305).causes).toEqual({ power: 30 });
  });
});

describe('deployments', () => {
  const plan = (roll_back_h: number) =>
    planOf({
      units: [kind('unit')],
      deployments: [deployments('releases', { every: h(10), bad: 1, time_to_roll_back: h(roll_back_h) })],
      services: [service(atLeast(1, [0])), service(atLeast(1, [0]), { name: 'other' })],
    });

  it('take their services down until a bad one is rolled back, and no other', () => {
    const state = begin(plan(1));
    expect(downAt(state, 45)).toEqual({ down_h: 4, outages: 4, causes: { releases: 4 } });
    expect(state.downtime.downtime_ms[1]).toBe(0);
  });

  it('keep them down until the last bad one is rolled back', () => {
    expect(downAt(begin(plan(15)), 45)).toEqual({ down_h: 35, outages: 1, causes: { releases: 35 } });
  });
});

describe('replicas', () => {
  /** Two zones with a node each; the first node fails once. */
  const plan = (repair_h: number, more: Partial<Plan> = {}, replicas = 2) =>
    planOf({
      units: [
        kind('first', { time_to_failure: h(10), time_to_repair: h(repair_h) }),
        kind('zone', { count: 2 }),
        kind('node', { within: 1 }),
        kind('replica', { count: replicas, placed: placement(2, 1, { time_to_replace: h(2) }) }),
      ],
      services: [service(atLeast(replicas, [3]))],
      ...more,
    });
  const onWhat = (state: YearState) => [
    ...state.working.parent.subarray(state.model.units.first[3]!, state.model.units.first[4]!),
  ];
  /** The one zone that fails at 10 and is back after so long. */
  const zoneFails = (repair_h: number, more: Partial<Plan> = {}, replicas = 2): Plan => {
    const base = plan(repair_h, more, replicas);
    const [first, zone, node, replica] = base.units;
    const power = commonCause('power', { every: h(10), hits: [1], within: 1 });
    return {
      ...base,
      units: [first!, { ...zone!, time_to_repair: h(repair_h) }, node!, replica!, ...base.units.slice(4)],
      common_causes: [power],
    };
  };

  it('are spread evenly, and elsewhere after the time to replace them, where they stay', () => {
    const state = begin(zoneFails(5));
    const nodes = state.model.units.first[2]!;
    expect(onWhat(state).sort()).toEqual([nodes, nodes + 1]);
    expect(workingAt(state, 11.9, 3).sort()).toEqual([0, 1]);
    expect(workingAt(state, 12.1, 3)).toEqual([1, 1]);
    state.runUntil(16 * HOUR_MS);
    const [one, other] = onWhat(state);
    expect(one).toBe(other);
    expect(downAt(state, 16)).toEqual({ down_h: 2, outages: 1, causes: { power: 2 } });
  });

  it('return where they were if that is back first', () => {
    const state = begin(zoneFails(1));
    const before = onWhat(state);
    expect(downAt(state, 16)).toEqual({ down_h: 1, outages: 1, causes: { power: 1 } });
    expect(onWhat(state)).toEqual(before);
  });

  it('wait while what they need does not work, and the time goes on from where it stood', () => {
    const state = begin(
      zoneFails(20, {
        units: [
          ...plan(20).units.slice(0, 3),
          kind('replica', {
            count: 2,
            placed: placement(2, 1, { time_to_replace: h(2), needs: [4] }),
          }),
          // Down from 11 to 15.
          kind('control-plane', { time_to_failure: h(11), time_to_repair: h(4) }),
        ],
      }),
    );
    expect(workingAt(state, 15.9, 3).sort()).toEqual([0, 1]);
    expect(workingAt(state, 16.1, 3)).toEqual([1, 1]);
  });

  it('that find nothing that works are placed when something does', () => {
    const both = commonCause('power', { every: h(10), hits: [2] });
    const units = [...plan(1).units];
    units[2] = kind('node', { within: 1, time_to_repair: h(5) });
    const state = begin(planOf({ units, common_causes: [both], services: [service(atLeast(2, [3]))] }));
    expect(workingAt(state, 14.9, 3)).toEqual([0, 0]);
    expect(workingAt(state, 15.1, 3)).toEqual([1, 1]);
  });

  it('are new where they are replaced: what had failed works, and its crew is free again', () => {
    const units = [...zoneFails(20).units];
    units[3] = kind('replica', {
      count: 2,
      // Both fail at 9, and it takes for ever to repair the first.
      time_to_failure: h(9),
      time_to_repair: h(1000),
      crew: 0,
      placed: placement(2, 1, { time_to_replace: h(2) }),
    });
    const state = begin({ ...zoneFails(20), units, crews: [crew('one')] });
    expect(workingAt(state, 11.9, 3)).toEqual([0, 0]);
    // One is replaced at 12; the other stays where it is, and waits or is repaired.
    expect(workingAt(state, 12.1, 3).sort()).toEqual([0, 1]);
    expect(state.repairs).toBe(0);
  });

  it('of several workloads spread each by itself', () => {
    const units = [
      kind('zone', { count: 3 }),
      kind('node', { count: 4, within: 0 }),
      kind('replica', { count: 3, placed: placement(1, 0, { copies: 8 }) }),
      kind('many', { count: 36, placed: placement(1, 0, { copies: 2 }) }),
    ];
    const state = begin(planOf({ units, services: [service(atLeast(1, [2]))] }));
    const { first } = state.model.units;
    const { parent } = state.working;
    const zoneOf = (unit: number) => parent[parent[unit]!]!;
    for (let workload = 0; workload < 8; workload += 1) {
      const begins = first[2]! + 3 * workload;
      expect(new Set([begins, begins + 1, begins + 2].map(zoneOf)).size).toBe(3);
    }
    for (let workload = 0; workload < 2; workload += 1) {
      const zones = [0, 0, 0];
      for (let replica = 0; replica < 36; replica += 1) {
        zones[zoneOf(first[3]! + 36 * workload + replica)]! += 1;
      }
      expect(zones).toEqual([12, 12, 12]);
    }
    // And over the nodes, too: 96 replicas on 12 of them.
    const loads = new Map<number, number>();
    for (let unit = first[2]!; unit < first[4]!; unit += 1) {
      loads.set(parent[unit]!, (loads.get(parent[unit]!) ?? 0) + 1);
    }
    expect([...loads.values()]).toEqual(new Array(12).fill(8));
  });
});

describe('an episode', () => {
  /** Down from 0.5 h to 1 h after the failure, in each of two trials; half of the requests are lost. */
  const cost: EpisodeCost = {
    trials: 2,
    first: Int32Array.of(0, 1, 2),
    begin_ms: Float64Array.of(0.5 * HOUR_MS, 0.5 * HOUR_MS),
    end_ms: Float64Array.of(HOUR_MS, HOUR_MS),
    loss: Float64Array.of(0.5, 0.5),
  };
  const episodes = { 0: 0 };

  it('is laid over what up says, and counted once where both are down', () => {
    const unit = kind('unit', { time_to_failure: h(10), time_to_repair: h(0.75), episodes });
    const state = begin(planOf({ units: [unit], services: [service(atLeast(1, [0]))] }), [cost]);
    // Down by itself from 10 to 10.75; then by the episode to 11.
    expect(downAt(state, 15)).toEqual({ down_h: 1, outages: 1, causes: { unit: 1 } });
    expect(state.downtime.lost_ms[0]! / HOUR_MS).toBeCloseTo(0.75 + 0.25 / 2, 9);
  });

  it('costs where up holds all the time, of a failure, a common cause, maintenance and deployments', () => {
    const up = service(atLeast(1, [0]));
    const two = (parts: Parameters<typeof kind>[1]) => [kind('unit', { count: 2, ...parts })];
    const costOf = (plan: Plan) => downAt(begin(plan, [cost]), 14);
    const ofOne = (cause: string) => ({ down_h: 0.5, outages: 1, causes: { [cause]: 0.5 } });
    const repaired = { time_to_repair: h(0.1) };
    const fails = two({ ...repaired, time_to_failure: h(10), episodes });
    // Both fail at once, and have one outage together, but for the 0.1 h in which neither works.
    expect(costOf(planOf({ units: fails, services: [up] })).down_h).toBeCloseTo(0.6, 9);
    const shock = commonCause('shock', { every: h(10), hits: [1], episodes });
    const shocked = [...two({}), kind('other', repaired)];
    expect(costOf(planOf({ units: shocked, common_causes: [shock], services: [up] }))).toEqual(
      ofOne('shock'),
    );
    const upgrade = maintenance('upgrade', { of: 1, every: h(10), takes: h(0.1), episodes });
    expect(costOf(planOf({ units: shocked, maintenance: [upgrade], services: [up] }))).toEqual(
      ofOne('upgrade'),
    );
    const release = deployments('release', {
      every: h(10),
      bad: 0,
      time_to_roll_back: h(1),
      episodes,
    });
    expect(costOf(planOf({ units: two({}), deployments: [release], services: [up] }))).toEqual(
      ofOne('release'),
    );
  });

  it('costs nothing where what failed did not work anyway, or a common cause hit nothing', () => {
    const up = service(atLeast(0, [0]));
    const units = [
      kind('rack', { time_to_failure: h(9), time_to_repair: h(3) }),
      kind('node', { within: 0, time_to_failure: h(10), time_to_repair: h(5), episodes }),
    ];
    const shock = commonCause('shock', { every: h(10), hits: [1], episodes });
    expect(downAt(begin(planOf({ units, common_causes: [shock], services: [up] }), [cost]), 14)).toEqual({
      down_h: 0,
      outages: 0,
      causes: {},
    });
  });
});
