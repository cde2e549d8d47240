/** Plans in a few words. */
import { constant, type Distribution, exponential } from '../../../src/scenario/distribution.ts';
import type {
  CommonCause,
  Condition,
  Crew,
  Deployments,
  KindIndex,
  Maintenance,
  Placement,
  Plan,
  PlannedService,
  UnitKind,
  UnitsCondition,
} from '../../../src/scenario/plan.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export const YEAR_MS = 365 * DAY_MS;

export const hours = (value: number): Distribution => exponential(value * HOUR_MS);

const POSITION = { file: 'plan.yaml', line: 1, column: 1 };

export function planOf(parts: Partial<Plan> & Pick<Plan, 'units' | 'services'>): Plan {
  return {
    name: 'plan',
    description: '',
    file: 'plan.yaml',
    seed: '1',
    trials: 1000,
    horizon_ms: YEAR_MS,
    links: [],
    crews: [],
    common_causes: [],
    maintenance: [],
    deployments: [],
    episodes: [],
    ...parts,
  };
}

export function kind(name: string, parts: Partial<UnitKind> = {}): UnitKind {
  return {
    name,
    position: POSITION,
    count: 1,
    within: undefined,
    time_to_failure: undefined,
    time_to_repair: constant(0),
    crew: undefined,
    prior: undefined,
    placed: undefined,
    episodes: {},
    ...parts,
  };
}

export const placement = (on: KindIndex, spread: KindIndex, parts: Partial<Placement> = {}): Placement => ({
  on,
  spread,
  copies: 1,
  time_to_replace: constant(300_000),
  needs: [],
  ...parts,
});

export const crew = (name: string, parts: Partial<Crew> = {}): Crew => ({
  name,
  position: POSITION,
  size: 1,
  inspection: constant(0),
  order: 'first-come',
  ...parts,
});

export const commonCause = (
  name: string,
  parts: Partial<CommonCause> & Pick<CommonCause, 'every'>,
): CommonCause => ({
  name,
  position: POSITION,
  hits: [],
  within: undefined,
  share: 1,
  episodes: {},
  ...parts,
});

export const maintenance = (
  name: string,
  parts: Partial<Maintenance> & Pick<Maintenance, 'of' | 'every' | 'takes'>,
): Maintenance => ({ name, position: POSITION, at_once: 1, careful: false, episodes: {}, ...parts });

export const deployments = (
  name: string,
  parts: Partial<Deployments> & Pick<Deployments, 'every' | 'bad' | 'time_to_roll_back'>,
): Deployments => ({ name, position: POSITION, services: [0], episodes: {}, ...parts });

export const service = (up: Condition, parts: Partial<PlannedService> = {}): PlannedService => ({
  name: 'service',
  position: POSITION,
  up,
  objectives: { availability: undefined, downtime_s: undefined },
  ...parts,
});

export const atLeast = (
  at_least: number,
  of: readonly KindIndex[],
  parts: Partial<UnitsCondition> = {},
): UnitsCondition => ({ kind: 'units', at_least, of, connected: false, where: undefined, ...parts });
