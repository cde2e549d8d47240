import http from 'node:http';
import { now_ms } from '../../chaos/clock.ts';
import { sleep } from '../../chaos/sleep.ts';
import type { Load } from '../../scenario/scenario.ts';
import type { SteadyRequest } from '../observation.ts';

const PAUSE_MS = 10;

/**
 * Sends requests to the Service, one after the other, by turns on a connection of its own and on one that is
 * kept; those that fail are left out.
 */
export async function steadyRequests(
  target: { readonly host: string; readonly port: number },
  { path, timeout_ms }: Load,
  pairs: number,
  signal: AbortSignal,
): Promise<readonly SteadyRequest[]> {
  const requests: SteadyRequest[] = [];
  const kept = new http.Agent({ keepAlive: true, maxSockets: 1 });
  try {
    for (let left = pairs; left > 0 && !signal.aborted; left -= 1) {
      for (const agent of [false, kept] as const) {
        const { host, port } = target;
        const request = await send({ host, port, path, agent }, timeout_ms);
        if (request !== undefined) requests.push(request);
        await sleep(PAUSE_MS, signal).catch(() => {});
      }
    }
  } finally {
    kept.destroy();
  }
  return requests;
}

function send(options: http.RequestOptions, timeout_ms: number): Promise<SteadyRequest | undefined> {
  return new Promise((resolve) => {
    const sent_ms = now_ms();
    let connected_ms: number | undefined;
    const request = http.request({ ...options, headers: { 'user-agent': 'foreshock' } });
    const timer = setTimeout(() => request.destroy(new Error('no answer')), timeout_ms);
    const end = (result: SteadyRequest | undefined) => {
      clearTimeout(timer);
      resolve(result);
    };
    request.on('socket', (socket) => {
      if (!socket.connecting) return;
      socket.once('connect', () => {
        connected_ms = now_ms();
      });
    });
    request.on('error', () => end(undefined));
    request.on('response', (response) => {
      response.on('error', () => end(undefined));
      response.on('end', () => end({ sent_ms, connected_ms, answered_ms: now_ms() }));
      response.resume();
    });
    request.end();
  });
}
