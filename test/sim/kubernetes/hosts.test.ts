import { describe, expect, test } from 'vitest';
import { constant } from '../../../src/scenario/distribution.ts';
import { loadScenario } from '../../../src/scenario/load.ts';
import { nodesOf } from '../../../src/scenario/nodes.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import { step } from '../../../src/sim/cause.ts';
import { Processors } from '../../../src/sim/engine/processors.ts';
import { Budget, budgetShares } from '../../../src/sim/estimate/budget.ts';
import { processorsOf } from '../../../src/sim/kubernetes/hosts.ts';
import { SimulatedWorld } from '../../../src/sim/world.ts';
import { type TimelineEvent, tee } from '../../../src/timeline/event.ts';
import { Score } from '../../../src/timeline/score.ts';
import { INSTANT } from './environment.ts';
import { NodeLab } from './node-lab.ts';

const ALONE = ['one-forced', 'one-container', 'one-sandbox', 'one-probe-5s', 'two-one-graceful'];
const TRIALS = 20;
const CAUSE = step(undefined, 'test', 0);

const on = (scenario: Scenario, machine: Partial<Scenario['cluster']['nodes'][number]>): Scenario => ({
  ...scenario,
  cluster: {
    ...scenario.cluster,
    nodes: scenario.cluster.nodes.map((node) => ({ ...node, ...machine })),
  },
});

const SHARED = { cores: 2, host: 'laptop' };
const PLENTY = { cores: undefined, host: undefined };
const FIVE = on(loadScenario('scenarios/validation/five-all-forced.yaml'), PLENTY);

function simulate(scenario: Scenario, trial: number) {
  const events: TimelineEvent[] = [];
  const score = new Score();
  const recorder = tee(score, { record: (event) => void events.push(event) });
  const { recoveries } = new SimulatedWorld(scenario).simulate(trial, recorder);
  const { downtime_s, outages } = score.observation();
  const budget = new Budget();
  budget.add(budgetShares(outages, recoveries, scenario.load));
  const spent = new Map(budget.lines().map(({ mechanism, seconds }) => [mechanism, seconds]));
  return { events, downtime_s, spent };
}

const eventsOf = (scenario: Scenario) =>
  Array.from({ length: TRIALS }, (_, trial) => simulate(scenario, trial).events);

/** A trial on average. */
const lost_s = (scenario: Scenario) =>
  Array.from(
    { length: TRIALS },
    (_, trial) => simulate(scenario, trial).spent.get('CPU contention') ?? 0,
  ).reduce((sum, each) => sum + each / TRIALS, 0);

test('nodes of one host share its processors; who says nothing of cores has as many as it takes', () => {
  const [a, b, c, d] = processorsOf(nodesOf([{ count: 2, ...SHARED }, { cores: 2 }, { name: 'big' }]));
  expect(a).toBeInstanceOf(Processors);
  expect(b).toBe(a);
  expect(c).toBeInstanceOf(Processors);
  expect(c).not.toBe(a);
  expect(d).toBeUndefined();
});

describe('a pod that starts alone', () => {
  test.each(ALONE)('is not later on two cores (%s)', (name) => {
    const scenario = on(loadScenario(`scenarios/validation/${name}.yaml`), PLENTY);
    expect(eventsOf(on(scenario, SHARED))).toEqual(eventsOf(scenario));
  });
});

test('a runtime that is said to be fast does not wait for itself', () => {
  const scenario = on(loadScenario('scenarios/validation/one-forced.yaml'), PLENTY);
  const fast = { ...scenario, timing: { ...scenario.timing, sandbox_start: constant(5) } };
  expect(eventsOf(on(fast, SHARED))).toEqual(eventsOf(fast));
});

describe('five pods that end and start at once', () => {
  test('are not later on many cores', () => {
    expect(eventsOf(on(FIVE, { ...SHARED, cores: 64 }))).toEqual(eventsOf(FIVE));
  });

  test('lose time on nodes of few, and more where these share them', () => {
    const apart_s = lost_s(on(FIVE, { cores: 2 }));
    expect(lost_s(FIVE)).toBe(0);
    expect(apart_s).toBeGreaterThan(0);
    expect(lost_s(on(FIVE, SHARED))).toBeGreaterThan(apart_s);
  });

  test('share out what their starts take of a core, and the budget says so', () => {
    const work = constant(100);
    const timing = { ...INSTANT, sandbox_start: work, sandbox_start_cpu: work };
    const { spent, downtime_s } = simulate(on({ ...FIVE, timing }, { ...SHARED, cores: 1 }), 0);
    expect(spent.get('sandbox start')).toBeCloseTo(0.1, 6);
    expect(spent.get('CPU contention')).toBeCloseTo(0.4, 6);
    expect([...spent.values()].reduce((sum, each) => sum + each, 0)).toBeCloseTo(downtime_s, 9);
  });
});

test('a node that loses its power leaves the processors of its host to others', () => {
  const work = constant(1000);
  const timing = { ...INSTANT, sandbox_start: work, sandbox_start_cpu: work };
  const started_ms = (isLost: boolean) => {
    const lab = new NodeLab({
      nodes: nodesOf([{ count: 2, cores: 1, host: 'laptop' }]),
      replicas: 4,
      timing,
    });
    const { operator } = lab.cluster;
    lab.at(1000, () => {
      for (const { name } of [...operator.pods.values()]) operator.pods.delete(name, 0, CAUSE);
    });
    // Four at a quarter of a core, then two at a half.
    lab.at(2000, () => isLost && lab.powerOff('node-2')).run(10_000);
    const pods = [...operator.pods.values()].filter(({ node }) => node === 0);
    return pods.map(({ name }) => lab.cluster.worker(name)?.sandbox?.created_at_ms);
  };
  expect(started_ms(false)).toEqual([5000, 5000]);
  expect(started_ms(true)).toEqual([3500, 3500]);
});
