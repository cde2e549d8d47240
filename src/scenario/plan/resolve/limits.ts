/** What would never come to an end. */
import type { Reporter } from '../../reporter.ts';
import type { Path } from '../../yaml.ts';

/** Events of one kind in a horizon: hundreds of times what a cluster of 5,000 nodes has in a year. */
const ROUNDS_MAX = 1e9;

/** Tells of what would happen more often in the horizon than can be gone through. */
export function checkRounds(
  {
    what,
    every_ms,
    at_a_time = 1,
    path,
  }: {
    /** "node would fail" */
    readonly what: string;
    readonly every_ms: number;
    readonly at_a_time?: number | undefined;
    readonly path: Path;
  },
  horizon_ms: number | undefined,
  report: Reporter,
): void {
  if (horizon_ms === undefined) return;
  const times = (at_a_time * horizon_ms) / every_ms;
  if (times <= ROUNDS_MAX) return;
  report.at(path, {
    message: `${what} ${times.toExponential(0)} times in the horizon`,
    expected: `at most ${ROUNDS_MAX.toExponential(0)}`,
  });
}
