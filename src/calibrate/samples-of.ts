import { mean_ms } from '../scenario/distribution.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { legsOfKill } from './kill-legs.ts';
import { nodeClocks } from './node-clock.ts';
import type { Kill } from './observation.ts';
import type { RunSamples } from './samples.ts';
import type { Subject } from './subject.ts';

/** Reads the kills of one run; all of them together tell the nodes' clocks. */
export function samplesOf(
  kills: readonly Kill[],
  { timing, cluster }: Scenario,
  { container }: Subject,
): RunSamples['kills'] {
  const reading = {
    container: container.name,
    clocks: nodeClocks(
      kills.flatMap(({ events }) => events),
      kills.flatMap(({ echoes }) => echoes),
    ),
    proxy_pause_ms: mean_ms(
      cluster.proxy_mode === 'ipvs'
        ? timing.kube_proxy_ipvs_min_sync_period
        : timing.kube_proxy_min_sync_period,
    ),
  };
  return kills.map((kill) => ({ forced: kill.forced, ...legsOfKill(kill, reading) }));
}
