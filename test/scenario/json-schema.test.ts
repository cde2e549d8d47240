import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { gameDayJsonSchemaText, jsonSchemaText } from '../../src/scenario/json-schema.ts';
import { TIMING } from '../../src/scenario/timing.ts';
import { SCENARIO } from './files.ts';

const schema = JSON.parse(jsonSchemaText());
const accepts = new Ajv({ strict: true, allErrors: true, allowUnionTypes: true }).compile(schema);

test('the committed schema is the one the code makes; if not, run `npm run schema`', () => {
  expect(readFileSync('schema/scenario.v1.schema.json', 'utf8')).toBe(jsonSchemaText());
  expect(readFileSync('schema/game-day.v1.schema.json', 'utf8')).toBe(gameDayJsonSchemaText());
});

test('it is draft-07, has every timer, and describes every field', () => {
  expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#');
  expect(Object.keys(schema.else.properties.timing.properties)).toEqual(Object.keys(TIMING));
  const undescribed: string[] = [];
  const visit = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, child] of Object.entries(node)) {
      if (key === 'properties') {
        for (const [name, field] of Object.entries(child as Record<string, object>)) {
          if (!('description' in field) && !('$ref' in field)) undescribed.push(`${path}.${name}`);
        }
      }
      visit(child, key === 'properties' ? path : `${path}.${key}`);
    }
  };
  visit(schema, '');
  expect(undescribed).toEqual([]);
});

const SHIPPED = ['scenarios', 'scenarios/plans', 'scenarios/published', 'scenarios/validation'].flatMap(
  (folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.yaml') && !name.endsWith('.k8s.yaml'))
      .map((name) => join(folder, name)),
);

test.each(SHIPPED)('it accepts %s, which names it for editors', (file) => {
  const text = readFileSync(file, 'utf8');
  expect(accepts(parse(text)), JSON.stringify(accepts.errors)).toBe(true);
  const depth = file.split('/').length - 1;
  expect(text.split('\n')[0]).toBe(
    `# yaml-language-server: $schema=${'../'.repeat(depth)}schema/scenario.v1.schema.json`,
  );
});

describe('it rejects', () => {
  test.each([
    ['version: foreshock/v1', 'version: foreshock/v2'],
    ['version: foreshock/v1\n', ''],
    ['load:', 'laod:'],
    ['rate: 100', 'raet: 100'],
    ['rate: 100', 'rate: 0'],
    ['rate: 100', 'rate: 100/m'],
    ['duration: 10s', 'duration: 10'],
    ['duration: 10s', 'duration: 10sec'],
    ['duration: 10s', 'duration: 10s\n  arrivals: poison'],
    ['duration: 10s', 'duration: 10s\n  expected_status: []'],
    ['[deployment.yaml, service.yaml]', '[]'],
    ['pod-kill:', 'pod-kil:'],
    ['      at: 2s\n', '      mode: one\n'],
    ['      at: 2s\n', '      at: 2s\n    container-kill:\n      at: 2s\n'],
    ['faults:', 'objectives: {availability_time: 99.9}\nfaults:'],
    ['faults:', 'timing: {sandbox_strat: 1s}\nfaults:'],
    ['faults:', 'timing: {sandbox_start: {uniform: {min: 1s}}}\nfaults:'],
    ['faults:', 'timing: {sandbox_start: {}}\nfaults:'],
    ['faults:', 'cluster: {kubernetes: 1.35}\nfaults:'],
    ['faults:', 'applications: {web: {on_sigterm: die}}\nfaults:'],
    ['faults:', 'cluster: {nodes: 0}\nfaults:'],
    ['faults:', 'cluster: {nodes: []}\nfaults:'],
    ['faults:', 'cluster: {nodes: [{cpus: 4}]}\nfaults:'],
    ['faults:', 'cluster: {nodes: [{taints: [{key: a, effect: Never}]}]}\nfaults:'],
    ['faults:', 'cluster: {proxy: userspace}\nfaults:'],
    ['faults:', 'cluster: {registry: {bandwidth: 50MiB}}\nfaults:'],
    ['faults:', 'cluster: {registry: {images: {a: {size: 5}}}}\nfaults:'],
    ['faults:', 'cluster: {feature_gates: [AllAlpha]}\nfaults:'],
    ['duration: 10s', 'duration: 10s\n  steps: [{at: 5s}]'],
    ['duration: 10s', 'duration: 10s\n  resolve: hosts'],
    ['pod-kill:', 'node-taint:'],
    ['pod-kill:\n      at: 2s', 'rollout-restart: {at: 2s, mode: one}'],
    ['pod-kill:\n      at: 2s', 'node-loss: {at: 2s, container: a}'],
    ['pod-kill:\n      at: 2s', 'control-plane-outage: {at: 2s, component: etcd}'],
  ])('%j changed to %j', (from, to) => {
    expect(accepts(parse(SCENARIO))).toBe(true);
    expect(SCENARIO).toContain(from);
    expect(accepts(parse(SCENARIO.replace(from, to)))).toBe(false);
  });
});
