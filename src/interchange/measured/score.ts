/** What one file says of a trial, in the metrics of reports: by the scoring code of trials wherever there are outcomes. */
import { actTimes } from '../../scenario/act-times.ts';
import { EXIT, UserError } from '../../scenario/errors.ts';
import type { Load, Scenario } from '../../scenario/scenario.ts';
import { meanRate_per_s } from '../../scenario/schedule.ts';
import type { Outcome } from '../../timeline/event.ts';
import { headerOf } from '../../timeline/header.ts';
import type { ScoredTrial } from '../../timeline/measurement.ts';
import { Score } from '../../timeline/score.ts';
import type { MeasuredRequest, MeasuredRequests, MeasuredSamples, MeasuredTotals } from './data.ts';

export interface TrialOf {
  readonly scenario: Scenario;
  /** When requests are to be sent, from the start of the trial; of a constant load the same everywhere. */
  readonly intended_ms: Float64Array;
  readonly file: string;
  readonly trial: number;
}

/** Times of two clocks, each read for itself, are equal to within this. */
const CLOCK_MS = 0.5;

/** A load may be off by so much and still be the scenario's. */
const LOAD_TOLERANCE = 0.01;

/** With Poisson arrivals the number of requests varies by its root; five of those never happen. */
function checkCount(requests: number, { scenario: { load }, file }: TrialOf): void {
  const expected = (meanRate_per_s(load) * load.duration_ms) / 1000;
  const luck = load.arrivals === 'poisson' ? 5 * Math.sqrt(expected) : 0;
  if (Math.abs(requests - expected) <= Math.max(1, LOAD_TOLERANCE * expected, luck)) return;
  const window_s = load.duration_ms / 1000;
  throw new UserError(
    `${file}: ${requests} requests in the ${window_s} s that the scenario observes, where its load is ${Math.round(expected)}`,
    {
      exitCode: EXIT.configuration,
      hint: 'measure with the same load, or write the load that was measured into the scenario',
    },
  );
}

interface Placed {
  readonly request: MeasuredRequest;
  /** From the start of the trial: when it should have been sent, as far as that is known. */
  readonly at_ms: number;
  readonly send_lag_ms: number;
}

export function scoreRequests(data: MeasuredRequests, of: TrialOf): ScoredTrial {
  const { scenario, trial, file } = of;
  const { load } = scenario;
  const times = [...data.requests.map(({ sent_ms }) => sent_ms), ...data.not_sent_ms];
  const first_ms = times.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY);
  const isWithin = (at_ms: number) => at_ms < load.duration_ms - CLOCK_MS;
  checkCount(times.filter((time) => isWithin(time - first_ms)).length, of);
  const missed = data.not_sent_ms.filter((time) => isWithin(time - first_ms));
  const placed = placedIn(data, of, first_ms).filter(({ at_ms }) => isWithin(at_ms));
  const score = new Score();
  score.record(headerOf(scenario, { arm: 'chaos', trial, where: file }));
  for (const { request, at_ms, send_lag_ms } of placed) {
    const latency_ms = request.latency_ms + send_lag_ms;
    const outcome = outcomeOf(request, latency_ms, load);
    score.record({ type: 'request', at_ms, latency_ms, outcome, send_lag_ms });
  }
  for (const time of missed) {
    const at_ms = time - first_ms;
    score.record({ type: 'request', at_ms, latency_ms: 0, outcome: 'not-sent', send_lag_ms: 0 });
  }
  const observation = score.observation();
  return { ...observation, values: observation, faults: [] };
}

/** Of a schedule that is known, each request by its place in it; the one that was sent soonest says when it began. */
function placedIn(data: MeasuredRequests, { scenario, intended_ms }: TrialOf, first_ms: number): Placed[] {
  const { requests, is_whole_schedule } = data;
  const isKnown = is_whole_schedule && scenario.load.arrivals === 'constant';
  if (!isKnown) {
    return requests.map((request) => ({ request, at_ms: request.sent_ms - first_ms, send_lag_ms: 0 }));
  }
  const scheduled = requests.slice(0, intended_ms.length);
  const begins = scheduled.map(({ sent_ms }, index) => sent_ms - (intended_ms[index] ?? 0));
  const begin_ms = begins.reduce((least, begin) => Math.min(least, begin), Number.POSITIVE_INFINITY);
  return scheduled.map((request, index) => ({
    request,
    at_ms: intended_ms[index] ?? 0,
    send_lag_ms: (begins[index] ?? begin_ms) - begin_ms,
  }));
}

function outcomeOf({ status, failure }: MeasuredRequest, latency_ms: number, load: Load): Outcome {
  if (latency_ms > load.timeout_ms) return 'timeout';
  if (failure !== undefined) return failure;
  if (!load.expected_status.includes(status)) return 'bad-status';
  return latency_ms > load.latency_limit_ms ? 'slow' : 'ok';
}

/** A gap among samples that is so much longer than the others is a hole. */
const HOLE = 1.5;

/** Each sample stands for the time to the next; what happened between two of them nobody saw. */
export function scoreSamples({ samples }: MeasuredSamples, of: TrialOf): ScoredTrial {
  const { scenario, trial, file } = of;
  const { duration_ms } = scenario.load;
  const begin_ms = samples[0]?.at_ms ?? 0;
  const times = samples.map(({ at_ms }) => at_ms - begin_ms);
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  const middle = gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? 0;
  const hole = gaps.findIndex((gap) => gap > HOLE * middle);
  const end_ms = times.at(-1) ?? 0;
  if (samples.length < 2 || end_ms + HOLE * middle < duration_ms) {
    throw new UserError(
      `${file}: ${samples.length} samples over ${end_ms / 1000} s, where the scenario observes ${duration_ms / 1000} s`,
      { exitCode: EXIT.configuration, hint: 'ask for all of the time of the trial' },
    );
  }
  if (hole >= 0 && (times[hole] ?? 0) < duration_ms) {
    throw new UserError(
      `${file}: nothing is known of the ${(gaps[hole] ?? 0) / 1000} s after ${(times[hole] ?? 0) / 1000} s`,
      { exitCode: EXIT.configuration, hint: 'ask for a time in which there is a sample at every step' },
    );
  }
  const score = new Score();
  score.record(headerOf(scenario, { arm: 'chaos', trial, where: file }));
  for (const [index, { is_up }] of samples.entries()) {
    const at_ms = times[index] ?? 0;
    if (at_ms >= duration_ms) break;
    score.record({
      type: 'request',
      at_ms,
      latency_ms: 0,
      outcome: is_up ? 'ok' : 'unreachable',
      send_lag_ms: 0,
    });
  }
  const { downtime_s, availability_time, outages, valid, invalid_because } = score.observation();
  const acts = actTimes(scenario, trial).reduce((sum, times) => sum + times.length, 0);
  // An outage may be longer or shorter by a gap, and one within a gap is not seen at all.
  const off_s =
    (Math.max(1, outages.length, acts) * gaps.reduce((most, gap) => Math.max(most, gap), 0)) / 1000;
  return {
    trial,
    valid,
    invalid_because,
    outages,
    values: { downtime_s, availability_time },
    give_or_take: { downtime_s: off_s, availability_time: (off_s * 1000) / duration_ms },
    faults: [],
  };
}

export function scoreTotals({ requests, duration_ms, values }: MeasuredTotals, of: TrialOf): ScoredTrial {
  const { load } = of.scenario;
  if (Math.abs(duration_ms - load.duration_ms) > Math.max(1000, LOAD_TOLERANCE * load.duration_ms)) {
    throw new UserError(
      `${of.file}: it lasted ${duration_ms / 1000} s, where the scenario observes ${load.duration_ms / 1000} s`,
      { exitCode: EXIT.configuration, hint: 'totals cannot be cut: measure as long as the scenario' },
    );
  }
  checkCount(requests, of);
  return { trial: of.trial, valid: true, invalid_because: [], outages: [], values, faults: [] };
}
