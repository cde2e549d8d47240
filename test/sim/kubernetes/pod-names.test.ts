import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ordinalOf,
  podName,
  podNameOfKind,
  podNameOfOrdinal,
  shownName,
} from '../../../src/sim/kubernetes/pod-names.ts';

describe('names of pods', () => {
  it('sort as they were made', () => {
    const names = [1, 2, 10, 100].map((number) => podName('web', number));
    expect([...names].sort()).toEqual(names);
  });

  it('differ between kinds of the same name', () => {
    const names = [
      podName('web', 1),
      podNameOfKind('Job', 'web', 1),
      podNameOfKind('DaemonSet', 'web', 1),
      podNameOfOrdinal('web', 1, 1),
    ];
    expect(new Set(names).size).toBe(4);
  });

  it('of a StatefulSet are shown without the life they are in, and keep their ordinal', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z][a-z0-9-]{0,10}$/),
        fc.nat(1000),
        fc.integer({ min: 1, max: 99 }),
        (set, ordinal, life) => {
          const name = podNameOfOrdinal(set, ordinal, life);
          expect(shownName(name)).toBe(`${set}-${ordinal}`);
          expect(ordinalOf(name)).toBe(ordinal);
          expect(name === podNameOfOrdinal(set, ordinal, life + 1)).toBe(false);
        },
      ),
    );
  });
});
