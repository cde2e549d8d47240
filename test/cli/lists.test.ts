import { expect, test } from 'vitest';
import { joinLists, LISTS } from '../../src/cli/lists.ts';
import { OPTIONS } from '../../src/cli/options.ts';

const joined = (text: string) => joinLists(text.split(' ')).join(' ');

test('a list that is given twice is one list', () => {
  expect(joined('calibrate a.yaml --from x y --kills 0 --from=z')).toBe(
    'calibrate a.yaml --kills 0 --from x y z',
  );
});

test('what is no list stays as it was, where it was', () => {
  expect(joined('predict a.yaml --seed 1 --seed 2')).toBe('predict a.yaml --seed 1 --seed 2');
  expect(joined('calibrate --from x -- --from y')).toBe('calibrate --from x -- --from y');
});

test('a list without a value is left for the parser to complain of', () => {
  expect(joined('calibrate a.yaml --from')).toBe('calibrate a.yaml --from');
});

test('of an option that takes one value at a time, what follows is none of it', () => {
  expect(joined('predict --vary a=1 a.yaml --vary=b=2 --seed 1')).toBe(
    'predict a.yaml --seed 1 --vary a=1 b=2',
  );
});

test('every list is known as one', () => {
  const lists = Object.values(OPTIONS).flatMap((options) =>
    Object.entries(options).flatMap(([name, option]) => ('array' in option ? [name] : [])),
  );
  expect([...new Set(lists)].toSorted()).toEqual(Object.keys(LISTS).toSorted());
});
