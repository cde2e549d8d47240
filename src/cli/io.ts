import type { Readable } from 'node:stream';

/** With which a person, a supervisor and a terminal that is closed ask a process to end. */
const END_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type EndSignal = (typeof END_SIGNALS)[number];

/** What a command may touch of the process around it; tests put their own in its place. */
export interface Io {
  /** The result. */
  readonly stdout: Output;
  /** Progress and messages. */
  readonly stderr: Output;
  stdin(): Readable;
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * Asks the person at the terminal, and gives the answer; '' where it is not given. Undefined where nobody is there.
   * Rejects with the signal's reason.
   */
  readonly ask: ((question: string, signal: AbortSignal) => Promise<string>) | undefined;
  /** Calls `handler` on each of END_SIGNALS until the returned function is called. */
  onSignal(handler: (signal: EndSignal) => void): () => void;
  /** Calls `handler` with what nobody has caught, until the returned function is called. */
  onBug(handler: (error: unknown) => void): () => void;
  /** Ends the process at once. */
  exit(code: number): void;
}

export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

export const processIo: Io = {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: () => process.stdin,
  env: process.env,
  get ask() {
    return process.stdin.isTTY && process.stderr.isTTY ? askOnTerminal : undefined;
  },
  onSignal(handler) {
    for (const signal of END_SIGNALS) process.on(signal, handler);
    return () => {
      for (const signal of END_SIGNALS) process.off(signal, handler);
    };
  },
  // Of rejections that nobody handles, too: Node raises them as exceptions.
  onBug(handler) {
    process.on('uncaughtException', handler);
    return () => process.off('uncaughtException', handler);
  },
  exit: (code) => process.exit(code),
};

async function askOnTerminal(question: string, signal: AbortSignal): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  // Without its editing, a Ctrl-C stays the signal that the command listens for.
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  try {
    const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
    return await Promise.race([lines.question(question, { signal }), ended]);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    lines.close();
  }
}

/** FORCE_COLOR first, then NO_COLOR (no-color.org), then whether a person is looking. */
export function mayColor(output: Output, env: Io['env']): boolean {
  const { FORCE_COLOR: force, NO_COLOR: no, TERM: term } = env;
  if (force !== undefined) return force !== '0' && force !== 'false';
  if (no !== undefined && no !== '') return false;
  return output.isTTY === true && term !== 'dumb';
}
