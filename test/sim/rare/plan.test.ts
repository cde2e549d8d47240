import { describe, expect, it } from 'vitest';
import {
  constant,
  erlang,
  exponential,
  hyperexponential,
  lognormal,
  weibull,
} from '../../../src/scenario/distribution.ts';
import type { Plan } from '../../../src/scenario/plan.ts';
import { Census } from '../../../src/sim/rare/census.ts';
import { RootSum, type SplitEstimate } from '../../../src/sim/rare/estimate.ts';
import { type Levels, NO_LEVELS } from '../../../src/sim/rare/levels.ts';
import { Restart } from '../../../src/sim/rare/restart.ts';
import { trajectories } from '../../../src/sim/rare/split-runner.ts';
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
} from '../years/plans.ts';

const hour = (value: number) => value * HOUR_MS;

/** Everything that a plan can hold, so busy that plain simulation knows the answer. */
const PLANS: Readonly<Record<string, Plan>> = {
  'units that wear, in racks, with one crew that inspects': planOf({
    horizon_ms: hour(2000),
    units: [
      kind('rack', { count: 2, time_to_failure: hours(800), time_to_repair: lognormal(hour(4), 0.8) }),
      kind('node', {
        count: 3,
        within: 0,
        time_to_failure: weibull(hour(120), 2),
        time_to_repair: erlang(hour(3), 2),
        crew: 0,
      }),
    ],
    crews: [crew('crew', { inspection: exponential(hour(1)) })],
    services: [service(atLeast(3, [1]))],
  }),
  'replicas over zones, maintenance, shocks and bad deployments': planOf({
    horizon_ms: hour(1500),
    units: [
      kind('zone', { count: 3, time_to_failure: hours(900), time_to_repair: hours(6) }),
      kind('node', {
        count: 2,
        within: 0,
        time_to_failure: hours(150),
        time_to_repair: hyperexponential([
          { weight: 3, mean_ms: hour(1) },
          { weight: 1, mean_ms: hour(12) },
        ]),
      }),
      kind('registry', { time_to_failure: hours(400), time_to_repair: hours(5) }),
      kind('pod', {
        count: 3,
        time_to_failure: hours(200),
        time_to_repair: constant(hour(0.25)),
        placed: placement(1, 0, { time_to_replace: lognormal(hour(1), 0.5), needs: [2] }),
      }),
    ],
    common_causes: [commonCause('heat', { every: hours(700), hits: [1], within: 0, share: 0.7 })],
    maintenance: [
      maintenance('patches', {
        of: 1,
        every: constant(hour(300)),
        takes: weibull(hour(3), 1.5),
        careful: true,
      }),
    ],
    deployments: [
      deployments('release', { every: hours(400), bad: 0.02, time_to_roll_back: constant(hour(1)) }),
    ],
    services: [service(atLeast(2, [3]))],
  }),
  'a line of pumps that a random one is repaired of, and switches': planOf({
    horizon_ms: hour(2000),
    units: [
      kind('pump', {
        count: 8,
        time_to_failure: hours(150),
        time_to_repair: lognormal(hour(3), 0.8),
        crew: 0,
      }),
      kind('left', { time_to_failure: hours(500), time_to_repair: hours(4), crew: 1 }),
      kind('right', { count: 2, time_to_failure: hours(300), time_to_repair: hours(4), crew: 1 }),
    ],
    links: [
      [0, 1],
      [0, 2],
    ],
    crews: [
      crew('plumbers', { order: 'random', size: 2 }),
      crew('network', { order: 'first-inspected', inspection: hours(1) }),
    ],
    services: [
      service({
        kind: 'conditions',
        at_least: 2,
        of: [{ kind: 'no-row', row: 3, of: 0 }, atLeast(2, [1, 2], { connected: true })],
      }),
    ],
  }),
};

function run(plan: Plan, levels: Levels, roots: number): SplitEstimate {
  const restart = new Restart(trajectories(plan, [], 0), levels);
  const sum = new RootSum();
  for (let root = 0; root < roots; root += 1) sum.add(restart.run(root));
  return sum.estimate();
}

/** Two levels on the way to outages, be they worth it or not. */
function someLevels(plan: Plan): Levels {
  const census = new Census();
  const restart = new Restart(trajectories(plan, [], 0), NO_LEVELS, census);
  for (let root = -1; root > -200; root -= 1) restart.run(root);
  const way = census.way(30).filter(({ entries_seen }) => entries_seen > 0);
  const rare = way.filter(({ entries }) => entries < way[0]!.entries / 3).slice(0, -1);
  const places = rare.length > 1 ? rare : way.slice(1, -1);
  const thresholds = [places[0]!, places[Math.floor(places.length / 2)]!].map(({ importance }) => importance);
  expect(thresholds[0]).toBeLessThan(thresholds[1]!);
  // Of places that are often entered few copies are enough to be slow.
  return { thresholds, factors: rare.length > 1 ? [4, 5] : [2, 2] };
}

describe('splitting a plan', () => {
  for (const [name, plan] of Object.entries(PLANS)) {
    it(`has the answers of plain simulation: ${name}`, () => {
      const plain = run(plan, NO_LEVELS, 1200);
      const split = run(plan, someLevels(plan), 500);
      for (const figure of ['downtime_ms', 'outages', 'outage_chance'] as const) {
        const [one, other] = [plain[figure], split[figure]];
        const half = Math.hypot(one.ci95[1] - one.mean, other.ci95[1] - other.mean);
        expect(Math.abs(one.mean - other.mean)).toBeLessThan((2.6 / 1.96) * half);
        // Both know it well enough for this to mean something.
        expect(half / one.mean).toBeLessThan(0.45);
      }
    });
  }

  it('attributes all downtime and all outages to causes', () => {
    const plan = PLANS['replicas over zones, maintenance, shocks and bad deployments']!;
    const { tallies, downtime_ms, outages } = run(plan, someLevels(plan), 300);
    const causes = tallies.slice(3);
    const sum = (values: readonly number[]) => values.reduce((all, each) => all + each, 0);
    expect(sum(causes.slice(0, causes.length / 2))).toBeCloseTo(downtime_ms.mean, 3);
    expect(sum(causes.slice(causes.length / 2))).toBeCloseTo(outages.mean, 9);
  });
});
