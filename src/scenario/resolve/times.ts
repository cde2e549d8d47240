/** When a fault acts. */
import type { Reporter } from '../reporter.ts';
import { ACTS_MAX, faultTimes } from '../selection.ts';
import type { Path } from '../yaml.ts';

interface Acts {
  readonly at: number;
  readonly repeat?: { readonly every: number; readonly times?: number | undefined } | undefined;
}

/**
 * @param window_ms undefined where the load is wrong: then the times cannot be checked
 * @returns milliseconds from the start of the trial, each within the window
 */
export function resolveTimes(
  { at, repeat }: Acts,
  window_ms: number | undefined,
  path: Path,
  report: Reporter,
): readonly number[] | undefined {
  if (window_ms === undefined) return undefined;
  if (at >= window_ms) {
    return report.at([...path, 'at'], {
      message: `the fault would act at ${at / 1000} s, when the load has ended`,
      expected: `a time before ${window_ms / 1000} s (\`load.duration\`)`,
    });
  }
  const possible = repeat === undefined ? 1 : Math.ceil((window_ms - at) / repeat.every);
  if (repeat !== undefined && (repeat.times ?? 1) > possible) {
    return report.at([...path, 'repeat', 'times'], {
      message: `the last of ${repeat.times} acts would come when the load has ended, at ${window_ms / 1000} s`,
      expected: `at most ${possible}`,
    });
  }
  if (repeat !== undefined && repeat.times === undefined && possible > ACTS_MAX) {
    return report.at([...path, 'repeat', 'every'], {
      message: `the fault would act ${possible} times`,
      expected: `at most ${ACTS_MAX} acts`,
    });
  }
  return faultTimes(
    at,
    repeat === undefined ? undefined : { every_ms: repeat.every, times: repeat.times },
    window_ms,
  );
}
