import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { EXIT } from '../../src/scenario/errors.ts';
import { experimentJsonSchema } from '../../src/scenario/json-schema.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { APPLICATION_DEFAULTS } from '../../src/scenario/schema/application.ts';
import { filesWith, folderWith, SCENARIO } from './files.ts';

const text = readFileSync('docs/scenario.md', 'utf8');
const example = /```yaml\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
const schema = JSON.parse(JSON.stringify(experimentJsonSchema()));

test('the example of docs/scenario.md loads', () => {
  const folder = folderWith({});
  cpSync('scenarios/nginx-x2', join(folder, 'nginx-x2'), { recursive: true });
  writeFileSync(join(folder, 'example.yaml'), example);
  const scenario = loadScenario(join(folder, 'example.yaml'));
  expect(scenario.name).toBe('nginx-x2');
  expect(scenario.faults.map(({ type, at_ms }) => [type, at_ms])).toEqual([
    ['pod-kill', [2000]],
    ['container-kill', [8000, 11_000]],
  ]);
});

test('the faults of docs/faults.md load', () => {
  const page = readFileSync('docs/faults.md', 'utf8');
  const [, faults = ''] = /```yaml\n(faults:\n[\s\S]*?)```/.exec(page) ?? [];
  const base = parse(SCENARIO);
  const scenario = { ...base, load: { ...base.load, duration: '2m' }, ...parse(faults) };
  const folder = folderWith(filesWith({ 'scenario.yaml': stringify(scenario) }));
  expect(loadScenario(join(folder, 'scenario.yaml')).faults.map(({ type }) => type)).toEqual([
    'http-abort',
    'http-delay',
  ]);
});

test('the cluster of docs/scenario.md loads', () => {
  const [, cluster = ''] = /```yaml\n(cluster:\n[\s\S]*?)```/.exec(text) ?? [];
  const folder = folderWith(filesWith({ 'scenario.yaml': `${SCENARIO}${cluster}` }));
  const { nodes } = loadScenario(join(folder, 'scenario.yaml')).cluster;
  expect(nodes.map(({ zone }) => zone).join('')).toBe('aabcabccc');
});

test('the example shows every section and every field of the load', () => {
  const shown = parse(example);
  expect(Object.keys(shown).sort()).toEqual(Object.keys(schema.properties).sort());
  expect(Object.keys(shown.load).sort()).toEqual(Object.keys(schema.properties.load.properties).sort());
  expect(Object.keys(shown.objectives).sort()).toEqual(
    Object.keys(schema.properties.objectives.properties).sort(),
  );
});

test('the reference names every field but the timers, and every word that a field may be', () => {
  const words = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, child] of Object.entries(node)) {
      if (key === 'properties') for (const name of Object.keys(child)) words.add(name);
      if (key === 'enum') for (const word of child as string[]) words.add(word);
      visit(child);
    }
  };
  const { timing: _timers, ...modelled } = schema.properties;
  visit({ properties: modelled, definitions: schema.definitions });
  expect(words.size).toBeGreaterThan(50);
  const missing = [...words].filter((word) => !new RegExp(`(^|[\`.{ ])${word}[\`:.]`, 'm').test(text));
  expect(missing).toEqual([]);
});

test('the defaults and the exit code it states are those of the code', () => {
  for (const [name, { text: value }] of Object.entries(APPLICATION_DEFAULTS)) {
    const row = text.split('\n').find((line) => line.startsWith(`| \`${name}\``)) ?? '';
    const number = /\d+(ms)?|exit/.exec(value)?.[0] ?? '';
    expect(row).toContain(number);
  }
  expect(text).toContain(`the exit code is ${EXIT.configuration}`);
});
