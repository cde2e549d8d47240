/** Plans to be timed: pods in threes, on nodes of three zones. */
import { exponential } from '../src/scenario/distribution.ts';
import type { Plan, UnitKind } from '../src/scenario/plan.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const YEAR_MS = 365 * DAY_MS;

/** A year in which zones fail once a year, nodes every 180 days, pods every 30; up with 99 in 100 of the first pods. */
export function zones(copies: number, nodes: number, replicas: number): Plan {
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
