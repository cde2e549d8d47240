import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { didYouMean, editDistance, nearest } from '../../src/scenario/nearest.ts';

const FIELDS = ['service', 'port', 'path', 'rate', 'arrivals', 'duration', 'timeout', 'latency_limit'];

describe('the nearest name', () => {
  test.each([
    ['raet', 'rate'],
    ['Rate', 'rate'],
    ['rte', 'rate'],
    ['durations', 'duration'],
    ['latencylimit', 'latency_limit'],
    ['servise', 'service'],
  ])('%s is taken for %s', (name, meant) => {
    expect(nearest(name, FIELDS)).toBe(meant);
  });

  test.each(['budget', 'x', ''])('"%s" is taken for nothing', (name) => {
    expect(nearest(name, FIELDS)).toBeUndefined();
  });

  test.each([
    ['kill-pod', 'did you mean `pod-kill`?'],
    ['drain', 'did you mean `node-drain`?'],
    ['kill', 'did you mean `pod-kill`, `container-kill` or `sandbox-kill`?'],
    ['availability', 'did you mean `availability_time` or `availability_requests`?'],
    ['node', undefined],
    ['', undefined],
  ])('of the same words: %s', (name, says) => {
    const names = [
      ...['pod-kill', 'container-kill', 'sandbox-kill', 'availability_time', 'availability_requests'],
      ...['node-drain', 'node-loss', 'node-taint', 'node-cordon'],
    ];
    expect(didYouMean(name, names)).toBe(says);
  });

  test('is found for every name with one letter changed, dropped, added or two swapped', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...FIELDS),
        fc.nat(),
        fc.constantFrom('change', 'drop', 'add', 'swap'),
        (name, at, how) => {
          const i = at % (name.length - 1);
          const typo = {
            change: `${name.slice(0, i)}#${name.slice(i + 1)}`,
            drop: name.slice(0, i) + name.slice(i + 1),
            add: `${name.slice(0, i)}#${name.slice(i)}`,
            swap: name.slice(0, i) + name[i + 1] + name[i] + name.slice(i + 2),
          }[how];
          expect(editDistance(typo, name)).toBeLessThanOrEqual(1);
          expect(nearest(typo, FIELDS)).toBe(name);
        },
      ),
    );
  });
});

test.each([
  ['', '', 0],
  ['a', '', 1],
  ['ab', 'ba', 1],
  ['kitten', 'mitten', 1],
  ['kitten', 'sitting', 3],
  ['rate', 'late_limit', 3],
])('from "%s" to "%s" it is %i edits, more than 3 counting as 3', (a, b, distance) => {
  expect(Math.min(editDistance(a, b), 3)).toBe(distance);
});
