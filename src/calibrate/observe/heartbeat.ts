import { now_ms } from '../../chaos/clock.ts';
import type { Stall } from '../observation.ts';

const BEAT_MS = 3;
/** A beat this much late is not the timer's resolution any more. */
const LATE_MS = 4;

/** Notices when this process was kept from looking: what it sees then, it sees late. */
export class Heartbeat {
  readonly #stalls: Stall[] = [];
  readonly #timer: NodeJS.Timeout;
  #last_ms = now_ms();

  constructor() {
    this.#timer = setInterval(() => this.#beat(), BEAT_MS);
  }

  /** Ends it. @returns when it stood still */
  end(): readonly Stall[] {
    clearInterval(this.#timer);
    this.#beat();
    return this.#stalls;
  }

  #beat(): void {
    const at_ms = now_ms();
    if (at_ms - this.#last_ms > BEAT_MS + LATE_MS) {
      this.#stalls.push({ begin_ms: this.#last_ms, end_ms: at_ms });
    }
    this.#last_ms = at_ms;
  }
}
