import { expect, test } from 'vitest';
import { nodeClocks } from '../../src/calibrate/node-clock.ts';
import { syntheticKill } from './synthetic-kill.ts';

const clocksOf = (kills: number, ahead_ms: number) => {
  const seen = Array.from({ length: kills }, (_, index) => syntheticKill(index, { ahead_ms }));
  return nodeClocks(
    seen.flatMap(({ events }) => events),
    seen.flatMap(({ echoes }) => echoes),
  );
};

test.each([
  ['ahead', 1_795_000_000_000],
  ['behind', -20_000],
  ['right', 0],
])('a clock that is %s is found to a few milliseconds', (_, ahead_ms) => {
  expect(Math.abs(clocksOf(20, ahead_ms).get('node-1')! + ahead_ms)).toBeLessThan(2);
});

test('without a write of our own nothing is known of any clock', () => {
  expect(nodeClocks(syntheticKill(0).events, []).size).toBe(0);
});
