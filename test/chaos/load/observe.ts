import type { RequestEvent } from '../../../src/timeline/event.ts';
import { TIMELINE_VERSION } from '../../../src/timeline/event.ts';
import type { Observation } from '../../../src/timeline/observation.ts';
import { Score } from '../../../src/timeline/score.ts';

/** What the requests of a load say, by the project's one definition of down and of valid. */
export function observe(
  requests: readonly RequestEvent[],
  load: { readonly rate_per_s: number; readonly window_ms: number; readonly latency_limit_ms: number },
): Observation {
  const score = new Score();
  score.record({
    type: 'header',
    version: TIMELINE_VERSION,
    arm: 'chaos',
    scenario: 'load alone',
    seed: '1',
    trial: 0,
    replica_rps: {},
    where: 'loopback',
    ...load,
  });
  for (const request of requests) score.record(request);
  return score.observation();
}
