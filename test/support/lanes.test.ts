import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inLanes } from './lanes.ts';

test('so many go on at a time, in their order, and one that fails ends no other', async () => {
  const gates = new Map([1, 2, 3].map((each) => [each, Promise.withResolvers<void>()]));
  const begun: [each: number, lane: number][] = [];
  const ends = inLanes([1, 2, 3], 2, async (each, lane) => {
    begun.push([each, lane]);
    await gates.get(each)?.promise;
    return each * 10;
  });
  await turn();
  expect(begun).toEqual([
    [1, 0],
    [2, 1],
  ]);
  gates.get(2)?.reject(new Error('two'));
  await turn();
  expect(begun.at(-1)).toEqual([3, 1]);
  gates.get(3)?.resolve();
  expect(await ends.get(3)).toBe(30);
  gates.get(1)?.resolve();
  expect(await ends.get(1)).toBe(10);
  await expect(ends.get(2)).rejects.toThrow('two');
});
