import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderPlot, scaleOf, stepsOf } from './ecdf-plot.ts';

const values = fc.array(fc.double({ min: 0, max: 500, noNaN: true }), { minLength: 1, maxLength: 700 });

describe('stepsOf', () => {
  it('rises from the least value to the whole at the greatest', () => {
    expect(stepsOf([3, 1, 2, 2])).toEqual([
      { value: 1, share: 0.25 },
      { value: 2, share: 0.5 },
      { value: 2, share: 0.75 },
      { value: 3, share: 1 },
    ]);
  });

  it('never falls, and ends at one, however many values there are', () => {
    fc.assert(
      fc.property(values, (each) => {
        const steps = stepsOf(each);
        for (const [index, { value, share }] of steps.entries()) {
          const before = steps[index - 1];
          if (before === undefined) continue;
          expect(value).toBeGreaterThanOrEqual(before.value);
          expect(share).toBeGreaterThan(before.share);
        }
        expect(steps.at(-1)).toEqual({ value: Math.max(...each), share: 1 });
      }),
    );
  });
});

describe('scaleOf', () => {
  it('holds all values between round ends', () => {
    expect(scaleOf([2.58, 3.56])).toEqual({ min: 2.4, max: 3.6, ticks: [2.4, 2.6, 2.8, 3, 3.2, 3.4, 3.6] });
    expect(scaleOf([0, 0])).toMatchObject({ min: 0 });
  });

  it('has a few ticks at equal distances, whatever the values', () => {
    fc.assert(
      fc.property(values, (each) => {
        const { min, max, ticks } = scaleOf(each);
        expect(min).toBeLessThanOrEqual(Math.min(...each));
        expect(max).toBeGreaterThanOrEqual(Math.max(...each));
        expect(ticks.length).toBeGreaterThanOrEqual(3);
        expect(ticks.length).toBeLessThanOrEqual(12);
      }),
    );
  });
});

describe('renderPlot', () => {
  const plot = renderPlot({
    title: 'one <replica> & "more"',
    axis: 'downtime, s',
    curves: [
      { kind: 'defaults', label: 'predicted', values: [2, 3, 4] },
      { kind: 'measured', label: 'measured', values: [2.5, 3.5] },
    ],
  });

  it('draws a line for each curve and a point for each measured trial', () => {
    expect(plot.match(/<path class="line defaults" d="M/g)).toHaveLength(2);
    expect(plot.match(/<path class="line measured" d="M/g)).toHaveLength(1);
    // One of them is in the legend.
    expect(plot.match(/<circle class="point"/g)).toHaveLength(3);
  });

  it('is well-formed: what is text is escaped, and numbers are numbers', () => {
    expect(plot).toContain('<title>one &lt;replica&gt; &amp; &quot;more&quot;</title>');
    expect(plot).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('stays within its frame', () => {
    for (const [, x, y] of plot.matchAll(/cx="([\d.]+)" cy="([\d.]+)"/g)) {
      expect(Number(x)).toBeLessThanOrEqual(640);
      expect(Number(y)).toBeLessThanOrEqual(160);
    }
  });

  it('has colours of its own on dark ground', () => {
    expect(plot).toContain('prefers-color-scheme: dark');
  });

  it('cannot draw what has no values', () => {
    expect(() =>
      renderPlot({ title: '', axis: '', curves: [{ kind: 'measured', label: '', values: [] }] }),
    ).toThrow(RangeError);
  });
});
