/**
 * Progress on stderr: one live line where a person looks on, one plain line a phase where a log is kept.
 */
import type { Output } from './io.ts';

export interface Progress {
  /** Something new begins. @param short stands before its updates, where the text is too long for that */
  phase(text: string, short?: string): void;
  /** How far it is; shown on a terminal only. */
  update(text: string): void;
  /** Clears the live line, so that other text can follow. */
  end(): void;
}

const CLEAR_LINE = '\r\x1b[2K';
const UPDATE_EVERY_MS = 100;

export function progressOn(output: Output, now_ms: () => number = Date.now): Progress {
  return output.isTTY === true ? liveLine(output, now_ms) : plainLines(output);
}

function liveLine(output: Output, now_ms: () => number): Progress {
  // A line that wraps would not be cleared as a whole.
  const show = (text: string) => output.write(CLEAR_LINE + text.slice(0, (output.columns ?? 80) - 1));
  let phase = '';
  let shown_at_ms = Number.NEGATIVE_INFINITY;
  return {
    phase(text, short = text) {
      phase = short;
      shown_at_ms = Number.NEGATIVE_INFINITY;
      show(text);
    },
    update(text) {
      if (now_ms() - shown_at_ms < UPDATE_EVERY_MS) return;
      shown_at_ms = now_ms();
      show(`${phase}: ${text}`);
    },
    end() {
      output.write(CLEAR_LINE);
    },
  };
}

function plainLines(output: Output): Progress {
  return {
    phase: (text) => output.write(`${text}\n`),
    update: () => undefined,
    end: () => undefined,
  };
}
