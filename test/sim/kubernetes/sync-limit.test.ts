import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SyncLimit } from '../../../src/sim/kubernetes/sync-limit.ts';

const SYNC_MS = 40;
const PAUSE_MS = 1000;

/** When the syncs begin that changes at these times bring, each change asking for one. */
function begins(burst: number, changes_ms: readonly number[]): number[] {
  const limit = new SyncLimit(burst);
  const begun: number[] = [];
  let free_ms = 0;
  for (const change_ms of changes_ms) {
    // A change while a sync is due is answered by it.
    if (begun.length > 0 && change_ms <= begun.at(-1)!) continue;
    const begin_ms = limit.next_ms(Math.max(change_ms, free_ms));
    limit.began(begin_ms);
    free_ms = begin_ms + SYNC_MS;
    limit.ended(free_ms, PAUSE_MS);
    begun.push(begin_ms);
  }
  return begun;
}

describe('since 1.34', () => {
  test('an idle proxy syncs at once, and then not before a pause has passed', () => {
    expect(begins(1, [5000, 5100, 6050, 9000])).toEqual([5000, 6040, 7080, 9000]);
  });

  test('there is a pause between any two syncs', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20_000), { maxLength: 40 }), (changes_ms) => {
        const begun = begins(
          1,
          [...changes_ms].sort((a, b) => a - b),
        );
        for (const [index, begin_ms] of begun.entries()) {
          if (index > 0) expect(begin_ms - begun[index - 1]!).toBeGreaterThanOrEqual(SYNC_MS + PAUSE_MS);
        }
      }),
    );
  });
});

describe('before', () => {
  test('an idle proxy may sync twice at once; the third waits, and the tokens come back one a pause', () => {
    expect(begins(2, [5000, 5100, 5200, 5300])).toEqual([5000, 5100, 6140]);
    expect(begins(2, [5000, 5100, 6200, 6300, 7500])).toEqual([5000, 5100, 6200, 7240, 8280]);
    expect(begins(2, [5000, 5100, 7200, 7300])).toEqual([5000, 5100, 7200, 7300]);
  });

  test('no more syncs are done than the bucket held and was given', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20_000), { maxLength: 40 }), (changes_ms) => {
        const begun = begins(
          2,
          [...changes_ms].sort((a, b) => a - b),
        );
        for (const [first, from_ms] of begun.entries()) {
          for (const [last, to_ms] of begun.entries()) {
            if (last > first)
              expect(last - first + 1).toBeLessThanOrEqual(2 + (to_ms - from_ms) / PAUSE_MS + 1e-9);
          }
        }
      }),
    );
  });
});

test('without a least period nothing waits', () => {
  const limit = new SyncLimit(1);
  limit.began(10);
  limit.ended(20, 0);
  expect(limit.next_ms(20)).toBe(20);
});
