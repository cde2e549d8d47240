import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EpisodeCost } from '../../../src/sim/years/costs.ts';
import { Downtime } from '../../../src/sim/years/downtime.ts';

const CAUSES = 3;
/** After the last failure, with its `up` back. */
const HORIZON_MS = 200;

interface Failure {
  readonly at_ms: number;
  readonly cause: number;
  /** Of `up`; 0: it holds all the time. */
  readonly down_ms: number;
  readonly episode: readonly { readonly begin_ms: number; readonly length_ms: number }[];
}

const failures = fc
  .array(
    fc.record({
      gap_ms: fc.nat(8),
      cause: fc.nat(CAUSES - 1),
      down_ms: fc.nat(4),
      episode: fc.array(fc.record({ begin_ms: fc.nat(10), length_ms: fc.integer({ min: 1, max: 10 }) }), {
        maxLength: 3,
      }),
    }),
    { maxLength: 12 },
  )
  .map((drawn) => {
    let at_ms = 0;
    return drawn.map(({ gap_ms, ...rest }): Failure => {
      at_ms += gap_ms + 5;
      return { at_ms, ...rest };
    });
  });

function costOf(outages: Failure['episode']): EpisodeCost {
  const sorted = [...outages].sort((a, b) => a.begin_ms - b.begin_ms);
  return {
    trials: 1,
    first: Int32Array.of(0, sorted.length),
    begin_ms: Float64Array.from(sorted, ({ begin_ms }) => begin_ms),
    end_ms: Float64Array.from(sorted, ({ begin_ms, length_ms }) => begin_ms + length_ms),
    loss: Float64Array.from(sorted, () => 0.5),
  };
}

function account(given: readonly Failure[], downtime = new Downtime(1, CAUSES)): Downtime {
  for (const { at_ms, cause, down_ms, episode } of given) {
    if (episode.length > 0) downtime.addEpisode(0, at_ms, cause, costOf(episode), 0);
    if (down_ms > 0) {
      downtime.fall(0, at_ms, cause);
      downtime.rise(0, at_ms + down_ms);
    }
  }
  downtime.advance(0, HORIZON_MS);
  return downtime;
}

/** Millisecond by millisecond: whether it is down, and because of what. */
function ticks(given: readonly Failure[]): { cause: number; loss: number }[] {
  const all = Array.from({ length: HORIZON_MS }, () => ({ cause: -1, loss: 0 }));
  for (const [tick, each] of all.entries()) {
    const up = given.find(({ at_ms, down_ms }) => tick >= at_ms && tick < at_ms + down_ms);
    if (up !== undefined) Object.assign(each, { cause: up.cause, loss: 1 });
  }
  const episodes = given.flatMap(({ at_ms, cause, episode }) =>
    episode.map(({ begin_ms, length_ms }) => ({
      cause,
      begin_ms: at_ms + begin_ms,
      end_ms: at_ms + begin_ms + length_ms,
    })),
  );
  for (const [tick, each] of all.entries()) {
    const over = episodes.filter(({ begin_ms, end_ms }) => tick >= begin_ms && tick < end_ms);
    if (each.cause < 0 && over.length > 0) Object.assign(each, { cause: over[0]!.cause, loss: 0.5 });
  }
  return all;
}

describe('the accounts of a service', () => {
  it('count each moment once, whatever is down then, and an outage where it begins', () => {
    fc.assert(
      fc.property(failures, (given) => {
        const downtime = account(given);
        const expected = ticks(given);
        const down = expected.filter(({ cause }) => cause >= 0);
        expect(downtime.downtime_ms[0]).toBe(down.length);
        expect(downtime.lost_ms[0]).toBe(down.reduce((sum, { loss }) => sum + loss, 0));
        // All of it happens within a minute: an episode's outage is a new one only where it is the first of all.
        const begins = expected.filter(
          ({ cause, loss }, tick) =>
            cause >= 0 &&
            (tick === 0 || expected[tick - 1]!.cause < 0) &&
            (loss === 1 || expected.slice(0, tick).every((each) => each.cause < 0)),
        );
        expect(downtime.outages[0]).toBe(begins.length);
        const total = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);
        expect(total(downtime.causeDowntime_ms)).toBe(down.length);
        expect(total(downtime.causeOutages)).toBe(begins.length);
      }),
      { numRuns: 500 },
    );
  });

  it('take the outages of an episode for one as long as they follow upon each other within a minute', () => {
    const seconds = [0, 1, 40, 99, 200].map((second) => ({ begin_ms: second * 1000, length_ms: 500 }));
    const downtime = new Downtime(1, CAUSES);
    downtime.addEpisode(0, 1000, 2, costOf(seconds), 0);
    downtime.advance(0, 1_000_000);
    expect(downtime.downtime_ms[0]).toBe(2500);
    // Between the last two lie 101 s.
    expect(downtime.outages[0]).toBe(2);
    expect([...downtime.causeOutages]).toEqual([0, 0, 2]);
  });

  it('charge a moment to what made up false, else to the episode that was down first', () => {
    const downtime = account([
      { at_ms: 10, cause: 0, down_ms: 0, episode: [{ begin_ms: 0, length_ms: 10 }] },
      { at_ms: 15, cause: 1, down_ms: 2, episode: [{ begin_ms: 0, length_ms: 10 }] },
    ]);
    // 10 to 15 and 17 to 20 the first, 15 to 17 what made up false, 20 to 25 the second's episode.
    expect([...downtime.causeDowntime_ms]).toEqual([8, 7, 0]);
    expect([...downtime.causeOutages]).toEqual([1, 0, 0]);
  });

  it('drop what lies beyond the end, and do not count what has no length', () => {
    const late: Failure = {
      at_ms: HORIZON_MS - 5,
      cause: 2,
      down_ms: 0,
      episode: [{ begin_ms: 0, length_ms: 100 }],
    };
    expect(account([late]).downtime_ms[0]).toBe(5);
    const downtime = new Downtime(1, CAUSES);
    downtime.fall(0, 7, 0);
    downtime.rise(0, 7);
    downtime.advance(0, HORIZON_MS);
    expect([downtime.downtime_ms[0], downtime.outages[0]]).toEqual([0, 0]);
  });

  it('go on in a copy as they would have', () => {
    fc.assert(
      fc.property(failures, fc.nat(12), (given, at) => {
        const original = new Downtime(1, CAUSES);
        const copy = new Downtime(1, CAUSES);
        for (const { at_ms, cause, episode } of given.slice(0, at)) {
          original.addEpisode(0, at_ms, cause, costOf(episode), 0);
        }
        copy.copyFrom(original);
        account(given.slice(at), original);
        account(given.slice(at), copy);
        expect(copy).toEqual(original);
        expect(copy.downtime_ms).toEqual(original.downtime_ms);
        expect(copy.causeOutages).toEqual(original.causeOutages);
      }),
    );
  });
});
