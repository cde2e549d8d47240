import { describe, expect, it } from 'vitest';
import type { Crew } from '../../../../src/scenario/plan.ts';
import { planChain } from '../../../../src/sim/exact/plan/by-chain.ts';
import { atLeast, hours, planOf } from './plans.ts';

/** Three kinds of 5, 3 and 2 units, the last with a time to failure of two phases, and one crew for all. */
const plan = (order: Crew['order'], size: number) =>
  planOf({
    units: [
      { name: 'a', count: 5, time_to_failure: hours(50), crew: 0 },
      { name: 'b', count: 3, time_to_failure: hours(70), crew: 0 },
      {
        name: 'c',
        count: 2,
        time_to_failure: { kind: 'erlang', mean_ms: 1e9, phases: 2 },
        crew: 0,
      },
    ],
    crews: [{ order, size }],
    services: [atLeast(4, 0)],
  });

function states(order: Crew['order'], size: number, states_max?: number): number | string {
  const { services, ...rest } = plan(order, size);
  const built = planChain({ services, ...rest }, [0, 1, 2], [services[0]!.up], new Set(), { states_max });
  return 'refused' in built ? built.refused : built.chain.size;
}

describe('how many states a chain will have', () => {
  it('is known beforehand: what is refused with a number has that many', () => {
    for (const [order, size] of [
      ['first-come', 1],
      ['first-come', 3],
      ['random', 2],
      ['priority', 1],
    ] as const) {
      const found = states(order, size) as number;
      const digits = Math.floor(Math.log10(found));
      const words = `about ${Math.round(found / 10 ** digits)}e${digits}`;
      expect(states(order, size, found - 1)).toBe(`its Markov chain would have ${words} states`);
      expect(states(order, size, found)).toBe(found);
    }
  });

  it('is far less where it does not matter who came first', () => {
    expect(states('random', 1)).toBeLessThan((states('first-come', 1) as number) / 20);
  });
});
