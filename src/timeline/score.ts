/**
 * The only definition of "down". A recorder that turns the events of one trial into an Observation, the same
 * way for both arms.
 *
 * An outage runs from the intended send time of the first bad request to that of the next good one, or to
 * the end of the window; its edges are resolved to 1/rate. A request is good when its outcome is `ok`.
 */
import { type HeaderEvent, OUTCOMES, type Outcome, type Recorder, type TimelineEvent } from './event.ts';
import type { Observation, Outage } from './observation.ts';
import { quantile } from './quantile.ts';

/** A request sent later than this share of the latency limit makes the trial invalid. */
const SEND_LAG_MAX_SHARE = 0.1;

export class Score implements Recorder {
  #header: HeaderEvent | undefined;
  readonly #requests: Request[] = [];
  readonly #counts = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  readonly #latencies_ms: number[] = [];
  readonly #capacity = new Capacity();
  readonly #without_effect = new Set<string>();
  #send_lag_max_ms = 0;
  #late = 0;

  record(event: TimelineEvent): void {
    switch (event.type) {
      case 'header':
        this.#header = event;
        this.#capacity.begin(event);
        break;
      case 'request':
        this.#requests.push({ at_ms: event.at_ms, isGood: event.outcome === 'ok' });
        this.#counts[event.outcome] += 1;
        if (event.outcome === 'ok' || event.outcome === 'slow' || event.outcome === 'bad-status') {
          this.#latencies_ms.push(event.latency_ms);
        }
        this.#send_lag_max_ms = Math.max(this.#send_lag_max_ms, event.send_lag_ms);
        if (event.send_lag_ms > SEND_LAG_MAX_SHARE * (this.#header?.latency_limit_ms ?? 0)) this.#late += 1;
        break;
      case 'no-effect':
        this.#without_effect.add(`${event.name} had no effect: ${event.because}`);
        break;
      case 'pod':
        this.#capacity.pod(
          event.at_ms,
          event.pod,
          event.workload,
          event.ready && !event.terminating && !event.gone,
        );
        break;
      default:
    }
  }

  /**
   * What the trial showed.
   *
   * @throws Error where the timeline has no header: it is not one of ours
   */
  observation(): Observation {
    const header = this.#header;
    if (header === undefined) throw new Error('a timeline begins with its header');
    const { window_ms, rate_per_s, arm, trial } = header;
    const requests = this.#requests.sort((a, b) => a.at_ms - b.at_ms);
    const outages = findOutages(requests, window_ms);
    const downtime_ms = outages.reduce((sum, { begin_ms, end_ms }) => sum + end_ms - begin_ms, 0);
    const good = this.#counts.ok;
    const invalid_because: string[] = [];
    if (requests.length === 0) invalid_because.push('no request was scheduled');
    const notSent = this.#counts['not-sent'];
    if (notSent > 0) invalid_because.push(`${count(notSent, 'request was', 'requests were')} not sent`);
    if (this.#late > 0) {
      const limit_ms = SEND_LAG_MAX_SHARE * header.latency_limit_ms;
      invalid_because.push(
        `${count(this.#late, 'request', 'requests')} left more than ${limit_ms} ms late, ` +
          `the worst by ${Math.round(this.#send_lag_max_ms)} ms`,
      );
    }
    invalid_because.push(...this.#without_effect);
    const latencies_ms = Float64Array.from(this.#latencies_ms).sort();
    return {
      arm,
      trial,
      valid: invalid_because.length === 0,
      invalid_because,
      window_s: window_ms / 1000,
      rate_per_s,
      scheduled: requests.length,
      outcomes: { ...this.#counts },
      failed_requests: requests.length - good,
      downtime_s: downtime_ms / 1000,
      outages,
      availability_time: 1 - downtime_ms / window_ms,
      availability_requests: requests.length === 0 ? 0 : good / requests.length,
      throughput_rps: good / (window_ms / 1000),
      capacity_rps: this.#capacity.mean_rps(window_ms),
      latency_p50_ms: latencies_ms.length === 0 ? undefined : quantile(latencies_ms, 0.5),
      latency_p99_ms: latencies_ms.length === 0 ? undefined : quantile(latencies_ms, 0.99),
      send_lag_max_ms: this.#send_lag_max_ms,
    };
  }
}

interface Request {
  readonly at_ms: number;
  readonly isGood: boolean;
}

/** @param requests in the order of their intended times */
function findOutages(requests: readonly Request[], window_ms: number): Outage[] {
  const outages: Outage[] = [];
  let begin_ms = 0;
  let failed_requests = 0;
  for (const { at_ms, isGood } of requests) {
    if (!isGood) {
      if (failed_requests === 0) begin_ms = at_ms;
      failed_requests += 1;
    } else if (failed_requests > 0) {
      outages.push({ begin_ms, end_ms: at_ms, failed_requests });
      failed_requests = 0;
    }
  }
  if (failed_requests > 0) outages.push({ begin_ms, end_ms: window_ms, failed_requests });
  return outages;
}

/** Integrates what the ready replicas could do over the window. */
class Capacity {
  #replica_rps: Readonly<Record<string, number>> = {};
  readonly #ready = new Map<string, number>();
  #now_rps = 0;
  #since_ms = 0;
  #integral = 0;
  #hasPods = false;
  #window_ms = 0;

  begin({ replica_rps, window_ms }: HeaderEvent): void {
    this.#replica_rps = replica_rps;
    this.#window_ms = window_ms;
  }

  pod(at_ms: number, name: string, workload: string, isReady: boolean): void {
    const replica_rps = this.#replica_rps[workload];
    if (replica_rps === undefined) return;
    this.#hasPods = true;
    this.#advance(at_ms);
    if (isReady) this.#ready.set(name, replica_rps);
    else this.#ready.delete(name);
    this.#now_rps = 0;
    for (const each of this.#ready.values()) this.#now_rps += each;
  }

  mean_rps(window_ms: number): number | undefined {
    if (!this.#hasPods) return undefined;
    this.#advance(window_ms);
    return this.#integral / window_ms;
  }

  /** What was known before the trial began counts from its begin; what comes after its end does not count. */
  #advance(at_ms: number): void {
    const until_ms = Math.min(Math.max(at_ms, 0), this.#window_ms);
    if (until_ms <= this.#since_ms) return;
    this.#integral += this.#now_rps * (until_ms - this.#since_ms);
    this.#since_ms = until_ms;
  }
}

const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;
