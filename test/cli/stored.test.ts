import { expect, test } from 'vitest';
import { isStored, misfit } from '../../src/cli/stored.ts';
import { COMPARISONS } from '../report/comparison/examples.ts';
import { EXAMPLES } from '../report/examples.ts';
import { PLAN_EXAMPLES } from '../report/plan/examples.ts';

const KINDS = ['prediction', 'measurement', 'verdict'] as const;
const results = [
  ...Object.values(EXAMPLES).flatMap((example) =>
    KINDS.flatMap((kind) => (example[kind] === undefined ? [] : [{ kind, result: example[kind] }])),
  ),
  ...Object.values(COMPARISONS).map((result) => ({ kind: 'comparison' as const, result })),
  ...Object.values(PLAN_EXAMPLES).flatMap(({ prediction, curve }) => [
    { kind: 'plan-prediction' as const, result: prediction },
    ...(curve === undefined ? [] : [{ kind: 'plan-curve' as const, result: curve }]),
  ]),
];
/** What a method may not know. */
const OPTIONAL: Readonly<Record<string, readonly string[]>> = { 'plan-prediction': ['repairs', 'stop'] };
const asRead = (result: object) => JSON.parse(JSON.stringify(result));

test('takes every result as it is stored, and with fields that it does not know', () => {
  for (const { kind, result } of results) {
    expect(isStored(kind, asRead(result)), misfit(kind, asRead(result))).toBe(true);
    expect(isStored(kind, { ...asRead(result), more: 1 })).toBe(true);
  }
});

test('names the field that a result lacks, whichever it is', () => {
  for (const { kind, result } of results) {
    for (const field of Object.keys(result).filter((name) => !OPTIONAL[kind]?.includes(name))) {
      const { [field]: _left, ...rest } = asRead(result);
      expect(isStored(kind, rest)).toBe(false);
      expect(misfit(kind, rest)).toBe(field);
    }
  }
});
