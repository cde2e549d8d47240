/**
 * The one record both arms write: what happened, and when.
 *
 * Every time is in milliseconds from the start of the trial, as `at_ms`: virtual time in the simulator,
 * wall-clock time on a cluster. On disk a timeline is JSON Lines, one event a line, the header first.
 */

/** Raised whenever a reader of an older timeline would misread a newer one. */
export const TIMELINE_VERSION = 1;

/**
 * What became of a scheduled request. Every scheduled request gets exactly one.
 *
 * - `ok`: an expected status, within the latency limit counted from the intended send time
 * - `slow`: an expected status, but later than the limit
 * - `bad-status`: an answer with a status that was not expected
 * - `refused`: the connection was refused (TCP reset to the SYN, or an ICMP port unreachable)
 * - `reset`: the connection broke after it was made and before the answer was complete
 * - `timeout`: no complete answer within the time the client waits
 * - `unreachable`: the network said that there is no such host or network
 * - `not-sent`: the sender did not get to it; a run with any of these is invalid
 */
export const OUTCOMES = [
  'ok',
  'slow',
  'bad-status',
  'refused',
  'reset',
  'timeout',
  'unreachable',
  'not-sent',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

export type Arm = 'sim' | 'chaos';

/** First event of every timeline: what the rest must be read with. */
export interface HeaderEvent {
  readonly type: 'header';
  readonly version: typeof TIMELINE_VERSION;
  readonly arm: Arm;
  readonly scenario: string;
  readonly seed: string;
  readonly trial: number;
  /** Length of the observation window U; it begins at 0. */
  readonly window_ms: number;
  readonly rate_per_s: number;
  /** A good answer comes within this; a request sent later than a tenth of it makes the trial invalid. */
  readonly latency_limit_ms: number;
  /** Requests a second that one ready replica can finish, by workload: its concurrency / its service time. */
  readonly replica_rps: Readonly<Record<string, number>>;
  /** Where the trial ran, for people: "simulator", "embedded", "kubernetes v1.35.4, 2 nodes". */
  readonly where: string;
}

/** A request, recorded when its outcome is known; `at_ms` is its intended send time. */
export interface RequestEvent {
  readonly type: 'request';
  readonly at_ms: number;
  /** From the intended send time to the outcome. */
  readonly latency_ms: number;
  readonly outcome: Outcome;
  /** How much later than intended it was really sent; 0 in the simulator. */
  readonly send_lag_ms: number;
}

export interface FaultEvent {
  readonly type: 'fault-begin' | 'fault-end';
  readonly at_ms: number;
  /** Position in the scenario's list of faults, and which repetition of it. */
  readonly fault: number;
  readonly repetition: number;
  readonly name: string;
  /** Pods or containers it acted on, by name. */
  readonly targets: readonly string[];
}

/** An act of a fault that has changed nothing, though nobody refused it: what was measured is not the fault. */
export interface NoEffectEvent {
  readonly type: 'no-effect';
  readonly at_ms: number;
  readonly fault: number;
  readonly repetition: number;
  readonly name: string;
  /** What shows it. */
  readonly because: string;
}

export interface PodEvent {
  readonly type: 'pod';
  readonly at_ms: number;
  readonly pod: string;
  readonly node: string | undefined;
  readonly workload: string;
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
  readonly ready: boolean;
  readonly terminating: boolean;
  readonly gone: boolean;
}

/** The addresses a Service sends connections to, as its endpoint slices say. */
export interface EndpointsEvent {
  readonly type: 'endpoints';
  readonly at_ms: number;
  readonly service: string;
  /** Pod names. */
  readonly ready: readonly string[];
  /** Serving though terminating: used only while no ready one is left. */
  readonly terminating: readonly string[];
}

export interface ProbeEvent {
  readonly type: 'probe';
  readonly at_ms: number;
  readonly pod: string;
  readonly probe: 'startup' | 'readiness' | 'liveness';
  readonly success: boolean;
}

/** Anything a reader should know that no other event says. */
export interface NoteEvent {
  readonly type: 'note';
  readonly at_ms: number;
  readonly text: string;
}

export type TimelineEvent =
  | HeaderEvent
  | RequestEvent
  | FaultEvent
  | NoEffectEvent
  | PodEvent
  | EndpointsEvent
  | ProbeEvent
  | NoteEvent;

/**
 * Takes events as they happen. Scoring, writing to disk and the live view are recorders, so a million
 * simulated requests are scored without being kept.
 *
 * Events come in the order in which they become known: a request is recorded when it ends, so requests
 * are not in the order of their `at_ms`.
 */
export interface Recorder {
  record(event: TimelineEvent): void;
}

/** One recorder that passes every event on to several. */
export function tee(...recorders: readonly Recorder[]): Recorder {
  return {
    record(event) {
      for (const recorder of recorders) recorder.record(event);
    },
  };
}
