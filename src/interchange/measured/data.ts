/** What files of other tools hold of one trial: as much as they tell, and no more. */
import type { Metric } from '../../timeline/verdict.ts';

/** How a request ended without an answer, in the words of timelines. */
export type Failure = 'refused' | 'reset' | 'timeout' | 'unreachable';

export interface MeasuredRequest {
  /** Since 1970, when it was sent. */
  readonly sent_ms: number;
  /** From then to the end of the answer, or to the failure. */
  readonly latency_ms: number;
  /** 0: there was no answer. */
  readonly status: number;
  /** Where there was no answer. */
  readonly failure: Failure | undefined;
}

/** Every request, each with its time. */
export interface MeasuredRequests {
  readonly kind: 'requests';
  readonly requests: readonly MeasuredRequest[];
  /** Whether they are in the order in which they were scheduled, none missing. */
  readonly is_whole_schedule: boolean;
  /** When requests should have been sent and were not, since 1970. */
  readonly not_sent_ms: readonly number[];
  readonly notes: readonly string[];
}

/** Whether the service was up, looked at from time to time. */
export interface MeasuredSamples {
  readonly kind: 'samples';
  /** In the order of time; since 1970. */
  readonly samples: readonly { readonly at_ms: number; readonly is_up: boolean }[];
  readonly notes: readonly string[];
}

/** Totals alone. */
export interface MeasuredTotals {
  readonly kind: 'totals';
  readonly requests: number;
  readonly duration_ms: number;
  readonly values: Readonly<Partial<Record<Metric, number>>>;
  readonly notes: readonly string[];
}

export type MeasuredData = MeasuredRequests | MeasuredSamples | MeasuredTotals;
