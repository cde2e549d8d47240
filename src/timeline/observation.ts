import type { Arm, Outcome } from './event.ts';

/** A stretch of time in which every scheduled request was bad. */
export interface Outage {
  /** Intended send time of its first bad request. */
  readonly begin_ms: number;
  /** Intended send time of the next good request, or the end of the window. */
  readonly end_ms: number;
  readonly failed_requests: number;
}

/** What one trial showed; the same for both arms, because one function makes it (score.ts). */
export interface Observation {
  readonly arm: Arm;
  readonly trial: number;
  /** False where the sender lagged or did not send: then nothing below may be believed. */
  readonly valid: boolean;
  /** Why not, for people; empty where valid. */
  readonly invalid_because: readonly string[];
  /** U. */
  readonly window_s: number;
  /** Of the load; edges of outages are resolved to its inverse. */
  readonly rate_per_s: number;
  /** Requests scheduled; equals the sum of `outcomes`. */
  readonly scheduled: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** Requests that were not good: scheduled less `ok`. */
  readonly failed_requests: number;
  /** D: the sum of the outages. */
  readonly downtime_s: number;
  readonly outages: readonly Outage[];
  /** 1 - D/U */
  readonly availability_time: number;
  /** good/scheduled */
  readonly availability_requests: number;
  /** Delivered P = N/T: good requests a second of the window. */
  readonly throughput_rps: number;
  /**
   * Capacity P = N/T: ready replicas times their concurrency, each finishing a request every T seconds,
   * averaged over the window; undefined where the timeline has no pod events or T is unknown.
   */
  readonly capacity_rps: number | undefined;
  /** Of answered requests, from their intended send time; undefined where none was answered. */
  readonly latency_p50_ms: number | undefined;
  readonly latency_p99_ms: number | undefined;
  readonly send_lag_max_ms: number;
}
