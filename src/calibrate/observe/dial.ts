import { connect } from 'node:net';
import { now_ms } from '../../chaos/clock.ts';
import type { Attempt } from '../observation.ts';

export interface DialOptions {
  readonly host: string;
  readonly port: number;
  /** Between two attempts. */
  readonly gap_ms: number;
  /** Whether enough is known; asked after every attempt that came to an end, with all that have, in the order of sending. */
  readonly enough: (attempts: readonly Attempt[]) => boolean;
  /** It ends then, whatever is known. */
  readonly longest_ms: number;
  readonly signal: AbortSignal;
}

/** Without an answer in this time there is none: many times what a network of one site takes. */
const SILENT_AFTER_MS = 60;

/** After so long a moment more or less does not matter as much. */
const DENSE_FOR_MS = 5000;
const SPARSE_GAP_MS = 20;

/**
 * Tries TCP connections, one every few milliseconds, and closes each at once, in order: a reset would be an error
 * to the program. Attempts may overlap while nobody answers.
 */
export function dial(options: DialOptions): Promise<readonly Attempt[]> {
  const { host, port, gap_ms, signal } = options;
  const begin_ms = now_ms();
  const open: { readonly at_ms: number; outcome: Attempt['outcome'] | undefined }[] = [];
  const known: Attempt[] = [];
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    /** In the order of sending: a later one may be answered before. */
    const settle = () => {
      while (open[0]?.outcome !== undefined) known.push(open.shift() as Attempt);
    };
    const finish = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      resolve([...known]);
    };
    const next = () => {
      if (now_ms() - begin_ms >= options.longest_ms) {
        finish();
        return;
      }
      const attempt: (typeof open)[number] = { at_ms: now_ms(), outcome: undefined };
      open.push(attempt);
      attemptTo(host, port, (outcome) => {
        attempt.outcome = outcome;
        settle();
        if (options.enough(known)) finish();
      });
      timer = setTimeout(next, now_ms() - begin_ms < DENSE_FOR_MS ? gap_ms : SPARSE_GAP_MS);
    };
    signal.addEventListener('abort', finish);
    if (signal.aborted) finish();
    else next();
  });
}

function attemptTo(host: string, port: number, done: (outcome: Attempt['outcome']) => void): void {
  const socket = connect({ host, port, noDelay: true });
  let isDone = false;
  const end = (outcome: Attempt['outcome']) => {
    if (isDone) return;
    isDone = true;
    clearTimeout(timer);
    socket.destroy();
    done(outcome);
  };
  // Where this process was late itself, the answer may be there and only waits to be read.
  const timer = setTimeout(() => setImmediate(() => end('silent')), SILENT_AFTER_MS);
  socket.on('connect', () => end('accepted'));
  // A host that is not there any more is told of by an ICMP message, too.
  socket.on('error', ({ code }: NodeJS.ErrnoException) =>
    end(code === 'ECONNREFUSED' ? 'refused' : 'silent'),
  );
}
