import { expect, test } from 'vitest';
import { now_ms } from '../../../src/chaos/clock.ts';
import { generate, type RequestPolicy } from '../../../src/chaos/load/generator.ts';
import { HttpTransport } from '../../../src/chaos/load/http.ts';
import { localPortRange } from '../../../src/chaos/load/source.ts';
import { stream } from '../../../src/scenario/random.ts';
import { schedule } from '../../../src/scenario/schedule.ts';
import type { RequestEvent } from '../../../src/timeline/event.ts';
import { observe } from './observe.ts';
import { KINDS, type ScriptedOutage, type ServerScript, scriptedServers } from './scripted-server.ts';

const OUTAGES = 1000;
/** Short runs, so that a hiccup of the machine costs little to repeat. */
const OUTAGES_A_RUN = 5;
const RUNS_AT_ONCE = 40;
const RATE_PER_S = 10;
const BOUND_MS = (2 * 1000) / RATE_PER_S;
/**
 * One of the two intervals of the bound is the resolution of the schedule. The other is for the sender, who
 * makes a run invalid where it is later than a tenth of the latency limit, and the server, half each.
 */
const SERVER_LATE_MAX_MS = BOUND_MS / 4;
/** Of all runs; each round of repeats takes about 5 s. */
const ROUNDS_MAX = 25;
const request: RequestPolicy = {
  path: '/',
  timeout_ms: 800,
  latency_limit_ms: 500,
  expected_status: [200],
  connections: 'per-request',
};
/**
 * Loopback addresses of this process alone. The port is none that connections are given, or a closed server's
 * could become somebody's source port.
 */
const NETWORK = `127.${64 + (process.pid % 128)}.${Math.floor(process.pid / 128) % 256}`;
const SLOW_MS = 600;
/** Several requests, so that each outage has an end before the next begins. */
const GAP_MS = 350;

function script(run: number, place: number): ServerScript {
  const random = stream('scripted outages', run, 'script');
  const outages: ScriptedOutage[] = [];
  let at_ms = 0;
  for (let index = 0; index < OUTAGES_A_RUN; index += 1) {
    const begin_ms = at_ms + GAP_MS + (random() * 1000) / RATE_PER_S;
    const end_ms = begin_ms + 200 + random() * 500;
    outages.push({ kind: KINDS[(run + index) % KINDS.length]!, begin_ms, end_ms });
    at_ms = end_ms;
  }
  return { address: `${NETWORK}.${place + 1}`, port: 18_080, outages, slow_ms: SLOW_MS };
}

async function measure(script: ServerScript, start_ms: number, phase_ms: number) {
  const duration_ms = script.outages.at(-1)!.end_ms + GAP_MS;
  const times_ms = schedule(
    { arrivals: 'constant', steps: [], rate_per_s: RATE_PER_S, duration_ms },
    () => 0,
  ).map((at_ms) => at_ms + phase_ms);
  const transport = new HttpTransport({ host: script.address, port: script.port, route: 'loopback' });
  const requests: RequestEvent[] = [];
  await generate(
    {
      request,
      times_ms,
      start_ms,
      sources: { ports: 'own', addresses: [], range: localPortRange() },
    },
    transport,
    (event) => void (event.type === 'request' && requests.push(event)),
    new AbortController().signal,
  );
  await transport.close();
  const observation = observe(requests, {
    rate_per_s: RATE_PER_S,
    window_ms: duration_ms,
    latency_limit_ms: request.latency_limit_ms,
  });
  expect(observation.scheduled).toBe(times_ms.length);
  expect(Object.values(observation.outcomes).reduce((sum, count) => sum + count, 0)).toBe(times_ms.length);
  return observation;
}

test('1,000 scripted outages (refuse, hang, 503, slow) are each measured within 2/rate', async () => {
  const pending = Array.from({ length: OUTAGES / OUTAGES_A_RUN }, (_, run) => run);
  const errors_ms: number[] = [];
  const kinds = new Map<string, number>();
  const lateness: string[] = [];
  let rounds = 0;
  for (; pending.length > 0; rounds += 1) {
    expect(rounds, `late: ${lateness.join('; ')}`).toBeLessThan(ROUNDS_MAX);
    const runs = pending.splice(0, RUNS_AT_ONCE);
    const scripts = runs.map(script);
    const servers = await scriptedServers(scripts);
    const start_ms = now_ms() + 100;
    servers.begin(start_ms);
    const observations = await Promise.all(
      // Not all in the same millisecond: that would be a load of its own.
      scripts.map((script, place) => measure(script, start_ms, (place * 1000) / RATE_PER_S / scripts.length)),
    );
    const serverLate_ms = await servers.end();
    for (const [place, { valid, outages: found, send_lag_max_ms }] of observations.entries()) {
      if (!valid || serverLate_ms > SERVER_LATE_MAX_MS) {
        lateness.push(`sender ${send_lag_max_ms.toFixed(0)} ms, servers ${serverLate_ms.toFixed(0)} ms`);
        pending.push(runs[place]!);
        continue;
      }
      const { outages } = scripts[place]!;
      expect(found.length).toBe(outages.length);
      for (const [which, { kind, begin_ms, end_ms }] of outages.entries()) {
        const error_ms = found[which]!.end_ms - found[which]!.begin_ms - (end_ms - begin_ms);
        expect(Math.abs(error_ms), `${kind} of ${end_ms - begin_ms} ms`).toBeLessThanOrEqual(BOUND_MS);
        errors_ms.push(Math.abs(error_ms));
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      }
    }
  }
  expect(errors_ms.length).toBe(OUTAGES);
  for (const kind of KINDS) expect(kinds.get(kind)).toBe(OUTAGES / KINDS.length);
  console.log(
    `${errors_ms.length} outages; worst error ${Math.max(...errors_ms).toFixed(1)} of ${BOUND_MS} ms; ` +
      `${lateness.length} invalid runs repeated, ${rounds} rounds`,
  );
}, 240_000);
