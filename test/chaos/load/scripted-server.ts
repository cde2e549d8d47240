/**
 * HTTP servers on loopback that fail by a script of exact times; runs as a worker thread.
 *
 * Whether a request meets an outage is decided by when the server gets it, except for `refuse`, where the
 * listening socket itself is closed and opened again.
 */
import http from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { now_ms } from '../../../src/chaos/clock.ts';

export const KINDS = ['refuse', 'hang', '503', 'slow'] as const;
export type Kind = (typeof KINDS)[number];

export interface ScriptedOutage {
  readonly kind: Kind;
  readonly begin_ms: number;
  readonly end_ms: number;
}

export interface ServerScript {
  readonly address: string;
  readonly port: number;
  /** From the start that is given to `begin`. */
  readonly outages: readonly ScriptedOutage[];
  /** How late a slow answer is. */
  readonly slow_ms: number;
}

type ToServers = { readonly start_ms: number } | 'end';

export interface ScriptedServers {
  begin(start_ms: number): void;
  /** @returns by how much the servers' thread was late at most while the script ran */
  end(): Promise<number>;
}

export async function scriptedServers(scripts: readonly ServerScript[]): Promise<ScriptedServers> {
  const worker = new Worker(new URL(import.meta.url), { workerData: scripts });
  const post = (message: ToServers) => worker.postMessage(message);
  await new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  return {
    begin: (start_ms) => post({ start_ms }),
    async end() {
      const late_ms = new Promise<number>((resolve) => worker.once('message', resolve));
      post('end');
      const result = await late_ms;
      await worker.terminate();
      return result;
    },
  };
}

if (Array.isArray(workerData)) await serve(workerData as readonly ServerScript[]);

async function serve(scripts: readonly ServerScript[]): Promise<void> {
  let start_ms = Number.POSITIVE_INFINITY;
  const delay = monitorEventLoopDelay({ resolution: 5 });
  const begins: (() => void)[] = [];

  for (const { address, port, outages, slow_ms } of scripts) {
    const server = http.createServer((_, response) => {
      const at_ms = now_ms() - start_ms;
      const outage = outages.find(({ begin_ms, end_ms }) => begin_ms <= at_ms && at_ms < end_ms);
      if (outage?.kind === 'hang') return;
      if (outage?.kind === '503') response.statusCode = 503;
      if (outage?.kind === 'slow') setTimeout(() => response.end(), slow_ms);
      else response.end();
    });
    const listen = () => server.listen({ host: address, port, backlog: 511 });
    await new Promise((resolve, reject) => {
      server.once('error', reject);
      listen().once('listening', resolve);
    });
    begins.push(() => {
      for (const outage of outages.filter(({ kind }) => kind === 'refuse')) {
        setTimeout(() => server.close(), start_ms + outage.begin_ms - now_ms());
        setTimeout(listen, start_ms + outage.end_ms - now_ms());
      }
    });
  }

  parentPort?.on('message', (message: ToServers) => {
    if (message === 'end') return parentPort?.postMessage(delay.max / 1e6);
    start_ms = message.start_ms;
    for (const begin of begins) begin();
    delay.enable();
  });
  parentPort?.postMessage('listening');
}
