/** Plans' files as people may write them: what there is, in its places; every name leads somewhere. */
import fc, { type Arbitrary } from 'fast-check';

/** What the numbers in a file are like. */
export interface Taste {
  /** From one event to the next. */
  readonly life: Arbitrary<unknown>;
  /** Of a repair, and of whatever else takes a while. */
  readonly time: Arbitrary<unknown>;
  readonly horizon: Arbitrary<string>;
  readonly count: Arbitrary<number>;
  readonly share: Arbitrary<string>;
  /** What a condition asks for. */
  readonly at_least: Arbitrary<number | string>;
  /** Whether there are replicas, maintenance and deployments, of which no exact method knows. */
  readonly isComplete: boolean;
}

/** Each may hold the next; a switch stands beside them. */
const HOLDERS = ['region', 'zone', 'rack', 'node'] as const;
const SWITCH = 'switch';
const WEB = 'web';

const optional = <T>(arbitrary: Arbitrary<T>): Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 });

/** The file, to be written as YAML. */
export function writtenPlan(taste: Taste): Arbitrary<unknown> {
  return fc
    .record({
      holders: fc.subarray([...HOLDERS], { minLength: 1 }),
      hasSwitch: fc.boolean(),
      hasWeb: taste.isComplete ? fc.boolean() : fc.constant(false),
    })
    .chain(({ holders, hasSwitch, hasWeb }) => {
      const places = hasSwitch ? [...holders, SWITCH] : holders;
      return fc
        .record({
          horizon: taste.horizon,
          infrastructure: infrastructureOf(taste, holders, places, hasWeb),
          services: fc
            .array(conditionOf(taste, hasWeb ? [...places, WEB] : places, 2), {
              minLength: 1,
              maxLength: 2,
            })
            .map((all) => Object.fromEntries(all.map((up, index) => [`shop-${index}`, { up }]))),
        })
        .map((file) => ({ version: 'foreshock/v1', ...file }));
    });
}

function infrastructureOf(
  taste: Taste,
  holders: readonly string[],
  places: readonly string[],
  hasWeb: boolean,
) {
  const place = fc.constantFrom(...places);
  const pairs = places.flatMap((one, index) => places.slice(index + 1).map((other) => [one, other]));
  return fc.record(
    {
      units: fc
        .tuple(...places.map((name) => unitOf(taste, holders[holders.indexOf(name) - 1])))
        .map((units) => Object.fromEntries(units.map((unit, index) => [places[index]!, unit]))),
      replicas: hasWeb ? replicasOf(taste, holders) : fc.constant({}),
      links: fc.subarray(pairs),
      crews: crewsOf(taste),
      common_causes: optional(causeOf(taste, hasWeb ? [...places, WEB] : places, holders)).map(
        named('power'),
      ),
      maintenance: taste.isComplete
        ? optional(maintenanceOf(taste, place)).map(named('kernel'))
        : fc.constant({}),
      deployments: taste.isComplete
        ? optional(fc.record({ every: taste.life, bad: taste.share, time_to_roll_back: taste.time })).map(
            named('weekly'),
          )
        : fc.constant({}),
    },
    { requiredKeys: ['units', 'replicas', 'crews'] },
  );
}

const named =
  (name: string) =>
  (value: unknown): object =>
    value === undefined ? {} : { [name]: value };

const unitOf = ({ count, life, time }: Taste, holder: string | undefined): Arbitrary<object> =>
  fc.record(
    {
      count,
      time_to_failure: life,
      time_to_repair: time,
      crew: fc.constantFrom('staff', 'vendor'),
      ...(holder !== undefined && { within: fc.constant(holder) }),
    },
    { requiredKeys: ['count', 'time_to_repair', ...(holder === undefined ? [] : (['within'] as const))] },
  );

const replicasOf = ({ count, life, time }: Taste, holders: readonly string[]): Arbitrary<object> =>
  fc
    .record(
      {
        replicas: count,
        copies: fc.integer({ min: 1, max: 3 }),
        on: fc.constant(holders.at(-1)!),
        spread: fc.constantFrom(...holders),
        needs: fc.subarray(holders.slice(0, 1)),
        time_to_replace: time,
        time_to_failure: life,
        time_to_repair: time,
      },
      { requiredKeys: ['replicas', 'on', 'time_to_replace', 'time_to_repair'] },
    )
    .map(named(WEB));

const crewsOf = ({ time }: Taste): Arbitrary<object> => {
  const crew = fc.record(
    {
      size: fc.constantFrom(1, 2, 1000),
      inspection: time,
      order: fc.constantFrom('first-come', 'random', 'priority', 'first-inspected'),
    },
    { requiredKeys: ['size', 'inspection'] },
  );
  return fc.record({ staff: crew, vendor: crew });
};

/** Everywhere, or within one unit of what holds others. */
function causeOf(
  { life, share }: Taste,
  names: readonly string[],
  holders: readonly string[],
): Arbitrary<object> {
  const cause = { every: life, share };
  const everywhere = fc.record(
    { ...cause, hits: fc.subarray([...names], { minLength: 1 }) },
    { requiredKeys: ['every', 'hits'] },
  );
  const within = holders.slice(0, -1).map((holder, index) => {
    const hits = fc.subarray(holders.slice(index + 1), { minLength: 1 });
    return fc.record(
      { ...cause, hits, within: fc.constant(holder) },
      { requiredKeys: ['every', 'hits', 'within'] },
    );
  });
  return fc.oneof(everywhere, ...within);
}

const maintenanceOf = ({ life, time, count }: Taste, of: Arbitrary<string>): Arbitrary<object> =>
  fc.record(
    { of, every: life, takes: time, at_once: count, careful: fc.boolean() },
    { requiredKeys: ['of', 'every', 'takes'] },
  );

/** @param names of what may be counted, what holds others before these */
function conditionOf(taste: Taste, names: readonly string[], depth: number): Arbitrary<unknown> {
  const { at_least } = taste;
  const name = fc.constantFrom(...names);
  // What moves does not stand in a line.
  const places = names.filter((each) => each !== WEB);
  const simple = [
    name,
    fc.record({ at_least, of: name }),
    fc.record({ at_least, of: fc.subarray([...names], { minLength: 1 }), connected: fc.boolean() }),
    ...places.map((of) => fc.record({ of: fc.constant(of), no_row_of: fc.integer({ min: 1, max: 3 }) })),
  ];
  if (depth === 0) return fc.oneof(...simple);
  const inner = conditionOf(taste, names, depth - 1);
  const several = fc.array(inner, { minLength: 1, maxLength: 3 });
  return fc.oneof(
    ...simple,
    several.map((all) => ({ all })),
    several.map((any) => ({ any })),
    ...places.flatMap((of, index) => {
      const within = of === SWITCH ? [] : names.slice(index + 1).filter((each) => each !== SWITCH);
      if (within.length === 0) return [];
      return [fc.record({ at_least, of: fc.constant(of), where: conditionOf(taste, within, depth - 1) })];
    }),
  );
}
