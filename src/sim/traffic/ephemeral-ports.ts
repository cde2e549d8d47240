import { below } from '../engine/random.ts';
import type { Environment } from '../environment.ts';

/**
 * Ports that connect() picks from under Linux's defaults: of ip_local_port_range, 32768 to 60999, those as even as
 * its first, while any is free (net/ipv4/inet_hashtables.c __inet_hash_connect).
 */
const PORTS = 14_116;

/** It walks through them in order, leaving out up to so many less one by chance. */
const STRIDE = 8;

/**
 * After so long it goes on from another place, drawn anew: the machine's clock is counted in these (net/core/secure_seq.c
 * EPHEMERAL_PORT_SHUFFLE_PERIOD, Linux 5.18 and later). A client on Linux 6.18 saw just one jump a period.
 */
const SHUFFLE_MS = 10_000;

/**
 * The local ports of a client that leaves them to its kernel: they come round again, so that what failed once fails in
 * waves.
 */
export class EphemeralPorts {
  readonly #environment: Environment;
  #port = 0;
  #period: number | undefined;
  #shuffle_begins_ms: number | undefined;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Of the next connection: a number from 0. */
  next(): number {
    const uniform = this.#environment.uniform('client/port');
    this.#shuffle_begins_ms ??= uniform() * SHUFFLE_MS;
    const period = Math.floor((this.#environment.now_ms + this.#shuffle_begins_ms) / SHUFFLE_MS);
    if (period !== this.#period) {
      this.#period = period;
      this.#port = below(PORTS, uniform);
    }
    this.#port = (this.#port + 1 + below(STRIDE, uniform)) % PORTS;
    return this.#port;
  }
}
