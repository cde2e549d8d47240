import { describe, expect, it } from 'vitest';
import { RunningMean } from '../../../src/sim/estimate/running-mean.ts';
import { MAX_TRIALS_DEFAULT, type StoppingLimits, StoppingRule } from '../../../src/sim/estimate/stopping.ts';

/** Takes values until the rule ends it. */
function end(limits: StoppingLimits, value: (trial: number) => number, trials = 1000, now_ms = () => 0) {
  const rule = new StoppingRule(trials, limits, now_ms);
  const values = new RunningMean();
  for (;;) {
    values.add(value(values.count));
    const stop = rule.after(values);
    if (stop !== undefined) return { trials: values.count, stop };
  }
}

/** Mean 2, standard deviation 1. */
const oneOrThree = (trial: number) => (trial % 2 === 0 ? 1 : 3);

describe('a prediction ends', () => {
  it('after the number of trials, where nothing else is asked for', () => {
    expect(end({}, oneOrThree, 60)).toMatchObject({ trials: 60, stop: { by: 'trials' } });
  });

  it('at the first look at which the precision is reached, and never between two', () => {
    // 1.96 / sqrt(n) / 2 is 5 % at n = 385, 4 % at 601 and 3.5 % at 785.
    expect(end({ precision: 0.05 }, oneOrThree).trials).toBe(500);
    expect(end({ precision: 0.04 }, oneOrThree).trials).toBe(625);
    const { trials, stop } = end({ precision: 0.035 }, oneOrThree);
    expect(trials).toBe(978);
    expect(stop).toEqual({ by: 'precision', precision: 0.035, reached: expect.closeTo(0.0314, 4) });
  });

  it('at the limit of trials, with what was reached, where the precision was not', () => {
    const { trials, stop } = end({ precision: 0.01, max_trials: 600 }, oneOrThree);
    expect(trials).toBe(600);
    expect(stop).toEqual({ by: 'max-trials', precision: 0.01, reached: expect.closeTo(0.0401, 4) });
  });

  it('by its precision, where the limit is the first trial that has it', () => {
    expect(end({ precision: 0.1, max_trials: 200 }, oneOrThree)).toMatchObject({
      trials: 200,
      stop: { by: 'precision' },
    });
  });

  it('at a limit even where no trial loses anything: of nothing no share is known', () => {
    expect(end({ precision: 0.5, max_trials: 2000 }, () => 0)).toEqual({
      trials: 2000,
      stop: { by: 'max-trials', precision: 0.5 },
    });
    expect(end({ precision: 0.5 }, () => 0).trials).toBe(MAX_TRIALS_DEFAULT);
  });

  it('never with one trial alone, of which no interval can be told, however little time there was', () => {
    expect(end({ max_time_ms: 0 }, oneOrThree)).toMatchObject({ trials: 2, stop: { by: 'max-time' } });
  });

  it('after the time, with the trials that fitted in', () => {
    let now_ms = 5000;
    const ended = end({ max_time_ms: 300 }, oneOrThree, 1000, () => {
      now_ms += 1;
      return now_ms;
    });
    expect(ended.trials).toBe(300);
    expect(ended.stop).toMatchObject({ by: 'max-time', max_time_s: 0.3 });
  });
});

describe('a trial that is under way', () => {
  it('is given up a while after the time is over, and never before', () => {
    let now_ms = 0;
    const rule = new StoppingRule(1000, { max_time_ms: 100 }, () => now_ms);
    const open = new StoppingRule(1000, {}, () => now_ms);
    for (let look = 0; look < 1000; look += 1) expect(rule.givesUp()).toBe(false);
    now_ms = 100;
    let looks = 0;
    while (!rule.givesUp()) looks += 1;
    expect(looks).toBe(20);
    expect(rule.givenUp(RunningMean.of([1, 3]))).toMatchObject({ by: 'max-time', max_time_s: 0.1 });
    expect(open.givesUp()).toBe(false);
  });
});
