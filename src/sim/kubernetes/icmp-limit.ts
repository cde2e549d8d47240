import type { Environment } from '../environment.ts';

/** Messages to one address that may go out at once (Linux net/ipv4/route.c XRLIM_BURST_FACTOR). */
const BURST = 6;

/** How many ICMP errors a host sends to one client: a bucket that fills by one an interval (net/ipv4/inetpeer.c inet_peer_xrlim_allow). */
export class IcmpLimit {
  readonly #environment: Environment;
  #tokens = BURST;
  #counted_ms = 0;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Whether one more goes out now. */
  take(): boolean {
    const now_ms = this.#environment.now_ms;
    const interval_ms = this.#environment.delay_ms('icmp_interval');
    if (interval_ms <= 0) return true;
    this.#tokens = Math.min(BURST, this.#tokens + (now_ms - this.#counted_ms) / interval_ms);
    this.#counted_ms = now_ms;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
