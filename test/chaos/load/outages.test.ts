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
const SERVERS = 40;
const RATE_PER_S = 10;
const BOUND_MS = (2 * 1000) / RATE_PER_S;
/**
 * One of the two intervals of the bound is the resolution of the schedule. The other is for the sender, who
 * makes a run invalid where it is later than a tenth of the latency limit, and the server, half each.
 */
const SERVER_LATE_MAX_MS = BOUND_MS / 4;
const REPEATS_MAX = 4;
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

function script(server: number, outages: number, attempt: number): ServerScript {
  const random = stream('scripted outages', server, `attempt ${attempt}`);
  const script: ScriptedOutage[] = [];
  let at_ms = 0;
  for (let index = 0; index < outages; index += 1) {
    const begin_ms = at_ms + GAP_MS + (random() * 1000) / RATE_PER_S;
    const end_ms = begin_ms + 200 + random() * 500;
    script.push({ kind: KINDS[(server + index) % KINDS.length]!, begin_ms, end_ms });
    at_ms = end_ms;
  }
  return { address: `${NETWORK}.${server + 1}`, port: 18_080, outages: script, slow_ms: SLOW_MS };
}

async function measure(script: ServerScript, start_ms: number, phase_ms: number) {
  const duration_ms = script.outages.at(-1)!.end_ms + GAP_MS;
  const times_ms = schedule({ arrivals: 'constant', rate_per_s: RATE_PER_S, duration_ms }, () => 0).map(
    (at_ms) => at_ms + phase_ms,
  );
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
  let measured = 0;
  let attempt = 0;
  const errors_ms: number[] = [];
  const lateness: string[] = [];
  const kinds = new Map<string, number>();
  let servers = Array.from({ length: SERVERS }, (_, server) => server);
  for (; servers.length > 0; attempt += 1) {
    expect(attempt, `late: ${lateness.join('; ')}`).toBeLessThanOrEqual(REPEATS_MAX);
    const scripts = servers.map((server) => script(server, OUTAGES / SERVERS, attempt));
    const running = await scriptedServers(scripts);
    const start_ms = now_ms() + 100;
    running.begin(start_ms);
    const runs = await Promise.all(
      // Not all in the same millisecond: that would be a load of its own.
      scripts.map((script, index) => measure(script, start_ms, (index * 1000) / RATE_PER_S / scripts.length)),
    );
    const serverLate_ms = await running.end();
    servers = servers.filter((_, index) => {
      const { valid, outages: found, send_lag_max_ms } = runs[index]!;
      lateness.push(`sender ${send_lag_max_ms.toFixed(0)} ms, servers ${serverLate_ms.toFixed(0)} ms`);
      if (!valid || serverLate_ms > SERVER_LATE_MAX_MS) return true;
      const { outages } = scripts[index]!;
      expect(found.length).toBe(outages.length);
      outages.forEach((outage, which) => {
        const error_ms = found[which]!.end_ms - found[which]!.begin_ms - (outage.end_ms - outage.begin_ms);
        errors_ms.push(error_ms);
        expect(
          Math.abs(error_ms),
          `${outage.kind} of ${outage.end_ms - outage.begin_ms} ms`,
        ).toBeLessThanOrEqual(BOUND_MS);
        kinds.set(outage.kind, (kinds.get(outage.kind) ?? 0) + 1);
        measured += 1;
      });
      return false;
    });
  }
  expect(measured).toBe(OUTAGES);
  for (const kind of KINDS) expect(kinds.get(kind)).toBe(OUTAGES / KINDS.length);
  const worst_ms = Math.max(...errors_ms.map(Math.abs));
  console.log(
    `${measured} outages in ${attempt} rounds; worst error ${worst_ms.toFixed(1)} of ${BOUND_MS} ms`,
  );
}, 180_000);
