import { expect, it } from 'vitest';
import { partsOf } from './parts.ts';

const NOTHING = { reaction: 0, scheduling: 0, start: 0, readiness: 0, endpoint: 0, route: 0, other: 0 };

it('holds a part within a quarter of the measured one, or two hundredths of a second; leaves out what is nothing', () => {
  const predicted = [
    { ...NOTHING, start: 1250, readiness: 1000, endpoint: 40, route: 5 },
    { ...NOTHING, start: 1250, readiness: 1000, endpoint: 40, route: 5 },
  ];
  const measured = [{ ...NOTHING, start: 1000, readiness: 750, endpoint: 21, route: 19 }];
  expect(partsOf(predicted, measured).map(({ phase, held }) => [phase, held])).toEqual([
    ['start', true],
    ['readiness', false],
    ['endpoint', true],
  ]);
});
