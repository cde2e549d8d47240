import { describe, expect, it } from 'vitest';
import { stream } from '../../../src/scenario/random.ts';
import { complaints, diagnose } from '../../../src/sim/rare/diagnosis.ts';

const of = (values: readonly number[]) => complaints(diagnose(values));

describe('the diagnosis of roots', () => {
  it('has no complaint where many roots say much the same', () => {
    const random = stream('1', 0, 'values');
    expect(of(Array.from({ length: 500 }, () => -Math.log(random())))).toEqual([]);
    expect(of(Array.from({ length: 2000 }, () => (random() < 0.05 ? random() : 0)))).toEqual([]);
  });

  it('complains where nothing, or next to nothing, was seen', () => {
    expect(of(new Array(1000).fill(0))).toEqual(['none of 1000 roots saw an outage']);
    const few = new Array(1000).fill(0).map((_, index) => (index % 50 === 0 ? 1 : 0));
    expect(of(few)).toEqual(['only 20 of 1000 roots saw an outage']);
  });

  it('complains where one root, or a few, decide', () => {
    const random = stream('2', 0, 'values');
    const values = Array.from({ length: 500 }, () => random());
    values[77] = 100;
    expect(of(values)).toContain('one root makes up 29 % of the downtime');
    expect(of(values)).toContain('few large values decide how wide the interval is');
    expect(diagnose(values).effective_size).toBeLessThan(15);
  });

  it('complains where the halves differ', () => {
    const random = stream('3', 0, 'values');
    const values = Array.from({ length: 500 }, (_, index) => random() + (index < 250 ? 0 : 0.3));
    expect(of(values)).toEqual(['the first half of the roots and the second differ by more than chance']);
  });

  it('says nothing absurd of very few roots, or of equal ones', () => {
    for (const values of [[1], [1, 1], [0, 1], [0]]) {
      for (const figure of Object.values(diagnose(values))) expect(figure).toBeGreaterThanOrEqual(0);
    }
    expect(of(new Array(100).fill(3))).toEqual([]);
  });
});
