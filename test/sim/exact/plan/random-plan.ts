/** Small plans of every sort, by chance. */
import fc from 'fast-check';
import type { Distribution } from '../../../../src/scenario/distribution.ts';
import type { Condition, Plan } from '../../../../src/scenario/plan.ts';
import { type PlanParts, planOf } from './plans.ts';

const H_MS = 3_600_000;
const mean_ms = fc.integer({ min: 1, max: 30 }).map((mean_h) => mean_h * H_MS);

const phased: fc.Arbitrary<Distribution> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('exponential' as const), mean_ms }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('erlang' as const), mean_ms, phases: fc.constant(2) }),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(mean_ms, mean_ms).map(
      ([one, other]): Distribution => ({
        kind: 'hyperexponential',
        branches: [
          { weight: 0.25, mean_ms: one },
          { weight: 0.75, mean_ms: other },
        ],
      }),
    ),
  },
);

const order = fc.constantFrom('first-come', 'random', 'priority', 'first-inspected');

const crew = fc.record({
  size: fc.integer({ min: 1, max: 2 }),
  order,
  inspection: fc.record({ kind: fc.constant('exponential' as const), mean_ms }),
});

/** Kinds in a row, each perhaps within one before it. */
function units(kinds: number, isShared: boolean): fc.Arbitrary<PlanParts['units']> {
  return fc.tuple(
    ...Array.from({ length: kinds }, (_, kind) =>
      fc.record({
        name: fc.constant(`kind ${kind}`),
        count: fc.integer({ min: 1, max: 3 }),
        within:
          kind === 0 ? fc.constant(undefined) : fc.option(fc.nat(kind - 1), { nil: undefined, freq: 1 }),
        time_to_failure: fc.option(phased, { nil: undefined, freq: 6 }),
        time_to_repair: phased,
        crew: isShared ? fc.option(fc.nat(1), { nil: undefined, freq: 3 }) : fc.constant(undefined),
      }),
    ),
  );
}

/** Of kinds that are all there is, or that are within one of them. */
function condition(plan: PlanParts['units'], depth: number, scope?: number): fc.Arbitrary<Condition> {
  const inside = [...plan.keys()].filter((kind) => scope === undefined || isWithin(plan, kind, scope));
  const kind = fc.constantFrom(...inside);
  const plain = fc
    .record({
      at_least: fc.integer({ min: 1, max: 3 }),
      of: fc.uniqueArray(kind, { minLength: 1, maxLength: 2 }),
    })
    .map(({ at_least, of }): Condition => {
      return { kind: 'units', at_least, of, connected: false, where: undefined };
    });
  const choices: fc.Arbitrary<Condition>[] = [
    plain,
    fc.record({ kind: fc.constant('no-row' as const), row: fc.integer({ min: 1, max: 3 }), of: kind }),
  ];
  if (scope === undefined) {
    choices.push(plain.map((each) => ({ ...each, connected: true }) as Condition));
  }
  if (depth > 0) {
    choices.push(
      fc
        .tuple(
          fc.integer({ min: 1, max: 2 }),
          fc.array(condition(plan, depth - 1, scope), { minLength: 2, maxLength: 3 }),
        )
        .map(([at_least, of]): Condition => ({ kind: 'conditions', at_least, of })),
    );
    const holding = inside.filter((each) => plan.some(({ within }) => within === each));
    for (const each of holding) {
      choices.push(
        fc
          .tuple(fc.integer({ min: 1, max: 2 }), condition(plan, depth - 1, each))
          .map(([at_least, where]): Condition => {
            return { kind: 'units', at_least, of: [each], connected: false, where };
          }),
      );
    }
  }
  return fc.oneof(...choices);
}

const isWithin = (plan: PlanParts['units'], kind: number, outer: number): boolean => {
  const { within } = plan[kind]!;
  return within !== undefined && (within === outer || isWithin(plan, within, outer));
};

function causes(plan: PlanParts['units']): fc.Arbitrary<NonNullable<PlanParts['common_causes']>> {
  const kind = fc.nat(plan.length - 1);
  return fc.array(
    fc.record({
      every: phased,
      hits: fc.uniqueArray(kind, { minLength: 1, maxLength: 2 }),
      within: fc.option(kind, { nil: undefined, freq: 1 }),
      share: fc.constantFrom(0.5, 1),
    }),
    { maxLength: 2 },
  );
}

/** @param isShared whether units may share crews and fates */
export function randomPlan(isShared: boolean): fc.Arbitrary<Plan> {
  return fc
    .integer({ min: 1, max: 4 })
    .chain((kinds) => units(kinds, isShared))
    .chain((parts) =>
      fc.record({
        units: fc.constant(parts),
        services: fc.tuple(condition(parts, 2)),
        links: fc.array(fc.tuple(fc.nat(parts.length - 1), fc.nat(parts.length - 1)), { maxLength: 2 }),
        crews: fc.tuple(crew, crew),
        common_causes: isShared ? causes(parts) : fc.constant([]),
        horizon_h: fc.integer({ min: 1, max: 200 }),
      }),
    )
    .map(planOf);
}
