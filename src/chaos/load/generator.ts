/**
 * The open-loop load generator: a schedule fixed beforehand goes in, exactly one outcome for each of its
 * requests comes out, timed from the intended send time, whatever the service or this process does meanwhile.
 */
import type { Load } from '../../scenario/scenario.ts';
import type { NoteEvent, Outcome, RequestEvent } from '../../timeline/event.ts';
import { now_ms } from '../clock.ts';
import type { Transport, TransportResult } from '../cluster/cluster.ts';
import { pace } from './pacer.ts';
import { type SourcePlan, sourcePicker } from './source.ts';

/** What a client asks and what it takes for an answer. */
export type RequestPolicy = Pick<
  Load,
  'path' | 'timeout_ms' | 'latency_limit_ms' | 'expected_status' | 'connections'
>;

export interface LoadPlan {
  readonly request: RequestPolicy;
  /** Intended send times from the start of the trial, ascending. */
  readonly times_ms: Float64Array;
  /** When the trial starts, on the clock of `now_ms`. */
  readonly start_ms: number;
  readonly sources: SourcePlan;
}

/** Own ports that may be in somebody else's use before a request is given up as not sent. */
const SOURCE_TRIES_MAX = 32;
/** How long a transport may be late with its answer before the generator stops to wait for it. */
const TRANSPORT_GRACE_MS = 500;

/**
 * Runs the plan. Resolves when every scheduled request has its outcome, at the latest a timeout (and half a
 * second for a transport that is late) after the last intended time.
 *
 * - A request whose whole timeout has passed before its turn came is `not-sent`.
 * - After `signal` nothing more is sent: what is left is `not-sent`, what is in flight is awaited.
 *
 * @param record called once a request, in the order in which outcomes become known
 */
export async function generate(
  plan: LoadPlan,
  transport: Transport,
  record: (event: RequestEvent | NoteEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const { request, times_ms, start_ms } = plan;
  const nextSource = sourcePicker(plan.sources);
  const settled = new Uint8Array(times_ms.length);
  const inFlight = new Set<Promise<void>>();
  let unsourced = 0;
  let failure: { readonly error: unknown } | undefined;

  const latencyOf = (index: number) => now_ms() - start_ms - times_ms[index]!;
  const settle = (index: number, outcome: Outcome, latency_ms: number, send_lag_ms: number) => {
    if (settled[index] === 1) return;
    settled[index] = 1;
    record({ type: 'request', at_ms: times_ms[index]!, latency_ms, outcome, send_lag_ms });
  };

  const send = async (index: number) => {
    for (let tries = 0; tries < SOURCE_TRIES_MAX; tries += 1) {
      const send_lag_ms = latencyOf(index);
      if (send_lag_ms >= request.timeout_ms) break;
      const source = nextSource();
      if (source === undefined) break;
      const result = await transport.send({
        path: request.path,
        timeout_ms: request.timeout_ms - send_lag_ms,
        connections: request.connections,
        source_port: source.port,
        source_address: source.address,
      });
      if (result.outcome !== 'not-sent') {
        const latency_ms = latencyOf(index);
        return settle(index, outcomeOf(result, latency_ms, request), latency_ms, send_lag_ms);
      }
      // The system's own choice does not get better by asking again.
      if (source.port === undefined) break;
    }
    unsourced += 1;
    settle(index, 'not-sent', latencyOf(index), latencyOf(index));
  };

  const start = (index: number) => {
    const lag_ms = latencyOf(index);
    if (lag_ms >= request.timeout_ms) return settle(index, 'not-sent', lag_ms, lag_ms);
    const sending = send(index)
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => inFlight.delete(sending));
    inFlight.add(sending);
  };

  const begun = await pace(times_ms, start_ms, start, signal);
  for (let index = begun; index < times_ms.length; index += 1) {
    const lag_ms = Math.max(0, latencyOf(index));
    settle(index, 'not-sent', lag_ms, lag_ms);
  }
  const last_ms = begun === 0 ? start_ms : start_ms + times_ms[begun - 1]!;
  await within(
    Promise.all(inFlight),
    Math.max(0, last_ms + request.timeout_ms - now_ms()) + TRANSPORT_GRACE_MS,
  );
  if (failure !== undefined) throw failure.error;
  for (let index = 0; index < begun; index += 1) settle(index, 'timeout', latencyOf(index), 0);
  if (unsourced > 0) {
    record({
      type: 'note',
      at_ms: now_ms() - start_ms,
      text: `${unsourced} requests were not sent: no local address and port could be had for them`,
    });
  }
}

/** What an answer is worth to a client that counts from the intended send time. */
export function outcomeOf(result: TransportResult, latency_ms: number, request: RequestPolicy): Outcome {
  if (result.outcome !== 'answered') return result.outcome;
  if (latency_ms > request.timeout_ms) return 'timeout';
  if (result.status === undefined || !request.expected_status.includes(result.status)) return 'bad-status';
  return latency_ms > request.latency_limit_ms ? 'slow' : 'ok';
}

function within(work: Promise<unknown>, limit_ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, limit_ms);
    work.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
