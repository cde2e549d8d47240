/** Plans of everything that there is, small and busy: some hundred events in a horizon. */
import fc from 'fast-check';
import {
  constant,
  type Distribution,
  erlang,
  exponential,
  weibull,
} from '../../../src/scenario/distribution.ts';
import type { Condition, Crew, KindIndex, Plan, UnitKind } from '../../../src/scenario/plan.ts';
import {
  atLeast,
  commonCause,
  crew,
  deployments,
  HOUR_MS,
  kind,
  maintenance,
  placement,
  planOf,
  service,
} from './plans.ts';

const hour = fc.integer({ min: 1, max: 60 });

/** Whole hours among them, so that things happen at the same time. */
const time: fc.Arbitrary<Distribution> = fc.oneof(
  hour.map((value) => exponential(value * HOUR_MS)),
  hour.map((value) => constant(value * HOUR_MS)),
  hour.map((value) => weibull(value * HOUR_MS, 2)),
);
const shortTime = fc.oneof(
  fc.constant(constant(0)),
  fc.integer({ min: 1, max: 10 }).map((value) => exponential(value * HOUR_MS)),
  fc.integer({ min: 1, max: 10 }).map((value) => constant(value * HOUR_MS)),
);

const someOf = (count: number, least = 0): fc.Arbitrary<number[]> =>
  fc.subarray(
    Array.from({ length: count }, (_, index) => index),
    { minLength: Math.min(least, count) },
  );
const oneOf = (count: number) => fc.nat(count - 1);

/** What is within what: index of an earlier kind, or none; what moves is on one. */
interface Place {
  readonly within: KindIndex | undefined;
  readonly on: KindIndex | undefined;
  readonly spread: KindIndex | undefined;
}

function placesOf(count: number): fc.Arbitrary<Place[]> {
  return fc
    .array(fc.record({ choice: fc.nat(3), parent: fc.nat(100), up: fc.nat(2) }), {
      minLength: count,
      maxLength: count,
    })
    .map((drawn) => {
      const places: Place[] = [];
      for (const [index, { choice, parent, up }] of drawn.entries()) {
        const none = { within: undefined, on: undefined, spread: undefined };
        if (index === 0 || choice === 0) {
          places.push(none);
          continue;
        }
        const other = parent % index;
        // What moves is on what stays, and nothing is within what is within what moves.
        const stays = (at: KindIndex | undefined): boolean =>
          at === undefined || (places[at]!.on === undefined && stays(places[at]!.within));
        if (choice === 1 && stays(other)) {
          let spread = other;
          for (let step = 0; step < up; step += 1) spread = places[spread]!.within ?? spread;
          places.push({ within: undefined, on: other, spread });
        } else {
          places.push({ ...none, within: other });
        }
      }
      return places;
    });
}

function unitsOf(places: readonly Place[], crews: number): fc.Arbitrary<UnitKind[]> {
  return fc.tuple(
    ...places.map(({ within, on, spread }, index) =>
      fc
        .record({
          count: fc.integer({ min: within === undefined ? 1 : 0, max: 3 }),
          time_to_failure: fc.option(time, { nil: undefined }),
          time_to_repair: shortTime,
          crew: crews === 0 ? fc.constant(undefined) : fc.option(oneOf(crews), { nil: undefined }),
          copies: fc.integer({ min: 1, max: 2 }),
          time_to_replace: shortTime,
          needs: someOf(places.length),
          many: fc.boolean(),
        })
        .map(({ copies, time_to_replace, needs, many, ...parts }) =>
          kind(`kind-${index}`, {
            ...parts,
            within,
            // Now and then more than are looked at one by one.
            count: on !== undefined && many ? 34 : parts.count,
            placed:
              on === undefined
                ? undefined
                : placement(on, spread!, {
                    copies,
                    time_to_replace,
                    needs: needs.filter((other) => other < index),
                  }),
          }),
        ),
    ),
  );
}

function conditionOf(
  places: readonly Place[],
  scope: KindIndex | undefined,
  depth: number,
): fc.Arbitrary<Condition> {
  const at_least = fc.integer({ min: 0, max: 4 });
  const count = places.length;
  const units = fc
    .record({ at_least, of: someOf(count, 1), connected: fc.boolean() })
    .map(({ of, ...rest }): Condition => atLeast(rest.at_least, of, { connected: rest.connected }));
  const isWithin = (index: KindIndex, outer: KindIndex): boolean => {
    const { within, on } = places[index]!;
    return index === outer || (on === undefined && within !== undefined && isWithin(within, outer));
  };
  const inLine = places.flatMap((_, index) => (scope === undefined || isWithin(index, scope) ? [index] : []));
  const rows =
    inLine.length === 0
      ? units
      : fc
          .record({ row: fc.integer({ min: 1, max: 3 }), of: fc.constantFrom(...inLine) })
          .map((row): Condition => ({ kind: 'no-row', ...row }));
  if (depth === 0) return fc.oneof(units, rows);
  const nested = fc
    .record({ at_least, of: fc.array(conditionOf(places, scope, depth - 1), { minLength: 1, maxLength: 3 }) })
    .map((both): Condition => ({ kind: 'conditions', ...both }));
  const where = oneOf(count).chain((whose) =>
    fc
      .record({ at_least, connected: fc.boolean(), where: conditionOf(places, whose, depth - 1) })
      .map(({ at_least: least, ...rest }): Condition => atLeast(least, [whose], rest)),
  );
  return fc.oneof(units, rows, nested, where);
}

const ORDERS: readonly Crew['order'][] = ['first-come', 'random', 'priority', 'first-inspected'];

export const randomPlan: fc.Arbitrary<Plan> = fc
  .record({ kinds: fc.integer({ min: 1, max: 5 }), crews: fc.nat(2) })
  .chain(({ kinds, crews }) => placesOf(kinds).map((places) => ({ kinds, crews, places })))
  .chain(({ kinds, crews, places }) =>
    fc.record({
      units: unitsOf(places, crews),
      services: fc
        .array(conditionOf(places, undefined, 2), { minLength: 1, maxLength: 3 })
        .map((conditions) => conditions.map((up, index) => service(up, { name: `service-${index}` }))),
      links: fc.array(fc.tuple(oneOf(kinds), oneOf(kinds)), { maxLength: 4 }),
      crews: fc.tuple(
        ...Array.from({ length: crews }, (_, index) =>
          fc
            .record({
              size: fc.integer({ min: 1, max: 2 }),
              inspection: shortTime,
              order: fc.constantFrom(...ORDERS),
            })
            .map((parts) => crew(`crew-${index}`, parts)),
        ),
      ),
      common_causes: fc.array(
        fc
          .record({
            every: time,
            hits: someOf(kinds, 1),
            within: fc.option(oneOf(kinds), { nil: undefined }),
            share: fc.constantFrom(0.3, 1),
          })
          .map((parts) => commonCause('cause', parts)),
        { maxLength: 1 },
      ),
      maintenance: fc.array(
        fc
          .record({
            of: oneOf(kinds),
            every: time,
            takes: shortTime,
            at_once: fc.integer({ min: 1, max: 2 }),
            careful: fc.boolean(),
          })
          .map((parts) => maintenance('maintenance', parts)),
        { maxLength: 2 },
      ),
      deployments: fc.array(
        fc
          .record({ every: time, bad: fc.constantFrom(0, 0.5, 1), time_to_roll_back: shortTime })
          .map((parts) => deployments('deployments', parts)),
        { maxLength: 1 },
      ),
      seed: fc.nat().map(String),
    }),
  )
  .map((parts) => planOf({ ...parts, horizon_ms: 200 * HOUR_MS }));

const memoryless = (least: number, most: number): fc.Arbitrary<Distribution> =>
  fc.oneof(
    fc.integer({ min: least, max: most }).map((value) => exponential(value * HOUR_MS)),
    fc.integer({ min: least, max: most }).map((value) => erlang(value * HOUR_MS, 2)),
  );

/** Small plans that a Markov chain answers, without what moves, maintenance and deployments. */
export const markovPlan: fc.Arbitrary<Plan> = fc
  .record({ kinds: fc.integer({ min: 1, max: 3 }), crews: fc.nat(1) })
  .chain(({ kinds, crews }) =>
    fc
      .tuple(...Array.from({ length: kinds }, (_, index) => fc.option(fc.nat(Math.max(0, index - 1)))))
      .map((within) => ({
        kinds,
        crews,
        places: within.map((other, index) => ({
          within: index === 0 ? undefined : (other ?? undefined),
          on: undefined,
          spread: undefined,
        })),
      })),
  )
  .chain(({ kinds, crews, places }) =>
    fc.record({
      units: fc.tuple(
        ...places.map(({ within }, index) =>
          fc
            .record({
              count: fc.integer({ min: 1, max: within === undefined ? 3 : 2 }),
              time_to_failure: memoryless(2, 20),
              time_to_repair: memoryless(1, 5),
              crew: crews === 0 ? fc.constant(undefined) : fc.option(oneOf(crews), { nil: undefined }),
            })
            .map((parts) => kind(`kind-${index}`, { ...parts, within })),
        ),
      ),
      services: conditionOf(places, undefined, 1).map((up) => [service(up)]),
      links: fc.array(fc.tuple(oneOf(kinds), oneOf(kinds)), { maxLength: 3 }),
      crews: fc.tuple(
        ...Array.from({ length: crews }, (_, index) =>
          fc
            .record({
              size: fc.integer({ min: 1, max: 2 }),
              inspection: fc.constantFrom(exponential(HOUR_MS), constant(0)),
              order: fc.constantFrom(...ORDERS),
            })
            .map((parts) =>
              crew(`crew-${index}`, {
                ...parts,
                // Without an inspection nothing would be inspected first.
                order:
                  parts.order === 'first-inspected' && parts.inspection.kind === 'constant'
                    ? 'random'
                    : parts.order,
              }),
            ),
        ),
      ),
      common_causes: fc.array(
        fc
          .record({
            every: memoryless(10, 30),
            hits: someOf(kinds, 1),
            within: fc.option(oneOf(kinds), { nil: undefined }),
            share: fc.constantFrom(0.3, 1),
          })
          .map((parts) => commonCause('cause', parts)),
        { maxLength: 1 },
      ),
      seed: fc.nat().map(String),
    }),
  )
  .map((parts) => planOf({ ...parts, horizon_ms: 50 * HOUR_MS }));
