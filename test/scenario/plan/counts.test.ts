import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadPlan } from '../../../src/scenario/plan/load.ts';

let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'foreshock-counts-'));
  file = join(folder, 'shop.yaml');
  writeFileSync(
    file,
    `version: foreshock/v1
infrastructure:
  units:
    zone: &kind {count: 3, time_to_failure: {exponential: {mean: 2y}}, time_to_repair: 2h}
    region: *kind
    node: {within: zone, time_to_failure: {exponential: {mean: 1y}}, time_to_repair: 20m}
  replicas:
    web: {replicas: 4, copies: 2, on: node, spread: zone, time_to_replace: 30s}
services:
  shop: {up: {at_least: 50%, of: web}}
  some: {up: {at_least: 2, of: web}}
  all: {up: zone}
`,
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

const counted = (counts: Record<string, number>) => loadPlan(file, { counts });
const countOf = (counts: Record<string, number>, name: string) =>
  counted(counts).units.find((unit) => unit.name === name)?.count;

describe('other counts than the file has', () => {
  test('stand for its units, also where it leaves them open, and for its replicas', () => {
    expect([countOf({ zone: 2 }, 'zone'), countOf({ node: 5 }, 'node'), countOf({ web: 3 }, 'web')]).toEqual([
      2, 5, 3,
    ]);
    expect(counted({ web: 3 }).units.find(({ name }) => name === 'web')?.placed?.copies).toBe(2);
  });

  test('leave the rest as it is, aliases too', () => {
    expect(countOf({ zone: 2 }, 'region')).toBe(3);
    expect(counted({})).toEqual(loadPlan(file));
  });

  test('carry shares, and all, with them', () => {
    const conditions = (counts: Record<string, number>) =>
      counted(counts).services.map(({ up }) => (up.kind === 'units' ? up.at_least : undefined));
    expect(conditions({})).toEqual([4, 2, 3]);
    expect(conditions({ web: 3, zone: 5 })).toEqual([3, 2, 5]);
  });

  test('are held to what a file is held to, at its place', () => {
    expect(() => counted({ web: 0 })).toThrow(/shop\.yaml:8:21: /);
    expect(() => counted({ zone: 3_000_000 })).toThrow(/shop\.yaml:4:25: /);
    expect(() => counted({ node: 0 })).toThrow(/shop\.yaml:6:11: /);
  });

  test('of what is not there are refused, with what may have been meant', () => {
    expect(() => counted({ zones: 2 })).toThrow('no units and no workload `zones`');
    expect(() => counted({ zones: 2 })).toThrow(expect.objectContaining({ hint: 'did you mean zone?' }));
    expect(() => counted({ rack: 2 })).toThrow(
      expect.objectContaining({ hint: 'it has zone, region, node, web' }),
    );
  });
});
