import { expect, test } from 'vitest';
import { stream } from '../../src/scenario/random.ts';

const take = (random: () => number, count = 5) => Array.from({ length: count }, random);

test('a stream is the same whenever its seed, trial and purpose are', () => {
  expect(take(stream('1', 2, 'victims/0/0'))).toEqual(take(stream('1', 2, 'victims/0/0')));
});

test('a stream keeps its numbers over versions of foreshock', () => {
  expect(take(stream('foreshock', 0, 'arrivals'), 3)).toMatchInlineSnapshot(`
    [
      0.38846621895208955,
      0.6274282415397465,
      0.03172095865011215,
    ]
  `);
});

test('seed, trial and purpose each give another stream', () => {
  const first = take(stream('1', 0, 'arrivals'));
  expect(take(stream('2', 0, 'arrivals'))).not.toEqual(first);
  expect(take(stream('1', 1, 'arrivals'))).not.toEqual(first);
  expect(take(stream('1', 0, 'victims/0/0'))).not.toEqual(first);
});
