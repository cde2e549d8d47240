import { replicaRates } from '../scenario/capacity.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { meanRate_per_s } from '../scenario/schedule.ts';
import { type Arm, type HeaderEvent, TIMELINE_VERSION } from './event.ts';

/** The header of a trial's timeline: the same in both arms but for who speaks and where. */
export function headerOf(
  scenario: Scenario,
  { arm, trial, where }: { readonly arm: Arm; readonly trial: number; readonly where: string },
): HeaderEvent {
  const { load, name, seed } = scenario;
  return {
    type: 'header',
    version: TIMELINE_VERSION,
    arm,
    scenario: name,
    seed,
    trial,
    window_ms: load.duration_ms,
    rate_per_s: meanRate_per_s(load),
    latency_limit_ms: load.latency_limit_ms,
    replica_rps: replicaRates(scenario),
    where,
  };
}
