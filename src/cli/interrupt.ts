/**
 * Ctrl-C. The first asks for an orderly end, in which the cluster is put back as it was; the second leaves at
 * once and says what may remain. A bug of ours asks for an orderly end, too.
 */
import { EXIT } from '../scenario/errors.ts';
import type { Io } from './io.ts';

export interface Interrupt {
  readonly signal: AbortSignal;
  /**
   * From here on, until the returned function is called, something in a cluster may need to be put back; the
   * journal knows what.
   */
  guard(journal: string): () => void;
  /** Stops listening. */
  dispose(): void;
}

export function listenForInterrupt(io: Io): Interrupt {
  const controller = new AbortController();
  let journal: string | undefined;
  const stop = (name: string, reason: unknown) => {
    controller.abort(reason);
    io.stderr.write(
      journal === undefined
        ? `\n${name}: stopping\n`
        : `\n${name}: stopping, and putting the cluster back as it was; Ctrl-C to leave at once\n`,
    );
  };
  const disposeSignals = io.onSignal((name) => {
    if (!controller.signal.aborted) {
      stop(name, new Error(`ended by ${name}`));
      return;
    }
    // A terminal that is closed sends it more than once, and nobody sits there any more who is in a hurry.
    if (name === 'SIGHUP') return;
    if (journal !== undefined) {
      io.stderr.write(`\n${name}: left at once; what may remain in the cluster is listed in ${journal}\n`);
    }
    io.exit(journal === undefined ? EXIT.aborted : EXIT.notRestored);
  });
  const disposeBugs = io.onBug((error) => {
    const stack = error instanceof Error ? error.stack : String(error);
    io.stderr.write(`\ninternal error, please report it with the command and the scenario:\n${stack}\n`);
    if (!controller.signal.aborted) stop('internal error', error);
  });
  return {
    signal: controller.signal,
    guard(path) {
      journal = path;
      return () => {
        journal = undefined;
      };
    },
    dispose() {
      disposeSignals();
      disposeBugs();
    },
  };
}
