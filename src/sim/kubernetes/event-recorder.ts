import type { Environment } from '../environment.ts';
import type { ClientRateLimit } from './client-rate-limit.ts';

/** Kubernetes 1.35 staging/src/k8s.io/client-go/tools/record/events_cache.go defaultSpamBurst, defaultSpamQPS. */
const BURST = 25;
const REFILL_MS = 300_000;

/**
 * Writes the events of a controller ("Created pod: ..."). What they say decides nothing, but they go through the
 * controller's own client, so they use up its rate: one at a time, at most 25 about an object and one more every five
 * minutes (Kubernetes 1.35 staging/src/k8s.io/client-go/tools/record/event.go StartRecordingToSink).
 */
export class EventRecorder {
  readonly #environment: Environment;
  readonly #limit: ClientRateLimit;
  readonly #objects = new Map<string, { tokens: number; counted_ms: number }>();
  #waiting = 0;

  constructor(environment: Environment, limit: ClientRateLimit) {
    this.#environment = environment;
    this.#limit = limit;
  }

  record(object: string): void {
    if (!this.#isAllowed(object)) return;
    this.#waiting += 1;
    if (this.#waiting === 1) this.#send();
  }

  #send(): void {
    this.#limit.take(() => {
      this.#environment.after(this.#environment.delay_ms('api_write'), () => {
        this.#waiting -= 1;
        if (this.#waiting > 0) this.#send();
      });
    });
  }

  #isAllowed(object: string): boolean {
    const { now_ms } = this.#environment;
    const known = this.#objects.get(object) ?? { tokens: BURST, counted_ms: now_ms };
    known.tokens = Math.min(BURST, known.tokens + (now_ms - known.counted_ms) / REFILL_MS);
    known.counted_ms = now_ms;
    this.#objects.set(object, known);
    if (known.tokens < 1) return false;
    known.tokens -= 1;
    return true;
  }
}
