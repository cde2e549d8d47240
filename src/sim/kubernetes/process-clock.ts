import type { Environment } from '../environment.ts';
import type { Clock } from '../traffic/station.ts';

/**
 * Time as a process has it: it stands still while the process is stopped (SIGSTOP), and what was due meanwhile
 * happens that much later.
 */
export class ProcessClock implements Clock {
  readonly #environment: Environment;
  /** Moments that passed while it stood still. */
  #lost_ms = 0;
  #stopped_at_ms: number | undefined;
  /** How often it was stopped: an action that was scheduled since the last time is due when it comes up. */
  #stops = 0;
  #held: { readonly due_ms: number; readonly action: () => void }[] = [];

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  get isStopped(): boolean {
    return this.#stopped_at_ms !== undefined;
  }

  now(): number {
    return (this.#stopped_at_ms ?? this.#environment.now_ms) - this.#lost_ms;
  }

  after(delay_ms: number, action: () => void): void {
    this.#at(this.now() + delay_ms, delay_ms, action);
  }

  stop(): void {
    if (this.isStopped) return;
    this.#stopped_at_ms = this.#environment.now_ms;
    this.#stops += 1;
  }

  resume(): void {
    if (this.#stopped_at_ms === undefined) return;
    this.#lost_ms += this.#environment.now_ms - this.#stopped_at_ms;
    this.#stopped_at_ms = undefined;
    const now_ms = this.now();
    for (const { due_ms, action } of this.#held.splice(0)) this.#at(due_ms, due_ms - now_ms, action);
  }

  #at(due_ms: number, delay_ms: number, action: () => void): void {
    if (this.isStopped) {
      this.#held.push({ due_ms, action });
      return;
    }
    const stops = this.#stops;
    this.#environment.after(Math.max(0, delay_ms), () => {
      if (stops === this.#stops) action();
      else this.#at(due_ms, due_ms - this.now(), action);
    });
  }
}
