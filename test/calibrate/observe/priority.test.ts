import { getPriority } from 'node:os';
import { expect, test } from 'vitest';
import { lookFirst } from '../../../src/calibrate/observe/priority.ts';

test('an observer is as important as it may be, and afterwards what it was', () => {
  const before = getPriority();
  const putBack = lookFirst();
  expect(getPriority()).toBeLessThanOrEqual(before);
  putBack();
  expect(getPriority()).toBe(before);
});
