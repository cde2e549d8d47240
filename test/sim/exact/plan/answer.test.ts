import { describe, expect, it } from 'vitest';
import type { Distribution } from '../../../../src/scenario/distribution.ts';
import { loadPlan } from '../../../../src/scenario/plan/load.ts';
import type { Condition, Plan } from '../../../../src/scenario/plan.ts';
import { answerExactly, type ExactAnswer } from '../../../../src/sim/exact/plan/answer.ts';
import { expectDigits, expectNear } from '../near.ts';
import { all, atLeast, hours, planOf } from './plans.ts';

function answered(plan: Plan): ExactAnswer {
  const answer = answerExactly(plan);
  if ('refused' in answer) throw new Error(answer.refused);
  return answer;
}

const refusal = (plan: Plan): string => {
  const answer = answerExactly(plan);
  return 'refused' in answer ? answer.refused : 'answered';
};

describe("PRISM's cluster of workstations, as a plan", () => {
  const file = loadPlan('scenarios/plans/prism-cluster.yaml');
  /** The same with N workstations a side. */
  const cluster = (N: number): Plan => ({
    ...file,
    units: file.units.map((unit) => (unit.count === 4 ? { ...unit, count: N } : unit)),
    services: file.services.map((service) => {
      const at_least = service.name === 'premium' ? N : Math.floor(0.75 * N);
      return { ...service, up: { ...service.up, at_least } as Condition };
    }),
  });

  for (const published of [
    ['2', '0.999961533562363', '1.158395575e-3', '4.659192406e-3', '17.36977828'],
    ['4', '0.999921240851379', '1.822105149e-3', '7.363146871e-3', '33.34469884'],
    ['8', '0.999833069267', '1.187232021e-3', '4.831352454e-3', '65.29391619'],
  ] as const) {
    const [N, premium_steady, qos1, below_min, repairs] = published;
    it(`has the published values with ${N} workstations a side`, { timeout: 30_000 }, () => {
      const answer = answered(cluster(Number(N)));
      const [premium, minimum] = answer.services;
      expectDigits(1 - premium!.long_run_unavailability!.mean, premium_steady);
      expectDigits(minimum!.outage_chance!.mean, qos1);
      expectDigits(minimum!.downtime_s.mean / 3600, below_min);
      expectDigits(answer.repairs!.mean, repairs);
    });
  }

  it('takes the left and the right side for the same: half of the 2,772 states, and those alike in both', () => {
    expect(answered(cluster(8)).because).toBe(
      'all times are exponential or have phases: a Markov chain of 1413 states',
    );
  });

  it('tells the sides apart where a service asks for one of them: then it has the states that PRISM finds', () => {
    const plan = cluster(8);
    const left = {
      ...plan.services[0]!,
      up: atLeast(
        8,
        plan.units.findIndex(({ name }) => name === 'left'),
      ),
    };
    expect(answered({ ...plan, services: [left] }).because).toContain(' 2772 states');
  });

  it('is refused before it is looked at where it is too large', () => {
    const [premium] = file.services;
    const plan = { ...cluster(2000), services: [premium!] };
    expect(refusal(plan)).toMatch(/^its Markov chain would have about \de7 states$/);
  });
});

describe('units that are repaired each on its own', () => {
  /** 2 processor sets and 2 controller sets of R units, 6 disk clusters of R + 2; a set is down when R units are. */
  const database = (R: number): Plan => {
    const time_to_repair = {
      kind: 'hyperexponential' as const,
      branches: [
        { weight: 0.5, mean_ms: 3_600_000 },
        { weight: 0.5, mean_ms: 7_200_000 },
      ],
    };
    const set = (name: string, count: number, mean_h: number) => ({
      name,
      count,
      time_to_failure: hours((mean_h * R) / 2),
      time_to_repair,
    });
    const units = [
      ...[1, 2, 3, 4].map((index) => set(`set ${index}`, R, 50)),
      ...[1, 2, 3, 4, 5, 6].map((index) => set(`disks ${index}`, R + 2, 150)),
    ];
    return planOf({
      units,
      services: [all(...units.map(({ count }, kind) => atLeast(count - R + 1, kind)))],
    });
  };

  it('have the published unavailability of the database system', () => {
    for (const [R, published] of [
      [2, '6.854845e-3'],
      [3, '4.740758e-5'],
      [4, '2.454932e-7'],
    ] as const) {
      expectDigits(answered(database(R)).services[0]!.long_run_unavailability!.mean, published);
    }
  });

  it('have it also where equal sets are one kind, and soon: one set stands for all in the chance of an outage', () => {
    const asFile = answered({ ...loadPlan('scenarios/plans/database.yaml'), horizon_ms: 8760 * 3_600_000 });
    const asSets = answered(database(4));
    expectDigits(asFile.services[0]!.long_run_unavailability!.mean, '2.454932e-7');
    for (const figure of ['unavailability', 'outages', 'outage_chance'] as const) {
      expectNear(asFile.services[0]![figure]!.mean, asSets.services[0]![figure]!.mean, 1e-9);
    }
  });

  it('have it from the first hours on: over a year it lacks what the way there takes', () => {
    const [service] = answered(database(3)).services;
    const longRun = service!.long_run_unavailability!.mean;
    expect(service!.unavailability.mean).toBeLessThan(longRun);
    expectNear(service!.unavailability.mean, longRun, 1e-3);
    // Rare outages come one by one, but for those after which a unit soon fails again.
    const alone = -Math.log1p(-service!.outage_chance!.mean);
    expectNear(alone, service!.outages!.mean, 2e-2);
    expect(alone).toBeLessThan(service!.outages!.mean);
  });

  it('have one in a thousand million at R = 5', () => {
    const down = (q: number, units: number, R: number): number => {
      let sum = 0;
      for (let k = R; k <= units; k += 1) sum += choose(units, k) * q ** k * (1 - q) ** (units - k);
      return sum;
    };
    const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k);
    const [sets, disks] = [down(1.5 / 126.5, 5, 5), down(1.5 / 376.5, 7, 5)];
    const expected = -Math.expm1(4 * Math.log1p(-sets) + 6 * Math.log1p(-disks));
    expectNear(answered(database(5)).services[0]!.long_run_unavailability!.mean, expected, 1e-12);
    expect(expected).toBeGreaterThan(1e-9);
  });

  it('have their long run from means alone, whatever the distributions', () => {
    const plan = planOf({
      units: [
        {
          name: 'node',
          count: 3,
          time_to_failure: { kind: 'weibull', scale_ms: 3_600_000, shape: 1 },
          time_to_repair: { kind: 'constant', value_ms: 3_600_000 },
        },
      ],
      services: [atLeast(2, 0)],
    });
    const answer = answerExactly(plan);
    expect(answer).toEqual({
      refused: 'node fails in weibull time, so the way to the long run is not known',
      long_run_unavailability: [expect.closeTo(0.5, 12)],
    });
  });

  it('leave the long run open of units that fail and return at fixed times, for they stay in step', () => {
    const every = (hours: number) => ({ kind: 'constant', value_ms: hours * 3_600_000 }) as const;
    const longRun = (count: number, time_to_repair: Distribution) => {
      const answer = answerExactly(
        planOf({
          units: [{ name: 'node', count, time_to_failure: every(100), time_to_repair }],
          services: [atLeast(1, 0)],
        }),
      );
      return 'refused' in answer ? answer.long_run_unavailability : undefined;
    };
    // Both are down from hour 100 to 110, from 210 to 220 and so on: 1 of 11, not its square.
    expect(longRun(2, every(10))).toEqual([undefined]);
    expect(longRun(2, { kind: 'empirical', values_ms: [3_600_000, 7_200_000] })).toEqual([undefined]);
    expect(longRun(1, every(10))).toEqual([expect.closeTo(1 / 11, 12)]);
    // One time that varies is enough for two units to drift apart.
    expect(longRun(2, hours(10))).toEqual([expect.closeTo(1 / 121, 12)]);
  });
});

describe('8 of 10 with two crews', () => {
  it('has the published unavailability', () => {
    const plan = planOf({
      units: [{ name: 'unit', count: 10, time_to_failure: hours(100), time_to_repair: hours(1), crew: 0 }],
      crews: [{ size: 2 }],
      services: [atLeast(8, 0)],
    });
    expectDigits(answered(plan).services[0]!.long_run_unavailability!.mean, '1.68820586e-4');
  });
});

describe('a crew that is large enough for all', () => {
  it('leaves units independent of each other, unless it inspects first', () => {
    const withCrew = (size: number, inspection_ms: number) =>
      planOf({
        units: [{ name: 'unit', count: 3, time_to_failure: hours(10), crew: 0 }],
        crews: [{ size, inspection: { kind: 'constant', value_ms: inspection_ms } }],
        services: [atLeast(2, 0)],
      });
    expect(answered(withCrew(3, 0)).because).toBe('all units fail and are repaired each on its own');
    const chain = answered(withCrew(2, 0));
    expect(chain.because).toBe('all times are exponential or have phases: a Markov chain of 4 states');
    expect(chain.services[0]!.unavailability.mean).toBeGreaterThan(
      answered(withCrew(3, 0)).services[0]!.unavailability.mean,
    );
    expect(refusal(withCrew(3, 1))).toBe('the crew crew 0 inspects in constant time');
  });
});

describe('plans that no exact method knows', () => {
  const shared = (parts: Partial<Parameters<typeof planOf>[0]['units'][number]>): Plan =>
    planOf({
      units: [
        { name: 'node', count: 2, time_to_failure: hours(100), crew: 0, ...parts },
        { name: 'disk', time_to_failure: hours(100), crew: 0 },
      ],
      crews: [{}],
      services: [atLeast(1, 0)],
    });

  it('are refused with the unit, its distribution and what it has to do with others', () => {
    const lognormal = { kind: 'lognormal', median_ms: 3_600_000, sigma: 1 } as const;
    expect(refusal(shared({ time_to_repair: lognormal }))).toBe(
      'node is repaired in lognormal time, and shares a crew',
    );
    expect(refusal({ ...shared({}), common_causes: planOf({ ...CAUSE }).common_causes })).toBe(
      'cause 0 comes in constant time',
    );
  });

  it('are refused by the name of what only the simulation knows', () => {
    const position = { file: 'plan.yaml', line: 1, column: 1 };
    const time = hours(1);
    const plan = shared({});
    const maintenance = [
      { name: 'patches', position, of: 0, every: time, takes: time, at_once: 1, careful: true, episodes: {} },
    ];
    expect(refusal({ ...plan, maintenance })).toBe('the maintenance patches is simulated only');
    expect(refusal(shared({ episodes: { 0: 0 } }))).toBe('each failure of node costs an episode');
    const inside = { kind: 'units', at_least: 2, of: [1], connected: true, where: undefined } as const;
    const within = planOf({
      units: [
        { name: 'rack', count: 2 },
        { name: 'node', count: 2, within: 0, time_to_failure: hours(9) },
      ],
      services: [atLeast(1, 0), { kind: 'units', at_least: 1, of: [0], connected: false, where: inside }],
    });
    expect(answerExactly(within)).toEqual({
      refused: 'service 1: what must be connected within each of several units is simulated only',
      long_run_unavailability: [0, undefined],
    });
  });

  const CAUSE = {
    units: [],
    services: [],
    common_causes: [{ every: { kind: 'constant' as const, value_ms: 3_600_000 }, hits: [0] }],
  };
});

describe('what never fails', () => {
  it('is never down, and never was', () => {
    const plan = planOf({ units: [{ name: 'node', count: 2 }], services: [atLeast(2, 0)] });
    const [service] = answered(plan).services;
    expect(service!.unavailability).toEqual({ mean: 0, ci95: [0, 0] });
    expect([
      service!.outages!.mean,
      service!.outage_chance!.mean,
      service!.long_run_unavailability!.mean,
    ]).toEqual([0, 0, 0]);
  });
});
