import { describe, expect, test } from 'vitest';
import type { Selector } from '../../src/scenario/scenario.ts';
import { selectorText, selects } from '../../src/scenario/selector.ts';

const one = (key: string, operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist', ...values: string[]) => [
  { key, operator, values },
];

describe('a selector selects', () => {
  test.each<[string, Selector, boolean]>([
    ['all labels there', { app: 'web' }, true],
    ['one label with another value', { app: 'web', tier: 'back' }, false],
    ['no labels at all: everything', {}, true],
    ['In, the value among them', one('app', 'In', 'api', 'web'), true],
    ['In, the value not among them', one('app', 'In', 'api'), false],
    ['In, without the label', one('zone', 'In', ''), false],
    ['NotIn, the value among them', one('app', 'NotIn', 'api', 'web'), false],
    ['NotIn, the value not among them', one('app', 'NotIn', 'api'), true],
    ['NotIn, without the label', one('zone', 'NotIn', 'a'), true],
    ['Exists', one('tier', 'Exists'), true],
    ['Exists, without the label', one('zone', 'Exists'), false],
    ['Exists of what every object of JavaScript has', one('constructor', 'Exists'), false],
    ['DoesNotExist', one('tier', 'DoesNotExist'), false],
    ['DoesNotExist, without the label', one('zone', 'DoesNotExist'), true],
    ['several, all of them', [...one('app', 'Exists'), ...one('tier', 'In', 'front')], true],
    ['several, not all of them', [...one('app', 'Exists'), ...one('tier', 'In', 'back')], false],
  ])('%s', (_, selector, expected) => {
    expect(selects(selector, { app: 'web', tier: 'front' })).toBe(expected);
  });
});

test('is written as the API server takes it', () => {
  expect(selectorText({ app: 'web', tier: 'front' })).toBe('app=web,tier=front');
  expect(
    selectorText([
      ...one('app', 'In', 'a', 'b'),
      ...one('tier', 'NotIn', 'back'),
      ...one('zone', 'Exists'),
      ...one('canary', 'DoesNotExist'),
    ]),
  ).toBe('app in (a,b),tier notin (back),zone,!canary');
});
