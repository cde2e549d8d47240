import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { loadPlan } from '../../../src/scenario/plan/load.ts';
import { PRIOR_NAMES, PRIORS } from '../../../src/scenario/plan/priors.ts';
import { ScenarioError } from '../../../src/scenario/problem.ts';
import { msToDuration } from '../../../src/scenario/units.ts';
import { folderWith } from '../files.ts';
import { PLAN, planFilesWith } from './files.ts';

/** Far more than a test takes; other work may share the machine. */
const PATIENCE_MS = 60_000;

const duration = fc.integer({ min: 60_000, max: 10 * 365 * 86_400_000 }).map(msToDuration);
const time: fc.Arbitrary<unknown> = fc.oneof(
  duration,
  duration.map((mean) => ({ exponential: { mean } })),
  fc
    .tuple(duration, fc.double({ min: 0.5, max: 5, noNaN: true }))
    .map(([scale, shape]) => ({ weibull: { scale, shape } })),
  fc.tuple(duration, fc.integer({ min: 1, max: 9 })).map(([mean, phases]) => ({ erlang: { mean, phases } })),
  fc
    .array(fc.record({ weight: fc.integer({ min: 1, max: 9 }), mean: duration }), {
      minLength: 1,
      maxLength: 3,
    })
    .map((hyperexponential) => ({ hyperexponential })),
  fc
    .tuple(duration, fc.double({ min: 0, max: 2, noNaN: true }))
    .map(([median, sigma]) => ({ lognormal: { median, sigma } })),
);

/** A small number that picks one of what there is at that point. */
const pick = fc.nat(1000);
const count = fc.integer({ min: 1, max: 6 });

interface Choices {
  readonly units: readonly { count: number; within: number; fails: boolean; prior: number; crew: boolean }[];
  readonly times: readonly unknown[];
  readonly replicas: number;
  readonly picks: readonly number[];
  readonly flags: readonly boolean[];
}

const choices: fc.Arbitrary<Choices> = fc.record({
  units: fc.array(fc.record({ count, within: pick, fails: fc.boolean(), prior: pick, crew: fc.boolean() }), {
    minLength: 1,
    maxLength: 6,
  }),
  times: fc.array(time, { minLength: 12, maxLength: 12 }),
  replicas: count,
  picks: fc.array(pick, { minLength: 12, maxLength: 12 }),
  flags: fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
});

const PRIORS_WITH_REPAIR = PRIOR_NAMES.filter((name) => PRIORS[name].time_to_repair !== undefined);

/** A plan in which every name leads somewhere and nothing is asked for that cannot be. */
function written({ units, times, replicas, picks, flags }: Choices) {
  const name = (index: number) => `unit${index}`;
  const kinds = units.map((unit, index) => {
    // Within an earlier one, or within nothing.
    const within = unit.within % (index + 1);
    const prior = PRIORS_WITH_REPAIR[unit.prior % 9];
    return {
      count: unit.count,
      ...(within === index ? {} : { within: name(within) }),
      ...(prior === undefined
        ? unit.fails && { time_to_failure: times[0], time_to_repair: times[1] }
        : { prior }),
      ...(unit.crew ? { crew: 'staff' } : {}),
    };
  });
  const any = (at: number) => name(picks[at]! % units.length);
  const holder = (kind: string): string | undefined => kinds[Number(kind.slice(4))]!.within;
  const total = (kind: string | undefined): number =>
    kind === undefined ? 1 : units[Number(kind.slice(4))]!.count * total(holder(kind));
  const on = any(0);
  const one = any(1);
  const inner = any(2);
  const outer = holder(inner);
  const hit = kinds.findIndex((kind) => 'time_to_repair' in kind);
  const condition = flags[0]
    ? { at_least: 1 + (picks[3]! % total(one)), of: one }
    : { at_least: `${1 + (picks[3]! % 100)}%`, of: flags[1] ? [one, 'web'] : 'web' };
  const nested =
    outer === undefined
      ? { of: one, no_row_of: 1 + (picks[4]! % total(one)) }
      : {
          at_least: 1 + (picks[4]! % total(outer)),
          of: outer,
          where: flags[2] ? inner : { at_least: 1, of: inner },
        };
  const linked = any(5);
  return {
    version: 'foreshock/v1',
    horizon: '1y',
    infrastructure: {
      units: Object.fromEntries(kinds.map((kind, index) => [name(index), kind])),
      replicas: {
        web: {
          replicas,
          copies: 1 + (picks[6]! % 5),
          on,
          ...(holder(on) === undefined ? {} : { spread: holder(on) }),
          time_to_replace: times[2],
          ...(flags[3] ? { needs: [any(7)] } : {}),
          ...(flags[4] ? { time_to_failure: times[3], time_to_repair: times[4] } : {}),
          ...(flags[5] ? { episode: 'scenario.yaml' } : {}),
        },
      },
      links: linked === one ? [] : [[linked, one]],
      crews: {
        staff: {
          size: 1 + (picks[9]! % 3),
          order: ['first-come', 'random', 'priority', 'first-inspected'][picks[8]! % 4],
        },
      },
      common_causes: hit < 0 ? {} : { shock: { every: times[5], hits: [name(hit)], share: '30%' } },
      maintenance: { work: { of: on, every: '9y', takes: '1m', careful: flags[6] } },
      deployments: { version: { every: times[6], bad: '1%', time_to_roll_back: times[7] } },
    },
    services: { shop: { up: { all: [condition, nested, one] } }, other: { up: condition } },
  };
}

const plans = choices.map(written);

/** Writes a plan beside the files of an episode, and removes all of it afterwards. */
function within<Result>(text: string, use: (path: string) => Result): Result {
  const folder = folderWith(planFilesWith({ 'plan.yaml': text }));
  try {
    return use(join(folder, 'plan.yaml'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test(
  'any plan whose names and numbers fit loads, the same every time, with each kind after its holder',
  () => {
    fc.assert(
      fc.property(plans, (file) => {
        within(stringify(file), (path) => {
          const plan = loadPlan(path);
          expect(loadPlan(path)).toEqual(plan);
          expect(plan.units).toHaveLength(Object.keys(file.infrastructure.units).length + 1);
          for (const [index, { name, within: holder, count: number }] of plan.units.entries()) {
            expect(holder ?? -1).toBeLessThan(index);
            if (name === 'web') continue;
            const said = file.infrastructure.units[name]!;
            expect(number).toBe(said.count);
            expect(holder === undefined ? undefined : plan.units[holder]?.name).toBe(said.within);
          }
          // A file is data: what is read of it can be written and sent to another thread.
          expect(structuredClone(plan)).toEqual(plan);
        });
      }),
      { numRuns: 100 },
    );
  },
  PATIENCE_MS,
);

function mustLoadOrExplain(text: string): void {
  within(text, (path) => {
    try {
      loadPlan(path);
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      for (const { position, message, expected = '', hint = '' } of error.problems) {
        expect(position.line).toBeGreaterThanOrEqual(1);
        expect(position.column).toBeGreaterThanOrEqual(1);
        expect(message).not.toMatch(/\[object/);
        expect(`${expected}${hint}`).not.toMatch(
          /\[object|NaN|Infinity|Invalid (?:string|input|key)|undefined|\bnull\b/,
        );
      }
    }
  });
}

describe('a plan that is spoilt loads or is explained, and nothing is thrown but that', () => {
  const texts = fc.oneof(
    fc.constant(PLAN),
    fc
      .constantFrom('edge-and-clouds', 'prism-cluster', 'database')
      .map((name) => readFileSync(`scenarios/plans/${name}.yaml`, 'utf8')),
    plans.map((plan) => stringify(plan)),
  );
  const INSERTED = [
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    '\n',
    '  ',
    '&a ',
    '*a',
    '"',
    '#',
    '%',
    '0',
    '-',
    '\u0000',
    'é',
    'node',
    'zone',
  ];

  test(
    'characters dropped, inserted and moved',
    () => {
      const edit = fc.tuple(fc.nat(), fc.nat(12), fc.constantFrom('', ...INSERTED));
      fc.assert(
        fc.property(texts, fc.array(edit, { minLength: 1, maxLength: 4 }), (original, edits) => {
          let text = original;
          for (const [where, dropped, inserted] of edits) {
            const at = where % (text.length + 1);
            text = text.slice(0, at) + inserted + text.slice(at + dropped);
          }
          mustLoadOrExplain(text);
        }),
        { numRuns: 300 },
      );
    },
    PATIENCE_MS,
  );

  test(
    'values replaced by anything at all, names among them',
    () => {
      const anything = fc.oneof(
        fc.jsonValue({ maxDepth: 2 }),
        fc.constantFrom(
          ...[
            'node',
            'zone',
            'web',
            'shop',
            'staff',
            '__proto__',
            'constructor',
            'toString',
            '',
            '-1s',
            '1e400',
            '100y',
            '0s',
            '0%',
            '100%',
          ],
          ...[Number.POSITIVE_INFINITY, Number.NaN, 2 ** 53, 0, -1, 0.5],
        ),
      );
      const steps = fc.array(fc.nat(), { minLength: 1, maxLength: 9 });
      fc.assert(
        fc.property(texts, steps, anything, fc.boolean(), (text, path, value, asKey) => {
          const file: unknown = parse(text);
          let at = file;
          for (const [depth, step] of path.entries()) {
            if (typeof at !== 'object' || at === null) break;
            const keys = Object.keys(at);
            const key = keys[step % keys.length];
            if (key === undefined) break;
            const record = at as Record<string, unknown>;
            if (depth === path.length - 1 || typeof record[key] !== 'object') {
              if (asKey && typeof value === 'string') {
                Object.defineProperty(record, value, {
                  value: record[key],
                  enumerable: true,
                  configurable: true,
                  writable: true,
                });
              } else record[key] = value;
            }
            at = record[key];
          }
          mustLoadOrExplain(stringify(file));
        }),
        { numRuns: 400 },
      );
    },
    PATIENCE_MS,
  );
});
