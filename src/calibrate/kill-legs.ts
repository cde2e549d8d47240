import type { Interval } from './interval.ts';
import type { Leg, Legs } from './legs.ts';
import type { NodeClocks } from './node-clock.ts';
import type { Attempt, EventSight, Kill, PodSight, SliceSight } from './observation.ts';

/** What of the scenario decides how a kill is read. */
export interface Reading {
  /** The container that serves the load. */
  readonly container: string;
  readonly clocks: NodeClocks;
  /** An idle kube-proxy syncs at once; one that synced within this does not (kube_proxy_min_sync_period). */
  readonly proxy_pause_ms: number;
}

/** How much earlier than its slice was seen a sync may have begun, and how long it may have taken. */
const PROXY_SLACK_MS = 300;

/** A duration counts as known where its ends are known this well together, or to this share of it. */
const DOUBT_MS = 6;
const DOUBT_SHARE = 0.05;

/** So many attempts without an answer, one after the other, are silence and not a lost packet. */
export const SILENCE = 20;

/**
 * Where every endpoint is as likely as any other, one of n is missed by so many times n connections in a row with a
 * chance of e^-20.
 */
export const PAST_VICTIM_ATTEMPTS = 20;

export interface KillLegs {
  readonly legs: Legs;
  /** Durations that are known within bounds only, or not at all, because the observer was kept from looking. */
  readonly late: number;
}

/** Times the stretches of one kill. What was not seen is missing. */
export function legsOfKill(kill: Kill, reading: Reading): KillLegs {
  const taken = new Taken();
  const seen = (sight: { readonly at_ms: number } | undefined) => sight && momentOf(kill, sight.at_ms);
  quietLegs(kill, taken);

  const deleted = seen(
    kill.pods.find(
      ({ pod, change, terminating, at_ms }) =>
        pod === kill.victim && at_ms >= kill.begun_ms && (terminating || change === 'deleted'),
    ),
  );
  stopLegs(kill.to_victim, deleted, taken);
  const without = seen(sliceWithout(kill));
  taken.between('deletion_to_slice', deleted, without);
  if (without !== undefined) goneLeg(kill, without, taken);

  const way = wayBack(kill);
  if (way === undefined) return taken.all;
  const [created, assigned, ready] = [way.created, way.assigned, way.ready].map(seen);
  taken.between('deletion_to_created', deleted, created);
  taken.between('created_to_assigned', created, assigned);

  const kubelet = kubeletTimes(kill, way.created, reading);
  taken.between('assigned_to_sandbox', assigned, kubelet.sandbox);
  taken.between('pulling_to_pulled', kubelet.pulling, kubelet.pulled);
  taken.between('pulled_to_started', kubelet.pulled, kubelet.started);
  if (kubelet.started !== undefined) {
    taken.bounded('started_to_listening', listening(kill.to_replacement, kubelet.started, ready));
  }

  const slice = kill.slices.find((each) => each.ready.includes(way.created.pod));
  taken.between('ready_to_slice', ready, seen(slice));
  if (slice !== undefined && isProxyIdle(kill, slice.at_ms, reading)) {
    const first = kill.to_service.findIndex(({ outcome }) => outcome === 'accepted');
    taken.between('slice_to_answer', seen(slice), changeAt(kill.to_service, first));
  }
  return taken.all;
}

/** When something happened, give or take. */
interface Moment {
  readonly at_ms: number;
  readonly give_or_take_ms: number;
}

const exactly = (at_ms: number): Moment => ({ at_ms, give_or_take_ms: 0 });

const halfWay = (begin_ms: number, end_ms: number): Moment => ({
  at_ms: (begin_ms + end_ms) / 2,
  give_or_take_ms: (end_ms - begin_ms) / 2,
});

/** What has piled up during a stall is worked off in this time. */
const AFTERMATH_MS = 3;

/** What was seen at the end of a stall may have come at any time in it. */
function momentOf({ stalls }: Kill, at_ms: number): Moment {
  const stall = stalls.find(({ begin_ms, end_ms }) => at_ms > begin_ms && at_ms <= end_ms + AFTERMATH_MS);
  return stall === undefined ? exactly(at_ms) : halfWay(stall.begin_ms, at_ms);
}

class Taken {
  readonly #legs: Partial<Record<Leg, readonly Interval[]>> = {};
  #late = 0;

  get all(): KillLegs {
    return { legs: this.#legs, late: this.#late };
  }

  /** Nothing, where one of the two was not seen. */
  between(leg: Leg, begin: Moment | undefined, end: Moment | undefined): void {
    if (begin === undefined || end === undefined) return;
    const between_ms = end.at_ms - begin.at_ms;
    const doubt_ms = begin.give_or_take_ms + end.give_or_take_ms;
    const isKnown = doubt_ms <= Math.max(DOUBT_MS, DOUBT_SHARE * between_ms);
    if (!isKnown) this.#late += 1;
    if (doubt_ms === Number.POSITIVE_INFINITY) return;
    // To leave out what is not known exactly would leave out the kills that keep a small machine busy for longest.
    const width_ms = isKnown ? 0 : doubt_ms;
    // Two sights of one moment may be a little out of order; no duration is negative.
    const [low_ms, high_ms] = [between_ms - width_ms, between_ms + width_ms].map((ms) => Math.max(0, ms));
    this.bounded(leg, { low_ms: low_ms!, high_ms: high_ms! });
  }

  bounded(leg: Leg, interval: Interval | undefined): void {
    if (interval !== undefined) this.#legs[leg] = [...(this.#legs[leg] ?? []), interval];
  }
}

/** What was asked while nothing was the matter; a stall anywhere in it would count as the cluster's time. */
function quietLegs({ echoes, steady, stalls }: Kill, taken: Taken): void {
  const doubt_ms = (begin_ms: number, end_ms: number) =>
    stalls.some((stall) => stall.begin_ms < end_ms && stall.end_ms > begin_ms) ? Number.POSITIVE_INFINITY : 0;
  const take = (leg: Leg, begin_ms: number, end_ms: number) =>
    taken.between(leg, { at_ms: begin_ms, give_or_take_ms: doubt_ms(begin_ms, end_ms) }, exactly(end_ms));
  for (const { sent_ms, answered_ms, seen_ms } of echoes) {
    // It was stored by the time when somebody was told, whoever that was.
    const stored_ms = Math.min(answered_ms, seen_ms);
    take('write_to_stored', sent_ms, stored_ms);
    if (doubt_ms(sent_ms, seen_ms) === 0) take('stored_to_seen', stored_ms, seen_ms);
  }
  for (const { sent_ms, connected_ms, answered_ms } of steady) {
    take(connected_ms === undefined ? 'request_kept' : 'request_fresh', sent_ms, answered_ms);
    if (connected_ms !== undefined) take('connect', sent_ms, connected_ms);
  }
}

/** The first slice that tells of the victim's end. */
export function sliceWithout({
  slices,
  victim,
  begun_ms,
}: Pick<Kill, 'slices' | 'victim' | 'begun_ms'>): SliceSight | undefined {
  return slices.find(({ at_ms, ready }) => at_ms >= begun_ms && !ready.includes(victim));
}

/**
 * From the slice without the victim to the rules without it. With n endpoints only every n-th connection would have
 * shown that the rules were still the old ones, so they changed among the n attempts after the last that failed.
 */
function goneLeg(kill: Kill, without: Moment, taken: Taken): void {
  const { past_victim, to_victim, slices, begun_ms } = kill;
  const endpoints = slices.findLast(({ at_ms }) => at_ms <= begun_ms)?.ready.length ?? 0;
  const last = past_victim.findLastIndex(({ outcome }) => outcome !== 'accepted');
  if (past_victim.length - 1 - last < PAST_VICTIM_ATTEMPTS * endpoints) return;
  const [before, after] = [past_victim[last], past_victim[last + endpoints]];
  if (before && after) {
    taken.between('slice_to_gone', without, halfWay(before.at_ms, after.at_ms));
    return;
  }
  // Not one connection failed: the rules changed before the victim closed its port, or little later.
  const refused = to_victim.find(({ outcome }) => outcome === 'refused');
  const spent = refused && past_victim.find(({ at_ms }) => at_ms >= refused.at_ms);
  const changed = spent && past_victim[past_victim.indexOf(spent) + endpoints];
  if (changed === undefined || without.give_or_take_ms > DOUBT_MS) return;
  taken.bounded('slice_to_gone', { low_ms: 0, high_ms: Math.max(0, changed.at_ms - without.at_ms) });
}

/** How it came about that a pod ran in the victim's place. */
interface WayBack {
  readonly created: PodSight;
  readonly assigned: PodSight | undefined;
  readonly ready: PodSight | undefined;
}

function wayBack(kill: Kill): WayBack | undefined {
  const created = replacementOf(kill);
  if (created === undefined) return undefined;
  const own = kill.pods.filter(({ pod, change }) => pod === created.pod && change !== 'deleted');
  return {
    created,
    assigned: own.find(({ node }) => node !== undefined),
    ready: own.find(({ ready }) => ready),
  };
}

/** The first pod that came after the kill. A stateful set's has the name of the victim, which has gone by then. */
export function replacementOf({ pods, begun_ms }: Pick<Kill, 'pods' | 'begun_ms'>): PodSight | undefined {
  return pods.find(({ change, at_ms }) => change === 'added' && at_ms >= begun_ms);
}

/** By the kubelet's events, on the runner's clock. */
interface KubeletTimes {
  /** The sandbox is there before the first image is looked at. */
  readonly sandbox: Moment | undefined;
  readonly pulling: Moment | undefined;
  readonly pulled: Moment | undefined;
  readonly started: Moment | undefined;
}

function kubeletTimes(kill: Kill, created: PodSight, { container, clocks }: Reading): KubeletTimes {
  const events = kill.events
    .filter(({ pod, at_ms }) => pod === created.pod && at_ms >= created.at_ms)
    .toSorted((a, b) => a.stamped_ms - b.stamped_ms);
  const ours = (event: EventSight | undefined): Moment | undefined => {
    const behind_ms = event && clocks.get(event.node);
    return behind_ms === undefined ? undefined : exactly(event!.stamped_ms + behind_ms);
  };
  const first = (reason: string) =>
    ours(events.find((event) => event.reason === reason && event.container === container));
  return {
    sandbox: ours(events.find(({ reason }) => reason === 'Pulling' || reason === 'Pulled')),
    pulling: first('Pulling'),
    pulled: first('Pulled'),
    started: first('Started'),
  };
}

/** From its start to its first answer; bounded by its being ready where no connection tells. */
function listening(
  attempts: readonly Attempt[],
  started: Moment,
  ready: Moment | undefined,
): Interval | undefined {
  const first = attempts.findIndex(({ outcome }) => outcome === 'accepted');
  const high_ms = attempts[first]?.at_ms ?? ready?.at_ms;
  if (high_ms === undefined) return undefined;
  // Where nothing was ever accepted, refusals tell of the network and not of the program.
  const low_ms = first > 0 ? attempts[first - 1]!.at_ms : started.at_ms;
  const [low, high] = [low_ms, high_ms].map((at_ms) => Math.max(0, at_ms - started.at_ms)) as [
    number,
    number,
  ];
  if (high - low > 2 * Math.max(DOUBT_MS, DOUBT_SHARE * low)) return { low_ms: low, high_ms: high };
  return { low_ms: (low + high) / 2, high_ms: (low + high) / 2 };
}

/** Where a change was seen shortly before, the proxy was still in its pause. */
function isProxyIdle({ slices, begun_ms }: Kill, at_ms: number, { proxy_pause_ms }: Reading): boolean {
  const before = slices.filter((slice) => slice.at_ms < at_ms).at(-1);
  if (before === undefined || before.ready.length > 0) return false;
  return at_ms - Math.max(begun_ms, before.at_ms) > proxy_pause_ms + PROXY_SLACK_MS;
}

/** Accepting, refusing, silent, in that order: what comes otherwise is left out. */
function stopLegs(attempts: readonly Attempt[], deleted: Moment | undefined, taken: Taken): void {
  const accepted = attempts.findLastIndex(({ outcome }) => outcome === 'accepted');
  // Nothing accepted: its address is out of reach.
  if (accepted === -1) return;
  const refused = attempts.findIndex(({ outcome }, index) => index > accepted && outcome === 'refused');
  const closed = changeAt(attempts, refused);
  taken.between('deletion_to_refused', deleted, closed);
  const answered = attempts.findLastIndex(({ outcome }) => outcome !== 'silent');
  if (attempts.length - 1 - answered < SILENCE) return;
  taken.between('refused_to_silent', closed, changeAt(attempts, answered + 1));
}

/** What changed with an attempt changed between it and the one before. */
function changeAt(attempts: readonly Attempt[], index: number): Moment | undefined {
  const [before, after] = [attempts[index - 1], attempts[index]];
  return before && after && halfWay(before.at_ms, after.at_ms);
}
