import { describe, expect, it } from 'vitest';
import { constant, exponential } from '../../../src/scenario/distribution.ts';
import { Luck } from '../../../src/sim/years/luck.ts';

const PURPOSES = ['time-to-failure', 'time-to-repair'];
const MEAN_MS = 1000;

function luck(trial = 0, seed = '1', branch = 0): Luck {
  const made = new Luck(seed, PURPOSES, 4);
  made.begin(trial, branch);
  return made;
}

/** So many values of stream 0 or 1, whose owner has this path. */
const draw = (
  from: Luck,
  count: number,
  { purpose = 0, streamIndex = 0, high = 5, low = 9 } = {},
): number[] =>
  Array.from({ length: count }, () => from.draw_ms(purpose, streamIndex, high, low, exponential(MEAN_MS)));

describe('luck', () => {
  it('of one owner does not depend on what others draw meanwhile', () => {
    const alone = draw(luck(), 6);
    const busy = luck();
    const among: number[] = [];
    for (let turn = 0; turn < 6; turn += 1) {
      draw(busy, turn, { streamIndex: 1, low: 77 });
      among.push(...draw(busy, 1));
    }
    expect(among).toEqual(alone);
  });

  it('is another for another owner, purpose, trial, branch and seed', () => {
    const all = [
      draw(luck(), 3),
      draw(luck(), 3, { low: 10_000 }),
      draw(luck(), 3, { high: 6 }),
      draw(luck(), 3, { purpose: 1 }),
      draw(luck(1), 3),
      draw(luck(0, '2'), 3),
      draw(luck(0, '1', 1), 3),
    ].flat();
    expect(new Set(all).size).toBe(all.length);
  });

  it('goes on in a copy where the original was', () => {
    const original = luck();
    draw(original, 3);
    const copy = luck(7);
    copy.copyFrom(original);
    expect(draw(copy, 3)).toEqual(draw(original, 3));
  });

  it('draws nothing where nothing is left to luck', () => {
    const made = luck();
    expect(made.draw_ms(0, 0, 5, 9, constant(42))).toBe(42);
    expect(draw(made, 3)).toEqual(draw(luck(), 3));
  });

  it('has the mean and the spread of what is drawn, over owners and over time', () => {
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const overTime = draw(luck(), 20_000);
    const overOwners = Array.from({ length: 20_000 }, (_, owner) => draw(luck(), 1, { high: owner })[0]!);
    for (const values of [overTime, overOwners]) {
      // Four standard errors; the variance of a squared exponential is 20 times its mean to the fourth.
      expect(Math.abs(mean(values) / MEAN_MS - 1)).toBeLessThan(4 / Math.sqrt(values.length));
      const squares = values.map((value) => (value / MEAN_MS) ** 2);
      expect(Math.abs(mean(squares) - 2)).toBeLessThan(4 * Math.sqrt(20 / values.length));
    }
  });
});
