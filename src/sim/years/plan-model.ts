/** A plan, laid out for simulation: worked out once, and shared by all states of it. */
import { EXIT, UserError } from '../../scenario/errors.ts';
import type { KindIndex, Plan } from '../../scenario/plan.ts';
import { type ConditionProgram, compileConditions } from './condition-program.ts';
import { expandUnits, type Units } from './units.ts';

/** What goes off beside the alarms of units. */
export const RINGS = ['common-cause', 'round', 'back', 'deployment', 'roll-back', 'inspection'] as const;

export interface Ring {
  readonly type: (typeof RINGS)[number];
  /** Place in the plan's list; of `back` the slot of the maintenance, of an inspection the kind. */
  readonly of: number;
}

/** Numbers drawn for a kind, a common cause, maintenance, deployments and a crew; see `purposes`. */
export const PURPOSES = {
  units: ['time-to-failure', 'time-to-repair', 'time-to-replace', 'episode', 'inspection'],
  common_causes: ['every', 'where', 'hits', 'episode'],
  maintenance: ['every', 'takes', 'episode'],
  deployments: ['every', 'bad', 'time-to-roll-back', 'episode'],
  crews: ['order'],
} as const;

export type Part = keyof typeof PURPOSES;

export interface PlanModel {
  readonly plan: Plan;
  readonly units: Units;
  readonly conditions: ConditionProgram;
  /** By kind: kinds that move and need all of this one to work in order to be replaced. */
  readonly neededBy: readonly (readonly KindIndex[])[];
  /** Alarm of a unit's own next failure, or of the end of its repair: the unit's number. Of its replacement: that plus this. */
  readonly replacing: number;
  /** Where the alarms of `rings` begin. */
  readonly ringing: number;
  readonly rings: readonly Ring[];
  /** The first alarm of a type; others of it follow. */
  readonly ringOf: Readonly<Record<Ring['type'], number>>;
  /** Units that are out at a time, each in a slot: by slot, the place of the maintenance. */
  readonly slots: readonly number[];
  /** What the numbers of a stream decide, as a path. */
  readonly purposes: readonly string[];
  /** Place in `purposes` of the first of a part's member. */
  readonly purposeOf: Readonly<Record<Part, readonly number[]>>;
  /** What an outage can be due to: kinds, common causes, maintenance, deployments, and what was so from the start. */
  readonly causes: readonly string[];
  /** Place in `causes` of the first of a part's members. */
  readonly causeOf: Readonly<Record<Exclude<Part, 'crews'>, number>>;
}

/** What is wrong at time 0 already. */
export const FROM_THE_START = 'the start';

export function compilePlan(plan: Plan): PlanModel {
  refuseMovingRows(plan);
  const units = expandUnits(plan);
  const moves = plan.units.some(({ placed }) => placed !== undefined);
  const slots = plan.maintenance.flatMap(({ at_once, of }, index) =>
    new Array<number>(Math.min(at_once, units.first[of + 1]! - units.first[of]!)).fill(index),
  );
  const ringing = units.count * (moves ? 2 : 1);
  const rings = [
    ...plan.common_causes.map((_, of): Ring => ({ type: 'common-cause', of })),
    ...plan.maintenance.map((_, of): Ring => ({ type: 'round', of })),
    ...slots.map((_, of): Ring => ({ type: 'back', of })),
    ...plan.deployments.map((_, of): Ring => ({ type: 'deployment', of })),
    ...plan.deployments.map((_, of): Ring => ({ type: 'roll-back', of })),
    ...plan.units.map((_, of): Ring => ({ type: 'inspection', of })),
  ];
  const firstRing = (type: Ring['type']) =>
    ringing +
    Math.max(
      0,
      rings.findIndex((ring) => ring.type === type),
    );
  const purposes: string[] = [];
  const purposesOf = (part: Part): number[] =>
    plan[part].map(({ name }) => {
      const begin = purposes.length;
      purposes.push(...PURPOSES[part].map((purpose) => `${part}/${name}/${purpose}`));
      return begin;
    });
  return {
    plan,
    units,
    conditions: compileConditions(plan, units),
    neededBy: plan.units.map((_, kind) =>
      plan.units.flatMap(({ placed }, moving) => (placed?.needs.includes(kind) ? [moving] : [])),
    ),
    replacing: units.count,
    ringing,
    rings,
    ringOf: Object.fromEntries(RINGS.map((type) => [type, firstRing(type)])) as PlanModel['ringOf'],
    slots,
    purposeOf: {
      units: purposesOf('units'),
      common_causes: purposesOf('common_causes'),
      maintenance: purposesOf('maintenance'),
      deployments: purposesOf('deployments'),
      crews: purposesOf('crews'),
    },
    purposes,
    causes: causesOf(plan),
    causeOf: {
      units: 0,
      common_causes: plan.units.length,
      maintenance: plan.units.length + plan.common_causes.length,
      deployments: plan.units.length + plan.common_causes.length + plan.maintenance.length,
    },
  };
}

/** What an outage can be due to. */
export function causesOf(plan: Plan): string[] {
  const named = [...plan.units, ...plan.common_causes, ...plan.maintenance, ...plan.deployments];
  return [...named.map(({ name }) => name), FROM_THE_START];
}

/** A line of what moves about would be another one at each moment. */
function refuseMovingRows(plan: Plan): void {
  for (const { name, position, up } of plan.services) {
    const visit = (condition: typeof up, scope: KindIndex | undefined): void => {
      if (condition.kind === 'conditions') {
        for (const each of condition.of) visit(each, scope);
      } else if (condition.kind === 'units') {
        if (condition.where !== undefined) visit(condition.where, condition.of[0]);
      } else if (scope !== undefined && !isWithin(plan, condition.of, scope)) {
        const { file, line, column } = position;
        throw new UserError(
          `${file}:${line}:${column}: ${name}: ${plan.units[condition.of]!.name} do not stand in a line within ${plan.units[scope]!.name}`,
          { exitCode: EXIT.configuration, hint: 'ask for a row only of what is `within`' },
        );
      }
    };
    visit(up, undefined);
  }
}

/** Whether units of a kind stay within units of another. */
function isWithin(plan: Plan, kind: KindIndex, other: KindIndex): boolean {
  const { within, placed } = plan.units[kind]!;
  if (kind === other) return true;
  return placed === undefined && within !== undefined && isWithin(plan, within, other);
}
