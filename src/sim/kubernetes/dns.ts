import type { Environment } from '../environment.ts';
import type { ApiClient } from './api-server.ts';
import type { EndpointSlice } from './objects.ts';

/**
 * The cluster's DNS, as a client sees it that goes by name and remembers the answer: for `dns_ttl` after a lookup it
 * stays what it was, whatever has become of the endpoints since.
 *
 * Of a Service with an address of its own the answer is always that address, so that only a headless Service's
 * answer ages: the addresses that were ready when it was looked up (CoreDNS plugin/kubernetes, which follows the
 * endpoint slices by a watch).
 */
export class ClusterDns {
  readonly #environment: Environment;
  #ready: readonly string[];
  #cached: readonly string[];
  #expires_ms: number;

  constructor(environment: Environment, api: ApiClient, { name, ready }: EndpointSlice) {
    this.#environment = environment;
    this.#ready = ready;
    api.endpoints.watch((slice) => {
      if (slice.name === name) this.#ready = slice.ready;
    });
    // Others have been asking for this name: its entry is anywhere in its life.
    const ttl_ms = environment.delay_ms('dns_ttl');
    this.#cached = ready;
    this.#expires_ms = environment.uniform('dns')() * ttl_ms;
  }

  /** The addresses that the name stands for. Empty: no such name, for now. */
  lookup(): readonly string[] {
    const now_ms = this.#environment.now_ms;
    if (now_ms >= this.#expires_ms) {
      this.#cached = this.#ready;
      this.#expires_ms = now_ms + this.#environment.delay_ms('dns_ttl');
    }
    return this.#cached;
  }
}
