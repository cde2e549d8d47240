import { describe, expect, it } from 'vitest';
import { figuresOf } from './criteria.ts';
import { observed } from './observations.ts';
import { breadthOf, type SuiteId, type SuiteLine, suiteOf } from './suite.ts';

const figures = (predicted: number, measured: number, trials = 20) =>
  figuresOf(
    Array.from({ length: 50 }, () => observed([predicted])),
    Array.from({ length: trials }, () => observed([measured])),
  );
const lineOf = (lines: readonly SuiteLine[], id: SuiteId): SuiteLine => {
  const line = lines.find((each) => each.id === id);
  if (line === undefined) throw new Error(`no line ${id}`);
  return line;
};

/** Errors of 0 %, 5 % and 30 %, and of one request where next to nothing is lost. */
const SUITE = [figures(400, 400), figures(420, 400), figures(520, 400), figures(4, 3)];

describe('suiteOf', () => {
  it('holds the calibrated predictions to the median and to the worst', () => {
    const lines = suiteOf(SUITE, 'calibrated', true);
    expect(lineOf(lines, 'calibrated-downtime-median').value).toBeCloseTo(0.05, 9);
    expect(lineOf(lines, 'calibrated-downtime-median').held).toBe(true);
    expect(lineOf(lines, 'calibrated-downtime-worst').value).toBeCloseTo(0.3, 9);
    expect(lineOf(lines, 'calibrated-downtime-worst')).toMatchObject({
      held: false,
      configurations: { held: 2, of: 3 },
    });
    expect(lineOf(lines, 'calibrated-failed-requests-worst')).toMatchObject({ value: 1, held: true });
  });

  it('holds the defaults to a wider median, and to no worst', () => {
    const far = [figures(480, 400), figures(480, 400), figures(600, 400)];
    const lines = suiteOf(far, 'defaults', false);
    expect(lineOf(lines, 'defaults-downtime-median')).toMatchObject({ held: true, target: { max: 0.25 } });
    expect(lineOf(lines, 'defaults-downtime-worst')).toMatchObject({ held: true, target: undefined });
    const calibrated = suiteOf(far, 'calibrated', true);
    expect(lineOf(calibrated, 'calibrated-downtime-median').held).toBe(false);
  });

  it('demands nothing more of the defaults once there is a calibration, and everything else before', () => {
    const demanded = (isJudged: boolean) =>
      suiteOf(SUITE, 'defaults', isJudged).filter(({ target }) => target !== undefined).length;
    expect(demanded(false)).toBe(1);
    expect(demanded(true)).toBe(7);
  });

  it('counts the trials of all configurations that lie inside, and minds too many as well as too few', () => {
    const inside = (share: number) => {
      const hits = Math.round(share * 40);
      const measured = Array.from({ length: 40 }, (_, index) => observed([index < hits ? 400 : 405]));
      return [
        figuresOf(
          Array.from({ length: 50 }, () => observed([400])),
          measured,
        ),
      ];
    };
    const held = (share: number) => lineOf(suiteOf(inside(share), 'calibrated', true), 'calibrated-inside');
    expect(held(0.9)).toMatchObject({ value: 0.9, held: true });
    expect(held(0.825).held).toBe(false);
    expect(held(1).held).toBe(false);
  });

  it('needs both distributions of four in five configurations', () => {
    const alike = (good: number) =>
      suiteOf(
        [...Array.from({ length: good }, () => figures(400, 400)), figures(420, 400)],
        'calibrated',
        true,
      );
    expect(lineOf(alike(4), 'calibrated-distributions')).toMatchObject({ value: 0.8, held: true });
    expect(lineOf(alike(3), 'calibrated-distributions').held).toBe(false);
  });

  it('does without a median where nothing is lost for long', () => {
    expect(suiteOf([figures(4, 3)], 'defaults', true).map(({ id }) => id)).not.toContain(
      'defaults-downtime-median',
    );
  });
});

describe('breadthOf', () => {
  it('wants twelve configurations and twenty trials of the one that has the fewest', () => {
    const many = Array.from({ length: 12 }, () => figures(400, 400));
    expect(breadthOf(many).map(({ held }) => held)).toEqual([true, true]);
    expect(breadthOf([...many.slice(1), figures(400, 400, 19)]).map(({ held }) => held)).toEqual([
      true,
      false,
    ]);
    expect(breadthOf(many.slice(1)).map(({ held }) => held)).toEqual([false, true]);
    expect(breadthOf([]).map(({ held }) => held)).toEqual([false, false]);
  });
});
