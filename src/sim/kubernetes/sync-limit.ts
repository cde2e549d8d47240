/** When kube-proxy may write its rules again. */
export class SyncLimit {
  /** Syncs that may be done without a pause; 1: there is always one. */
  readonly #burst: number;
  #pause_ms = 0;
  /** When the last sync ended. */
  #ended_ms = Number.NEGATIVE_INFINITY;
  /** Of the token bucket, when it was last taken from. */
  #tokens: number;
  #taken_ms = Number.NEGATIVE_INFINITY;

  /** @param burst see KubernetesBehaviour.kube_proxy_burst_syncs */
  constructor(burst: number) {
    this.#burst = burst;
    this.#tokens = burst;
  }

  /**
   * At once, where the bucket holds a token (Kubernetes 1.33 pkg/util/async/bounded_frequency_runner.go tryRun);
   * else a pause after the end of the last sync, which since 1.34 is the only way (pkg/proxy/runner).
   */
  next_ms(now_ms: number): number {
    if (this.#burst > 1 && this.#tokensAt(now_ms) >= 1) return now_ms;
    return Math.max(now_ms, this.#ended_ms + this.#pause_ms);
  }

  began(now_ms: number): void {
    this.#tokens = Math.max(0, this.#tokensAt(now_ms) - 1);
    this.#taken_ms = now_ms;
  }

  /** @param pause_ms least time to the next one, and to the next token */
  ended(now_ms: number, pause_ms: number): void {
    this.#ended_ms = now_ms;
    this.#pause_ms = pause_ms;
  }

  #tokensAt(now_ms: number): number {
    if (this.#pause_ms === 0) return this.#burst;
    return Math.min(this.#burst, this.#tokens + (now_ms - this.#taken_ms) / this.#pause_ms);
  }
}
