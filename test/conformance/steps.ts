/**
 * What became of pods and endpoints, step by step and without the names that only one trial has: so two trials can
 * be compared, and a model with a cluster.
 */
import type { Scenario } from '../../src/scenario/scenario.ts';
import type { Platform } from '../../src/sim/platform.ts';
import { SimulatedWorld } from '../../src/sim/world.ts';
import type { EndpointsEvent, FaultEvent, PodEvent, TimelineEvent } from '../../src/timeline/event.ts';

export interface Step {
  /** As "new 1 ready" or "endpoints -old 1", and the how manieth time, where it happens again: "new 1 ready, 2". */
  readonly name: string;
  readonly at_ms: number;
}

/**
 * The steps of a trial from the moment the first fault acts. Pods that were there before are called old, in the order
 * in which they change; pods that come are called new, in the order in which they come.
 */
export function stepsOf(events: readonly TimelineEvent[]): readonly Step[] {
  const from_ms =
    events.find((event): event is FaultEvent => event.type === 'fault-begin')?.at_ms ??
    Number.POSITIVE_INFINITY;
  const names = new Map<string, string>();
  const pods = new Map<string, PodEvent>();
  const known = new Set<string>();
  const counts = { old: 0, new: 0 };
  const nameOf = (pod: string) => {
    const kind = known.has(pod) ? 'old' : 'new';
    const name = names.get(pod) ?? `${kind} ${++counts[kind]}`;
    names.set(pod, name);
    return name;
  };
  let endpoints: EndpointsEvent | undefined;
  const times = new Map<string, number>();
  const steps: Step[] = [];
  for (const event of inOrder(events)) {
    const isBefore = event.at_ms < from_ms;
    let changes: readonly string[] = [];
    if (event.type === 'pod') {
      if (isBefore) known.add(event.pod);
      const changed = podChanges(pods.get(event.pod), event);
      pods.set(event.pod, event);
      if (!isBefore && changed.length > 0)
        changes = changed.map((change) => `${nameOf(event.pod)} ${change}`);
    } else if (event.type === 'endpoints') {
      const before = endpoints;
      endpoints = event;
      if (!isBefore) changes = endpointChanges(before, event, nameOf);
    }
    for (const change of changes) {
      const time = (times.get(change) ?? 0) + 1;
      times.set(change, time);
      steps.push({ name: time === 1 ? change : `${change}, ${time}`, at_ms: event.at_ms });
    }
  }
  return steps;
}

/** Requests are recorded when they end; everything else is in its order already. */
const inOrder = (events: readonly TimelineEvent[]) =>
  events
    .filter((event) => event.type === 'pod' || event.type === 'endpoints')
    .toSorted((a, b) => a.at_ms - b.at_ms);

function podChanges(
  before: PodEvent | undefined,
  { phase, ready, terminating, gone, node }: PodEvent,
): string[] {
  if (gone) return ['gone'];
  return [
    ...(before === undefined ? ['created'] : []),
    ...(node !== undefined && before?.node === undefined ? ['placed'] : []),
    ...(phase !== (before?.phase ?? 'Pending') ? [phase] : []),
    ...(ready !== (before?.ready ?? false) ? [ready ? 'ready' : 'not ready'] : []),
    ...(terminating && !before?.terminating ? ['terminating'] : []),
  ];
}

function endpointChanges(
  before: EndpointsEvent | undefined,
  { ready }: EndpointsEvent,
  nameOf: (pod: string) => string,
): string[] {
  const was = before?.ready ?? [];
  return [
    ...was.filter((pod) => !ready.includes(pod)).map((pod) => `endpoints -${nameOf(pod)}`),
    ...ready.filter((pod) => !was.includes(pod)).map((pod) => `endpoints +${nameOf(pod)}`),
  ].sort();
}

/** What every trial of a model has in common, and what some have. */
export interface Order {
  /** Steps of every trial, and not only just before its end. */
  readonly always: ReadonlySet<string>;
  /** Steps of some trial. */
  readonly ever: ReadonlySet<string>;
  /** Whether there is a trial in which one comes after the other, or at the same time. */
  readonly mayFollow: (one: string, other: string) => boolean;
}

/**
 * A command that causes a fault, or undoes it, takes a second or two, and everything after it comes later by as much:
 * maybe too late to be seen.
 */
const END_MARGIN_MS = 3000;

/** @param window_ms of each trial */
export function orderOf(trials: readonly (readonly Step[])[], window_ms: number): Order {
  const follows = new Map<string, Set<string>>();
  const early = new Map<string, number>();
  for (const steps of trials) {
    for (const { name, at_ms } of steps) {
      if (at_ms < window_ms - END_MARGIN_MS) early.set(name, (early.get(name) ?? 0) + 1);
      const earlier = follows.get(name) ?? new Set();
      follows.set(name, earlier);
      for (const other of steps) if (other.at_ms <= at_ms && other.name !== name) earlier.add(other.name);
    }
  }
  return {
    always: new Set([...early].filter(([, count]) => count === trials.length).map(([name]) => name)),
    ever: new Set(follows.keys()),
    mayFollow: (one, other) => follows.get(one)?.has(other) ?? false,
  };
}

/** What the model of a scenario does, in so many trials. */
export function modelOrder(scenario: Scenario, trials: number, platform?: Platform): Order {
  const world = new SimulatedWorld(scenario, platform);
  return orderOf(
    Array.from({ length: trials }, (_, trial) => {
      const events: TimelineEvent[] = [];
      const record = (event: TimelineEvent) => {
        if (event.type !== 'request') events.push(event);
      };
      world.simulate(trial, { record });
      return stepsOf(events);
    }),
    scenario.load.duration_ms,
  );
}

/**
 * Pods and endpoints are watched each for themselves, and one watch may be that much behind the other while the
 * machine is busy: what is no further apart may have been seen the wrong way round.
 */
const WATCHES_APART_MS = 100;

/**
 * How a trial contradicts an order, one line each: a step that the order does not know, one that is missing, and two
 * that come the other way round than they ever do there.
 */
export function contradictions(order: Order, steps: readonly Step[]): readonly string[] {
  const names = new Set(steps.map(({ name }) => name));
  const unknown = steps
    .filter(({ name }) => !order.ever.has(name))
    .map(({ name }) => `not of the model: ${name}`);
  const missing = [...order.always].filter((name) => !names.has(name)).map((name) => `missing: ${name}`);
  const reversed = steps.flatMap((later) =>
    steps
      .filter(({ at_ms }) => later.at_ms - at_ms > WATCHES_APART_MS)
      .filter(({ name }) => order.mayFollow(name, later.name) && !order.mayFollow(later.name, name))
      .map(({ name, at_ms }) => `${name} comes ${Math.round(later.at_ms - at_ms)} ms before ${later.name}`),
  );
  return [...unknown, ...missing, ...reversed];
}
