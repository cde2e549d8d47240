import type { EndpointsEvent, PodEvent, TimelineEvent } from '../timeline/event.ts';
import type { Interval } from './interval.ts';
import type { Leg, Legs } from './legs.ts';

/**
 * Times what the timeline of a measured trial tells of its first kill of one pod: the stretches between its
 * watch's events. Undefined where it has no such kill.
 */
export function legsOfTimeline(events: readonly TimelineEvent[]): Legs | undefined {
  const kills = events.filter(({ type }) => type === 'fault-begin');
  const [kill, another] = kills;
  if (kill?.type !== 'fault-begin' || kill.name !== 'pod-kill' || another !== undefined) return undefined;
  const [victim, second] = kill.targets;
  if (victim === undefined || second !== undefined) return undefined;

  const isPod = (event: TimelineEvent): event is PodEvent => event.type === 'pod';
  const isEndpoints = (event: TimelineEvent): event is EndpointsEvent => event.type === 'endpoints';
  const pods = events.filter(isPod);
  const before = new Set(pods.filter(({ at_ms }) => at_ms < kill.at_ms).map(({ pod }) => pod));
  const deleted = pods.find(
    ({ pod, at_ms, terminating, gone }) => pod === victim && at_ms >= kill.at_ms && (terminating || gone),
  );
  const created = pods.find(({ pod, at_ms }) => at_ms >= kill.at_ms && !before.has(pod));
  const own = pods.filter(({ pod }) => pod === created?.pod);
  const ready = own.find((each) => each.ready);
  const slices = events.filter(isEndpoints);
  const without = slices.find(({ at_ms, ready }) => at_ms >= kill.at_ms && !ready.includes(victim));
  const slice = slices.find((each) => each.ready.includes(created?.pod ?? ''));

  const legs: Partial<Record<Leg, readonly Interval[]>> = {};
  const between = (leg: Leg, begin: TimelineEvent | undefined, end: TimelineEvent | undefined) => {
    if (begin === undefined || end === undefined || begin.type === 'header' || end.type === 'header') return;
    const duration_ms = Math.max(0, end.at_ms - begin.at_ms);
    legs[leg] = [{ low_ms: duration_ms, high_ms: duration_ms }];
  };
  between('deletion_to_created', deleted, created);
  between(
    'created_to_assigned',
    created,
    own.find(({ node }) => node !== undefined),
  );
  between('deletion_to_slice', deleted, without);
  between('ready_to_slice', ready, slice);
  return legs;
}
