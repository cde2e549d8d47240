/**
 * Who runs a load plan: this thread, or one of its own, so that watching, journaling and drawing do not
 * delay the requests.
 */
import { Worker } from 'node:worker_threads';
import type { NoteEvent, RequestEvent } from '../../timeline/event.ts';
import type { Transport } from '../cluster/cluster.ts';
import { generate, type LoadPlan } from './generator.ts';
import { type HttpTarget, HttpTransport } from './http.ts';

export interface Sender {
  /** As `generate`, over one plan after another. */
  run(plan: LoadPlan, record: (event: RequestEvent | NoteEvent) => void, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** HTTP is sent from a thread of its own; any other transport lives in this one and is used here. */
export function senderFor(transport: Transport): Sender {
  return transport instanceof HttpTransport ? new WorkerSender(transport.target) : new LocalSender(transport);
}

export class LocalSender implements Sender {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  run(plan: LoadPlan, record: (event: RequestEvent | NoteEvent) => void, signal: AbortSignal): Promise<void> {
    return generate(plan, this.#transport, record, signal);
  }

  /** The transport is its owner's to close. */
  async close(): Promise<void> {}
}

/** To the worker. One plan at a time. */
export type ToWorker = { readonly type: 'run'; readonly plan: LoadPlan } | { readonly type: 'abort' };

/** From the worker; events come in batches. */
export type FromWorker =
  | { readonly type: 'events'; readonly events: readonly (RequestEvent | NoteEvent)[] }
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly error: Error };

export interface WorkerData {
  readonly target: HttpTarget;
}

/** Sources run as they are; the build puts the worker beside the bundle. */
const WORKER_URL = new URL(
  import.meta.url.endsWith('.ts') ? './worker.ts' : './load-worker.js',
  import.meta.url,
);

export class WorkerSender implements Sender {
  readonly #worker: Worker;

  constructor(target: HttpTarget) {
    const workerData: WorkerData = { target };
    this.#worker = new Worker(WORKER_URL, { workerData, name: 'load' });
    // Without a run there is nobody to tell; the next run meets a dead worker and says so.
    this.#worker.on('error', () => {});
    this.#worker.unref();
  }

  run(plan: LoadPlan, record: (event: RequestEvent | NoteEvent) => void, signal: AbortSignal): Promise<void> {
    const worker = this.#worker;
    const post = (message: ToWorker) => worker.postMessage(message);
    return new Promise((resolve, reject) => {
      const onAbort = () => post({ type: 'abort' });
      const end = (error?: Error) => {
        worker.off('message', onMessage);
        worker.off('error', end);
        worker.off('exit', onExit);
        worker.unref();
        signal.removeEventListener('abort', onAbort);
        if (error === undefined) resolve();
        else reject(error);
      };
      const onMessage = (message: FromWorker) => {
        if (message.type === 'events') for (const event of message.events) record(event);
        else end(message.type === 'failed' ? message.error : undefined);
      };
      const onExit = (code: number) => end(new Error(`the load thread ended with code ${code} in mid-run`));
      if (worker.threadId === -1) return end(new Error('the load thread has ended'));
      worker.on('message', onMessage);
      worker.on('error', end);
      worker.on('exit', onExit);
      worker.ref();
      signal.addEventListener('abort', onAbort);
      post({ type: 'run', plan });
      if (signal.aborted) onAbort();
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
