import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stream } from '../../src/scenario/random.ts';
import type { FaultMode } from '../../src/scenario/scenario.ts';
import { chooseVictims, victimsMax } from '../../src/scenario/selection.ts';

const MODES: readonly FaultMode[] = ['one', 'all', 'fixed', 'fixed-percent', 'random-max-percent'];
const pods = (count: number): string[] =>
  Array.from({ length: count }, (_, k) => `web-${String(k).padStart(2, '0')}`);
const random = (seed: number) => stream(String(seed), 0, 'victims');

const choice = fc.record({
  candidates: fc.integer({ min: 0, max: 30 }).map(pods),
  mode: fc.constantFrom(...MODES),
  value: fc.integer({ min: 1, max: 100 }),
  seed: fc.nat(),
});

describe('victims', () => {
  test('are candidates, each once, in their order, and never more than asked', () => {
    fc.assert(
      fc.property(choice, ({ candidates, mode, value, seed }) => {
        const victims = chooseVictims(candidates, mode, value, random(seed));
        expect(candidates.filter((name) => victims.includes(name))).toEqual(victims);
        expect(victims.length).toBeLessThanOrEqual(victimsMax(candidates.length, mode, value));
        if (mode !== 'random-max-percent') {
          expect(victims).toHaveLength(victimsMax(candidates.length, mode, value));
        }
      }),
    );
  });

  test('are the same for the same draws', () => {
    fc.assert(
      fc.property(choice, ({ candidates, mode, value, seed }) => {
        expect(chooseVictims(candidates, mode, value, random(seed))).toEqual(
          chooseVictims(candidates, mode, value, random(seed)),
        );
      }),
    );
  });

  test('are chosen evenly: each of 5 pods is hit by 2 of 5 kills, within 5 standard errors', () => {
    const hits = new Map<string, number>();
    const draw = random(1);
    const runs = 10_000;
    for (let run = 0; run < runs; run++) {
      for (const name of chooseVictims(pods(5), 'fixed', 2, draw)) hits.set(name, (hits.get(name) ?? 0) + 1);
    }
    const error = Math.sqrt((0.4 * 0.6) / runs);
    for (const name of pods(5)) expect(Math.abs((hits.get(name) ?? 0) / runs - 0.4)).toBeLessThan(5 * error);
  });

  test('of random-max-percent follow a share drawn evenly from 0 to the value', () => {
    const draw = random(2);
    const counts = [0, 0, 0, 0, 0];
    const runs = 10_000;
    for (let run = 0; run < runs; run++)
      counts[chooseVictims(pods(4), 'random-max-percent', 99, draw).length]! += 1;
    // 0 %, 1-25 %, 26-50 %, 51-75 % and 76-99 % of 4 pods are 0, 1, 2, 3 and 4 of them.
    const shares = [0.01, 0.25, 0.25, 0.25, 0.24];
    for (const [hit, share] of shares.entries())
      expect(Math.abs(counts[hit]! / runs - share)).toBeLessThan(0.025);
    // 0 % and 1 % are equally likely: half of the acts hit one pod of 100.
    let hits = 0;
    for (let run = 0; run < runs; run++)
      hits += chooseVictims(pods(100), 'random-max-percent', 1, draw).length;
    expect(Math.abs(hits / runs - 0.5)).toBeLessThan(0.025);
  });
});

/** Values worked out by hand from Chaos Mesh's rules: math.Ceil(count * percentage / 100), and min(count, fixed). */
test.each([
  ['one', undefined, 3, 1],
  ['one', undefined, 0, 0],
  ['all', undefined, 3, 3],
  ['fixed', 2, 3, 2],
  ['fixed', 5, 3, 3],
  ['fixed-percent', 50, 3, 2],
  ['fixed-percent', 33, 3, 1],
  ['fixed-percent', 34, 3, 2],
  ['fixed-percent', 99, 3, 3],
  ['fixed-percent', 1, 3, 1],
  ['fixed-percent', 100, 3, 3],
  ['fixed-percent', 29, 100, 29],
  ['random-max-percent', 50, 3, 2],
] as const)('mode %s with value %s of %i pods is at most %i', (mode, value, candidates, expected) => {
  expect(victimsMax(candidates, mode, value)).toBe(expected);
});
