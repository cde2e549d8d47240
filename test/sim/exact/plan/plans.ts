/** Plans for tests: what is not said is as plain as can be. */
import type { Distribution } from '../../../../src/scenario/distribution.ts';
import type { CommonCause, Condition, Crew, Plan, UnitKind } from '../../../../src/scenario/plan.ts';

const H_MS = 3_600_000;
const position = { file: 'plan.yaml', line: 1, column: 1 };

export const hours = (mean_h: number): Distribution => ({ kind: 'exponential', mean_ms: mean_h * H_MS });

export interface PlanParts {
  readonly units: readonly (Partial<UnitKind> & Pick<UnitKind, 'name'>)[];
  readonly services: readonly Condition[];
  readonly crews?: readonly Partial<Crew>[];
  readonly common_causes?: readonly (Partial<CommonCause> & Pick<CommonCause, 'every' | 'hits'>)[];
  readonly links?: Plan['links'];
  readonly horizon_h?: number;
}

export function planOf(parts: PlanParts): Plan {
  return {
    name: 'plan',
    description: '',
    file: 'plan.yaml',
    seed: '1',
    trials: 100,
    horizon_ms: (parts.horizon_h ?? 8760) * H_MS,
    units: parts.units.map((unit) => ({
      position,
      count: 1,
      within: undefined,
      time_to_failure: undefined,
      time_to_repair: hours(1),
      crew: undefined,
      prior: undefined,
      placed: undefined,
      episodes: {},
      ...unit,
    })),
    links: parts.links ?? [],
    crews: (parts.crews ?? []).map((crew, index) => ({
      name: `crew ${index}`,
      position,
      size: 1,
      inspection: { kind: 'constant', value_ms: 0 },
      order: 'first-come',
      ...crew,
    })),
    common_causes: (parts.common_causes ?? []).map((cause, index) => ({
      name: `cause ${index}`,
      position,
      within: undefined,
      share: 1,
      episodes: {},
      ...cause,
    })),
    maintenance: [],
    deployments: [],
    services: parts.services.map((up, index) => ({
      name: `service ${index}`,
      position,
      up,
      objectives: { availability: undefined, downtime_s: undefined },
    })),
    episodes: [],
  };
}

export const atLeast = (at_least: number, ...of: number[]): Condition => ({
  kind: 'units',
  at_least,
  of,
  connected: false,
  where: undefined,
});

export const some = (at_least: number, ...of: Condition[]): Condition => ({
  kind: 'conditions',
  at_least,
  of,
});

export const all = (...of: Condition[]): Condition => some(of.length, ...of);
