import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scaledTo } from '../../src/scenario/scaled-to.ts';

test.each([
  [4, 0, 0],
  [4, 7, 7],
  [4, { by: -1, unit: 'pods' }, 3],
  [4, { by: 2, unit: 'pods' }, 6],
  [4, { by: -9, unit: 'pods' }, 0],
  [4, { by: -50, unit: 'percent' }, 2],
  [3, { by: -50, unit: 'percent' }, 1],
  [3, { by: 50, unit: 'percent' }, 5],
  [10, { by: -30, unit: 'percent' }, 7],
  [3, { by: -1, unit: 'percent' }, 2],
  [5, { by: -100, unit: 'percent' }, 0],
] as const)('%i scaled to %j are %i', (present, replicas, to) => {
  expect(scaledTo(present, replicas)).toBe(to);
});

test('a share of any pods changes at least one of them, and never leaves fewer than none', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1000 }),
      fc.integer({ min: -500, max: 500 }).filter((by) => by !== 0),
      (present, by) => {
        const to = scaledTo(present, { by, unit: 'percent' });
        expect(Math.sign(to - present)).toBe(Math.sign(by));
        expect(to).toBeGreaterThanOrEqual(0);
        expect(Math.abs(to - present)).toBeLessThan((present * Math.abs(by)) / 100 + 1);
      },
    ),
  );
});
