import { readdirSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { jsonSchemaText } from '../../../src/scenario/json-schema.ts';
import { loadScenario } from '../../../src/scenario/load.ts';
import { PRIOR_NAMES } from '../../../src/scenario/plan/priors.ts';
import { SCENARIO } from '../files.ts';
import { changed } from '../mutation.ts';
import { PLAN } from './files.ts';

const schema = JSON.parse(jsonSchemaText());
const accepts = new Ajv({ strict: true, allErrors: true, allowUnionTypes: true }).compile(schema);
const isAccepted = (text: string): boolean => accepts(parse(text));

test('experiments and plans are accepted by the one schema, and told apart by `infrastructure`', () => {
  expect(isAccepted(PLAN)).toBe(true);
  expect(isAccepted(SCENARIO)).toBe(true);
  expect(isAccepted(changed(PLAN, 'infrastructure:', 'infrastucture:'))).toBe(false);
  expect(isAccepted(`${SCENARIO}infrastructure: {}\n`)).toBe(false);
});

test('of a plan, a mistake is told against the format of plans alone', () => {
  accepts(parse(`${PLAN}faults: []\n`));
  const told = accepts.errors?.map(({ schemaPath }) => schemaPath) ?? [];
  expect(told.some((path) => path.startsWith('#/then/'))).toBe(true);
  expect(told.some((path) => path.startsWith('#/else/'))).toBe(false);
});

test('editors offer every prior by name', () => {
  expect(
    schema.then.properties.infrastructure.properties.units.additionalProperties.properties.prior.enum,
  ).toEqual(PRIOR_NAMES);
});

describe('of a plan it rejects', () => {
  test.each([
    ['version: foreshock/v1', 'version: foreshock/v2'],
    ['services:\n', 'load: {rate: 1, duration: 1s}\nservices:\n'],
    ['services:\n', 'horizon: 365\nservices:\n'],
    ['    switch:', '    1switch:'],
    ['count: 2', 'count: 0'],
    ['count: 2', 'cuont: 2'],
    ['time_to_failure: 1y', 'time_to_failure: 1 year'],
    ['time_to_failure: 1y', 'time_to_failure: {weibull: {scale: 1y}}'],
    ['time_to_failure: 1y', 'time_to_failure: {erlang: {mean: 1y, phases: 0}}'],
    ['time_to_failure: 1y', 'time_to_failure: {hyperexponential: []}'],
    ['time_to_failure: 1y', 'prior: google'],
    ['replicas: 3', 'replica: 3'],
    [' on: node,', ''],
    ['[[node, switch]]', '[[node]]'],
    ['{size: 2}', '{order: last-come}'],
    ['hits: [node]', 'hits: []'],
    ['share: 50%', 'share: 50'],
    ['takes: 20m', 'takes: 20'],
    [' bad: 2%,', ''],
    ['{at_least: 2, of: web}', '{atleast: 2, of: web}'],
    ['{at_least: 2, of: web}', '{at_least: 0, of: web}'],
    ['{at_least: 2, of: web}', '{any: []}'],
    ['{at_least: 2, of: web}', '{all: [{any: [{off: web}]}]}'],
    ['{at_least: 2, of: web}', '[web]'],
    ['availability: 99.9%', 'availability_time: 99.9%'],
  ])('%j changed to %j', (from, to) => {
    expect(isAccepted(changed(PLAN, from, to))).toBe(false);
  });
});

const EPISODES = readdirSync('scenarios/plans/shop-3-zones').map(
  (name) => `scenarios/plans/shop-3-zones/${name}`,
);

test.each(EPISODES)('the episode %s is an experiment that loads', (file) => {
  const scenario = loadScenario(file);
  expect(scenario.faults).toHaveLength(1);
  expect(scenario.ignored).toEqual([]);
});
