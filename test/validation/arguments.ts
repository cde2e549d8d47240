import { parseArgs } from 'node:util';
import { CONFIGURATIONS, type Configuration, TRIALS_MIN } from './configurations.ts';

export const USAGE = `Holds predictions against real failures on the testbed; what is measured is kept.

Usage: npm run validate [-- OPTIONS] [NAME...]

  --trials N   measure what is missing up to N valid trials each (${TRIALS_MIN} unless told; more where a rare case
               needs them, fewer where one takes minutes)
  --fresh      drop what was measured before, and measure anew
  --render     measure nothing: predict again, and judge what is there
  --jobs N     measure up to N of the configurations that mostly wait at the same time (1 unless told),
               each on a testbed of its own

All configurations where no NAME is given; only then docs/validation.md is written.
Exit codes: 0 done, and every miss is explained; 1 a miss without explanation; 2 wrong usage, or not measured.
`;

export interface Arguments {
  readonly chosen: readonly Configuration[];
  /** Whether all are judged, which the document needs. */
  readonly isWhole: boolean;
  readonly trials: number;
  readonly fresh: boolean;
  readonly render: boolean;
  readonly jobs: number;
}

/** @throws Error that says what is wrong with them */
export function parseArguments(args: readonly string[]): Arguments | 'help' {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      trials: { type: 'string', default: String(TRIALS_MIN) },
      fresh: { type: 'boolean', default: false },
      render: { type: 'boolean', default: false },
      jobs: { type: 'string', default: '1' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const unknown = positionals.filter((name) => !CONFIGURATIONS.some((each) => each.name === name));
  if (unknown.length > 0) {
    const names = CONFIGURATIONS.map(({ name }) => name).join(', ');
    throw new Error(`there is no configuration ${unknown.join(', ')}; there are ${names}`);
  }
  if (values.render && values.fresh)
    throw new Error('--fresh drops what was measured, and --render needs it: choose one');
  return {
    chosen: CONFIGURATIONS.filter(({ name }) => positionals.length === 0 || positionals.includes(name)),
    isWhole: positionals.length === 0,
    trials: wholeNumber('--trials', values.trials),
    fresh: values.fresh,
    render: values.render,
    jobs: wholeNumber('--jobs', values.jobs),
  };
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1)
    throw new Error(`${option} takes a whole number above 0, not ${text}`);
  return value;
}
