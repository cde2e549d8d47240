/**
 * Ctrl-C. The first asks for an orderly end, in which the cluster is put back as it was; the second leaves at
 * once and says what may remain.
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
  const dispose = io.onSignal((name) => {
    if (!controller.signal.aborted) {
      controller.abort(new Error(`ended by ${name}`));
      io.stderr.write(
        journal === undefined
          ? `\n${name}: stopping\n`
          : `\n${name}: stopping, and putting the cluster back as it was; once more to leave at once\n`,
      );
      return;
    }
    if (journal !== undefined) {
      io.stderr.write(`\n${name}: left at once; what may remain in the cluster is listed in ${journal}\n`);
    }
    io.exit(journal === undefined ? EXIT.aborted : EXIT.notRestored);
  });
  return {
    signal: controller.signal,
    guard(path) {
      journal = path;
      return () => {
        journal = undefined;
      };
    },
    dispose,
  };
}
