import { describe, expect, it } from 'vitest';
import { podsOf } from '../../../src/sim/kubernetes/int-or-percent.ts';

describe('podsOf', () => {
  it.each([
    [{ pods: 3 }, 10, 'up', 3],
    [{ pods: 30 }, 10, 'down', 30],
    [{ percent: 25 }, 10, 'up', 3],
    [{ percent: 25 }, 10, 'down', 2],
    [{ percent: 30 }, 10, 'up', 3],
    [{ percent: 30 }, 10, 'down', 3],
    [{ percent: 1 }, 0, 'up', 0],
    [{ percent: 100 }, 7, 'down', 7],
    // Exact in whole percent: 7 % of 100 is no 7.000000000000001.
    [{ percent: 7 }, 100, 'up', 7],
  ] as const)('%j of %i, rounded %s, is %i', (value, total, rounded, expected) => {
    expect(podsOf(value, total, rounded)).toBe(expected);
  });
});
