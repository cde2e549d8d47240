import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Configuration } from './configurations.ts';
import { inTurns, phasesOf } from './measure-all.ts';

const waiting: Configuration = { name: 'waiting', title: '', timer_bound: true };
const busy: Configuration = { name: 'busy', title: '' };

describe('phasesOf', () => {
  it('measures one after the other where there is one job', () => {
    expect(phasesOf([waiting, busy], 1)).toEqual({ together: [], alone: [waiting, busy] });
  });

  it('measures beside others only what mostly waits', () => {
    expect(phasesOf([busy, waiting], 4)).toEqual({ together: [waiting], alone: [busy] });
  });
});

describe('inTurns', () => {
  it('works on every item once, and on no more at a time than it may', async () => {
    const done: number[] = [];
    let atWork = 0;
    let most = 0;
    await inTurns([1, 2, 3, 4, 5], 2, async (item) => {
      atWork += 1;
      most = Math.max(most, atWork);
      await sleep(item % 2 === 0 ? 1 : 5);
      atWork -= 1;
      done.push(item);
    });
    expect(done.sort()).toEqual([1, 2, 3, 4, 5]);
    expect(most).toBe(2);
  });
});
