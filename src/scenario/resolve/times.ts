/** When a fault acts. */
import { ACTS_MAX, type ActTimes, evenTimes } from '../act-times.ts';
import { type Distribution, mean_ms } from '../distribution.ts';
import type { Reporter } from '../reporter.ts';
import type { Path } from '../yaml.ts';

export interface Acts {
  readonly at: Distribution;
  readonly repeat?: { readonly every: Distribution; readonly times?: number | undefined } | undefined;
}

export interface ActsPlace {
  /** Where its turn begins, from the start of the trial: more than once in a sequence that is repeated. */
  readonly begins_ms: readonly number[];
  /** undefined where the load is wrong: then the times cannot be checked. */
  readonly window_ms: number | undefined;
  readonly path: Path;
  readonly report: Reporter;
}

/** @returns times within the window; undefined where they cannot be */
export function resolveTimes(acts: Acts, place: ActsPlace): ActTimes | undefined {
  const { window_ms } = place;
  if (window_ms === undefined) return undefined;
  const { at, repeat } = acts;
  const begins_ms = place.begins_ms.map((begin_ms) => begin_ms + mean_ms(at));
  if (!begins_ms.every((at_ms) => isInTime(at_ms, acts, window_ms, place))) return undefined;
  if (at.kind !== 'constant' || (repeat !== undefined && repeat.every.kind !== 'constant')) {
    return { first: at, gap: repeat?.every, times: repeat?.times, until_ms: window_ms };
  }
  const even = repeat && { every_ms: mean_ms(repeat.every), times: repeat.times };
  return begins_ms.flatMap((at_ms) => evenTimes(at_ms, even, window_ms)).toSorted((a, b) => a - b);
}

/** Of drawn times the means are judged: what is rarely too late is no mistake. */
function isInTime(
  at_ms: number,
  { at, repeat }: Acts,
  window_ms: number,
  { path, report }: ActsPlace,
): boolean {
  const meant = (drawn: Distribution) => (drawn.kind === 'constant' ? '' : ' on average');
  if (at_ms >= window_ms) {
    report.at([...path, 'at'], {
      message: `the fault would act at ${at_ms / 1000} s${meant(at)}, when the load has ended`,
      expected: `a time before ${window_ms / 1000} s (\`load.duration\`)`,
    });
    return false;
  }
  if (repeat === undefined) return true;
  const { times } = repeat;
  const possible = Math.ceil((window_ms - at_ms) / mean_ms(repeat.every));
  if ((times ?? 1) > possible && repeat.every.kind === 'constant') {
    report.at([...path, 'repeat', 'times'], {
      message: `the last of ${times} acts would come when the load has ended, at ${window_ms / 1000} s`,
      expected: `at most ${possible}`,
    });
    return false;
  }
  if (times === undefined && possible > ACTS_MAX) {
    report.at([...path, 'repeat', 'every'], {
      message: `the fault would act ${possible} times${meant(repeat.every)}`,
      expected: `at most ${ACTS_MAX} acts`,
    });
    return false;
  }
  return true;
}
