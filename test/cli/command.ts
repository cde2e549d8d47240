/** The command line in this process: what it writes, and the code it ends with. */
import { Readable } from 'node:stream';
import type { Arms } from '../../src/cli/arms.ts';
import type { EndSignal, Io } from '../../src/cli/io.ts';
import { main } from '../../src/cli/program.ts';
import type { Results } from '../../src/report/model.ts';

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** With which the process was to end at once; undefined where it was not. */
  readonly exited: number | undefined;
}

export interface Signals {
  send(signal: EndSignal): void;
  readonly listening: boolean;
}

export async function foreshock(
  words: readonly string[],
  arms: Partial<Arms> = {},
  options: {
    readonly env?: Io['env'];
    readonly isTTY?: boolean;
    readonly signals?: TestSignals;
    readonly ask?: Io['ask'];
  } = {},
): Promise<Ended> {
  const written = { stdout: '', stderr: '' };
  const output = (name: 'stdout' | 'stderr') => ({
    isTTY: options.isTTY ?? false,
    write: (text: string) => {
      written[name] += text;
    },
  });
  const signals = options.signals ?? new TestSignals();
  let exited: number | undefined;
  const io: Io = {
    stdout: output('stdout'),
    stderr: output('stderr'),
    stdin: () => Readable.from([]),
    env: options.env ?? {},
    ask: options.ask,
    onSignal: (handler) => signals.listen(handler),
    onBug: (handler) => signals.listenForBugs(handler),
    exit: (code) => {
      exited = code;
    },
  };
  const code = await main(words, io, async () => ({ ...UNEXPECTED, ...arms }));
  return { code, ...written, exited };
}

/** Signals as a test sends them. */
export class TestSignals {
  #handler: ((signal: EndSignal) => void) | undefined;
  #bugHandler: ((error: unknown) => void) | undefined;

  listen(handler: (signal: EndSignal) => void): () => void {
    this.#handler = handler;
    return () => {
      this.#handler = undefined;
    };
  }

  listenForBugs(handler: (error: unknown) => void): () => void {
    this.#bugHandler = handler;
    return () => {
      this.#bugHandler = undefined;
    };
  }

  get listening(): boolean {
    return this.#handler !== undefined || this.#bugHandler !== undefined;
  }

  send(signal: EndSignal): void {
    this.#handler?.(signal);
  }

  /** As if this had been thrown where nobody catches. */
  throw(error: unknown): void {
    this.#bugHandler?.(error);
  }
}

const unexpected = (arm: string) => async (): Promise<never> => {
  throw new Error(`${arm} was not expected to be called`);
};

const UNEXPECTED: Arms = {
  predict: unexpected('predict'),
  compareScenarios: unexpected('compareScenarios'),
  predictPlan: unexpected('predictPlan'),
  measure: unexpected('measure'),
  preflight: unexpected('preflight'),
  dryRun: unexpected('dryRun'),
  observe: unexpected('observe'),
  compare: unexpected('compare'),
  restore: unexpected('restore'),
  guard: unexpected('guard'),
};

/** Arms that find what a test wants found. */
export function armsThatFind(results: Results): Partial<Arms> {
  return {
    preflight: async () => {},
    predict: async () => results.prediction!,
    measure: async () => results.measurement!,
    compare: async () => results.verdict!,
  };
}
