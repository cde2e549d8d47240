/** The thread that sends. Its other end is WorkerSender in sender.ts. */
import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { NoteEvent, RequestEvent } from '../../timeline/event.ts';
import { generate, type LoadPlan } from './generator.ts';
import { HttpTransport } from './http.ts';
import type { FromWorker, ToWorker, WorkerData } from './sender.ts';

/** Long enough that messages cost little, short enough for a live view. */
const BATCH_MS = 50;

// Linux has priorities for single threads: on a busy machine this one goes first, where that is allowed.
try {
  setPriority(constants.priority.PRIORITY_HIGH);
} catch {
  // Not allowed: the schedule is kept as well as can be, and a lag makes the trial invalid.
}

const { target } = workerData as WorkerData;
const post = (message: FromWorker) => parentPort?.postMessage(message);
let running: AbortController | undefined;

parentPort?.on('message', (message: ToWorker) => {
  if (message.type === 'abort') running?.abort();
  else void run(message.plan);
});

async function run(plan: LoadPlan): Promise<void> {
  running = new AbortController();
  // A client of its own for each run: connections kept from the last one may lead to pods that are gone.
  const transport = new HttpTransport(target);
  let batch: (RequestEvent | NoteEvent)[] = [];
  const flush = () => {
    if (batch.length > 0) post({ type: 'events', events: batch });
    batch = [];
  };
  const flushing = setInterval(flush, BATCH_MS);
  try {
    await generate(plan, transport, (event) => batch.push(event), running.signal);
    flush();
    post({ type: 'done' });
  } catch (error) {
    flush();
    post({ type: 'failed', error: error instanceof Error ? error : new Error(String(error)) });
  } finally {
    clearInterval(flushing);
    await transport.close();
  }
}
