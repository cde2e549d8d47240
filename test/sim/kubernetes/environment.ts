import { constant } from '../../../src/scenario/distribution.ts';
import { TIMING, type TimingName, timing } from '../../../src/scenario/timing.ts';
import { Environment } from '../../../src/sim/environment.ts';
import { KUBERNETES } from '../../../src/sim/platform.ts';
import type { TimelineEvent } from '../../../src/timeline/event.ts';

/** Every delay of a machine is nothing, so that only timers remain. */
export const INSTANT = timing(
  Object.fromEntries(
    Object.entries(TIMING)
      .filter(([, { source }]) => source.startsWith('measured'))
      .map(([name]) => [name as TimingName, constant(0)]),
  ),
);

/** An environment without delays, and what is recorded in it. */
export function environment(seed = '1', trial = 0): { environment: Environment; events: TimelineEvent[] } {
  const events: TimelineEvent[] = [];
  const recorder = { record: (event: TimelineEvent) => void events.push(event) };
  return { environment: new Environment(seed, trial, KUBERNETES, INSTANT, recorder), events };
}
