/**
 * The stretches of a kill that can be timed from outside. Some are one delay of the model, others a sum of
 * several (calibrate.ts says of which).
 */
import type { Interval } from './interval.ts';

/** Each with what it is, for people. */
export const LEGS = {
  write_to_stored: 'patches of an object of our own, until answered or seen',
  stored_to_seen: 'from then to the echo of such a patch on a watch',
  deletion_to_created: 'watches: deletion to replacement created',
  deletion_to_slice: 'watches: deletion to endpoint slice changed',
  // Kept with the samples: no timing is fitted to it (recipes.ts says why).
  ready_to_slice: 'watches: pod ready to endpoint slice changed',
  created_to_assigned: 'watches: pod created to its node chosen',
  assigned_to_sandbox: "watch and kubelet's events: node chosen to image looked at",
  pulling_to_pulled: "kubelet's events: Pulling to Pulled",
  pulled_to_started: "kubelet's events: Pulled to Started",
  started_to_listening: "kubelet's event Started to the first connection accepted",
  slice_to_gone:
    'endpoint slice seen without the pod to the last connection through the Service that went to it',
  slice_to_answer: 'endpoint slice seen to the first connection through the Service',
  deletion_to_refused: 'deletion seen to the first connection refused',
  refused_to_silent: 'first connection refused to the first without an answer',
  connect: 'connections through the Service',
  request_kept: 'requests through the Service on a kept connection',
  request_fresh: 'requests through the Service, each on a connection of its own',
} as const;

export type Leg = keyof typeof LEGS;
export const LEG_NAMES = Object.keys(LEGS) as readonly Leg[];

/** Of each leg the durations seen; `low_ms` equals `high_ms` where one is known and not only bounded. */
export type Legs = Readonly<Partial<Record<Leg, readonly Interval[]>>>;

/** Of one workload's program, and so never mixed with another's. */
export const APPLICATION_LEGS: readonly Leg[] = [
  'started_to_listening',
  'deletion_to_refused',
  'refused_to_silent',
  'request_kept',
  'request_fresh',
];

export function mergeLegs(all: readonly Legs[]): Legs {
  const merged = LEG_NAMES.flatMap((name) => {
    const intervals = all.flatMap((legs) => legs[name] ?? []);
    return intervals.length === 0 ? [] : [[name, intervals] as const];
  });
  return Object.fromEntries(merged);
}
