/** Years at state level: many small horizons, and one that is as large as Kubernetes goes. */
import { fileURLToPath } from 'node:url';
import { exponential } from '../src/scenario/distribution.ts';
import { loadPlan } from '../src/scenario/plan/load.ts';
import type { Plan, UnitKind } from '../src/scenario/plan.ts';
import { predictPlan } from '../src/sim/predict-plan.ts';
import { HorizonReplicator } from '../src/sim/years/horizon.ts';
import type { Result } from './result.ts';

const planFile = (name: string) => fileURLToPath(new URL(`../scenarios/plans/${name}`, import.meta.url));

const seconds = (begin_ms: number): Result => ({
  unit: 's',
  value: Number(((performance.now() - begin_ms) / 1000).toFixed(2)),
});

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const YEAR_MS = 365 * DAY_MS;

/** Three replicas over three zones of three nodes each: 1,000 horizons of a year, on two threads. */
export async function thousandYears(): Promise<Result> {
  const begin_ms = performance.now();
  await predictPlan(zones(1, 9, 3), { trials: 1000, workers: 2, method: 'simulation' });
  return seconds(begin_ms);
}

/** The shipped plan of 5,000 nodes and 150,000 pods, with crews and careful maintenance: one year in this one thread. */
export async function largestCluster(): Promise<Result> {
  const plan = loadPlan(planFile('cluster-5000.yaml'));
  const begin_ms = performance.now();
  new HorizonReplicator(plan, []).run(0);
  return seconds(begin_ms);
}

/** One year of so many nodes and pods in this one thread, each pod failing once a month; events a second. */
export const yearOf = (nodes: number, pods: number) => async (): Promise<Result> => {
  const begin_ms = performance.now();
  const { events } = new HorizonReplicator(zones(pods / 3, nodes, 3), []).run(0);
  return { unit: '/s', value: Math.round((1000 * events) / (performance.now() - begin_ms)) };
};

function zones(copies: number, nodes: number, replicas: number): Plan {
  const position = { file: 'bench', line: 1, column: 1 };
  const kind = (name: string, parts: Partial<UnitKind>): UnitKind => ({
    name,
    position,
    count: 1,
    within: undefined,
    time_to_failure: undefined,
    time_to_repair: exponential(HOUR_MS),
    crew: undefined,
    prior: undefined,
    placed: undefined,
    episodes: {},
    ...parts,
  });
  return {
    name: 'zones',
    description: '',
    file: 'bench',
    seed: '1',
    trials: 1,
    horizon_ms: YEAR_MS,
    units: [
      kind('zone', {
        count: 3,
        time_to_failure: exponential(YEAR_MS),
        time_to_repair: exponential(4 * HOUR_MS),
      }),
      kind('node', { count: Math.ceil(nodes / 3), within: 0, time_to_failure: exponential(180 * DAY_MS) }),
      kind('pod', {
        count: replicas,
        time_to_failure: exponential(30 * DAY_MS),
        time_to_repair: exponential(30_000),
        placed: {
          on: 1,
          spread: 0,
          copies,
          time_to_replace: { kind: 'uniform', min_ms: 355_000, max_ms: 380_000 },
          needs: [],
        },
      }),
    ],
    links: [],
    crews: [],
    common_causes: [],
    maintenance: [],
    deployments: [],
    episodes: [],
    services: [
      {
        name: 'pods',
        position,
        up: {
          kind: 'units',
          at_least: Math.ceil(0.99 * copies),
          of: [2],
          connected: false,
          where: undefined,
        },
        objectives: { availability: undefined, downtime_s: undefined },
      },
    ],
  };
}
