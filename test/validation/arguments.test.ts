import { describe, expect, it } from 'vitest';
import { parseArguments } from './arguments.ts';
import { CONFIGURATIONS } from './configurations.ts';

describe('parseArguments', () => {
  it('chooses everything, twenty trials each, one after the other', () => {
    expect(parseArguments([])).toEqual({
      chosen: CONFIGURATIONS,
      isWhole: true,
      trials: 20,
      fresh: false,
      render: false,
      jobs: 1,
    });
  });

  it('takes names, in the order of the list', () => {
    const args = parseArguments(['two-one-graceful', '--trials', '2', 'one-forced', '--jobs', '3']);
    expect(args).toMatchObject({ isWhole: false, trials: 2, jobs: 3 });
    expect(args !== 'help' && args.chosen.map(({ name }) => name)).toEqual([
      'one-forced',
      'two-one-graceful',
    ]);
  });

  it.each([
    [['nobody'], /no configuration nobody; there are one-forced/],
    [['--trials', '0'], /--trials takes a whole number above 0, not 0/],
    [['--jobs', '1.5'], /--jobs takes a whole number/],
    [['--render', '--fresh'], /choose one/],
    [['--rendre'], /rendre/],
  ])('refuses %j', (args, message) => {
    expect(() => parseArguments(args)).toThrow(message);
  });
});
