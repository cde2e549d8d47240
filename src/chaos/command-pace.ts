/** However slow the machine was that time: no fault begins or ends earlier than it should by more than this. */
const LEAD_MAX_MS = 500;

/**
 * How long before its time a command must be called: a process takes tenths of a second to start, so a fault would
 * begin late, and one that is to last for 3 s would last for 3.4 s.
 */
export class CommandPace {
  #least_ms = LEAD_MAX_MS;
  #observed = false;

  /** @param lead_ms from the call of a command to its effect */
  observe(lead_ms: number): void {
    this.#observed = true;
    this.#least_ms = Math.min(this.#least_ms, Math.max(0, lead_ms));
  }

  /** The least that was seen, so that hardly anything comes too early; 0 where nothing was. */
  get lead_ms(): number {
    return this.#observed ? this.#least_ms : 0;
  }
}
