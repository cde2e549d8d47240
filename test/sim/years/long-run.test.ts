import { describe, expect, it } from 'vitest';
import { constant } from '../../../src/scenario/distribution.ts';
import { longRun } from '../../../src/sim/years/long-run.ts';
import { atLeast, hours, kind, planOf, service } from './plans.ts';

const YEAR_H = 8760;

describe('the long run', () => {
  it('is left open of failures so rare that the clock could not tell their repairs any more', () => {
    // 300,000 of these take 170 million years, after which a double counts milliseconds by the thousand.
    const [mttf_h, repair_ms] = [1e7, 700];
    const unit = kind('unit', { time_to_failure: hours(mttf_h), time_to_repair: constant(repair_ms) });
    const plan = planOf({ units: [unit], services: [service(atLeast(1, [0]))] });
    expect(longRun(plan, [], (2 * YEAR_H) / mttf_h)).toEqual([undefined]);
  });

  it('is never more than all of the time', () => {
    const unit = kind('unit', { time_to_failure: hours(1), time_to_repair: hours(300) });
    const plan = planOf({ units: [unit], services: [service(atLeast(1, [0]))] });
    const [found] = longRun(plan, [], (2 * YEAR_H) / 301);
    expect(found!.ci95[0]).toBeLessThan(300 / 301);
    expect(found!.ci95[1]).toBeGreaterThan(300 / 301);
    expect(found!.ci95[1]).toBeLessThanOrEqual(1);
  });

  it('is left open where nothing happens', () => {
    const plan = planOf({ units: [kind('unit')], services: [service(atLeast(1, [0]))] });
    expect(longRun(plan, [], 0)).toEqual([undefined]);
  });
});
