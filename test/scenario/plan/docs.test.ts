import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { EXIT } from '../../../src/scenario/errors.ts';
import { planJsonSchema } from '../../../src/scenario/json-schema.ts';
import { loadPlan } from '../../../src/scenario/plan/load.ts';
import { filesWith, folderWith, SCENARIO } from '../files.ts';

const text = readFileSync('docs/plan.md', 'utf8');
const example = /```yaml\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
const schema = JSON.parse(JSON.stringify(planJsonSchema()));
const EPISODES = ['node-loss', 'container-kill', 'drain', 'rollout'];

const loaded = (plan: string) => {
  const episodes = Object.fromEntries(EPISODES.map((name) => [`${name}.yaml`, SCENARIO]));
  return loadPlan(join(folderWith(filesWith({ ...episodes, 'plan.yaml': plan })), 'plan.yaml'));
};

test('the example of docs/plan.md loads', () => {
  const plan = loaded(example);
  expect(plan.units.map(({ name }) => name)).toEqual(['zone', 'node', 'control-plane', 'router', 'web']);
  expect(plan.episodes.map(({ name }) => name).sort()).toEqual([...EPISODES].sort());
});

test('the example shows every section, and every field of infrastructure', () => {
  const shown = parse(example);
  expect(Object.keys(shown).sort()).toEqual(Object.keys(schema.properties).sort());
  const sections = schema.properties.infrastructure.properties;
  expect(Object.keys(shown.infrastructure)).toEqual(Object.keys(sections));
  for (const [name, section] of Object.entries<{ additionalProperties?: { properties: object } }>(sections)) {
    const fields = Object.keys(section.additionalProperties?.properties ?? {});
    const used = Object.values(shown.infrastructure[name]).flatMap((entry) => Object.keys(entry as object));
    expect(fields.filter((field) => !used.includes(field) && field !== 'crew')).toEqual([]);
  }
});

test('every condition it lists loads with the example', () => {
  const [, table = ''] = /\| condition \|[^\n]*\n\|---\|---\|\n([\s\S]*?)\n\n/.exec(text) ?? [];
  const conditions = [...table.matchAll(/^\| `([^`]+)`/gm)].map(([, condition]) => condition!);
  expect(conditions.length).toBeGreaterThanOrEqual(10);
  for (const condition of conditions) {
    const plan = loaded(example.replace(/up: .*/, `up: ${condition}`));
    expect(plan.services).toHaveLength(1);
  }
});

test('the reference names every field and every word that a field may be', () => {
  const words = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, child] of Object.entries(node)) {
      if (key === 'properties') for (const name of Object.keys(child)) words.add(name);
      if (key === 'enum') for (const word of child as string[]) words.add(word);
      visit(child);
    }
  };
  // Distributions are described in docs/scenario.md.
  const { 'plan-distribution': _, time: _too, ...definitions } = schema.definitions;
  visit({ properties: schema.properties, definitions });
  expect(words.size).toBeGreaterThan(50);
  const missing = [...words].filter((word) => !new RegExp(`(^|[\`.{ ])${word}[\`:.]`, 'm').test(text));
  expect(missing).toEqual([]);
});

test('its links lead somewhere, and the exit code it states is that of the code', () => {
  for (const [, path = ''] of text.matchAll(/\]\(([^)#]+)[^)]*\)/g))
    expect(existsSync(join('docs', path))).toBe(true);
  expect(text).toContain(`the exit code is ${EXIT.configuration}`);
});
