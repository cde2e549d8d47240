import type { Environment } from '../environment.ts';
import type { Process, Sandbox } from './container-runtime.ts';

/**
 * Ephemeral ports of a client address under Linux's defaults, 32768 to 60999 (ip_local_port_range in
 * Documentation/networking/ip-sysctl.rst).
 */
const EPHEMERAL_PORTS = 28_232;

/**
 * When an unanswered SYN is sent again, in milliseconds after the first: Linux 6.5 and later, four times
 * linearly, then doubling (tcp_syn_linear_timeouts 4 in Documentation/networking/ip-sysctl.rst).
 */
const SYN_RESENT_MS = [1000, 2000, 3000, 4000, 5000, 7000, 11_000, 19_000, 35_000, 67_000];

/** ICMP errors to one client address that may go out at once (net/ipv4/route.c XRLIM_BURST_FACTOR). */
const ICMP_BURST = 6;

/** Where an address leads. */
export interface Backend {
  readonly sandbox: Sandbox;
  readonly process: Process | undefined;
}

export interface Connecting {
  connected(process: Process): void;
  /** A reset to the SYN, or an ICMP message that nobody listens there. */
  refused(): void;
}

/**
 * The way of a TCP connection from the client through the Service to a pod.
 *
 * - no backend: rejected by ICMP, of which Linux sends a client only so many; without it the client waits
 * - the pod's address is gone: nothing answers, and connection tracking keeps sending what it once sent there
 * - the address is up and nobody listens: refused
 *
 * A SYN that got no answer is sent again; where connection tracking remembers its backend it goes there again,
 * otherwise the rules choose anew.
 */
export class Network {
  readonly #environment: Environment;
  readonly #choose: () => string | undefined;
  readonly #backend: (pod: string) => Backend | undefined;
  /** Half-open connections by client port, where the kernel chooses the ports: they come round again. */
  readonly #tracked = new Map<number, { readonly pod: string; readonly until_ms: number }>();
  #icmpTokens = ICMP_BURST;
  #icmpCounted_ms = 0;

  /**
   * @param choose what the proxy's rules pick for a new connection; undefined: reject
   * @param backend what a pod's address leads to; undefined: nothing any more
   */
  constructor(
    environment: Environment,
    choose: () => string | undefined,
    backend: (pod: string) => Backend | undefined,
  ) {
    this.#environment = environment;
    this.#choose = choose;
    this.#backend = backend;
  }

  /** A client port that the kernel picked. */
  ephemeralPort(): number {
    return Math.floor(this.#environment.uniform('client/port')() * EPHEMERAL_PORTS);
  }

  /**
   * Opens a connection; one of `client`'s methods is called once, or none where no answer comes by `give_up_ms`.
   *
   * @param port the client's, where it may come round again; undefined where it is known not to
   */
  connect(port: number | undefined, give_up_ms: number, client: Connecting): void {
    const tracked = port === undefined ? undefined : this.#tracked.get(port);
    const now_ms = this.#environment.now_ms;
    const pinned = tracked !== undefined && tracked.until_ms > now_ms ? tracked.pod : undefined;
    this.#send({ port, first_ms: now_ms, resent: 0, give_up_ms, client }, pinned);
  }

  #send(attempt: Attempt, pinned: string | undefined): void {
    const pod = pinned ?? this.#choose();
    if (pod === undefined) {
      if (this.#takeIcmpToken()) this.#answer(() => attempt.client.refused());
      else this.#resend(attempt, undefined);
      return;
    }
    const backend = this.#backend(pod);
    if (backend === undefined || !backend.sandbox.isUp) {
      if (this.#environment.platform.absentAddress === 'refusal') {
        this.#answer(() => attempt.client.refused());
        return;
      }
      if (attempt.port !== undefined) {
        const until_ms = this.#environment.now_ms + this.#environment.delay_ms('conntrack_syn_sent');
        this.#tracked.set(attempt.port, { pod, until_ms });
      }
      this.#resend(attempt, pod);
      return;
    }
    if (attempt.port !== undefined) this.#tracked.delete(attempt.port);
    const { process } = backend;
    this.#answer(() => {
      if (process?.isListening) attempt.client.connected(process);
      else attempt.client.refused();
    });
  }

  #answer(action: () => void): void {
    this.#environment.after(this.#environment.delay_ms('network_round_trip'), action);
  }

  #resend(attempt: Attempt, pinned: string | undefined): void {
    const after_ms = SYN_RESENT_MS[attempt.resent];
    if (after_ms === undefined || attempt.first_ms + after_ms >= attempt.give_up_ms) return;
    this.#environment.simulation.at(attempt.first_ms + after_ms, () => {
      this.#send({ ...attempt, resent: attempt.resent + 1 }, pinned);
    });
  }

  /** A bucket that fills by one token an interval (net/ipv4/inetpeer.c inet_peer_xrlim_allow). */
  #takeIcmpToken(): boolean {
    const now_ms = this.#environment.now_ms;
    const interval_ms = this.#environment.delay_ms('icmp_interval');
    if (interval_ms <= 0) return true;
    const filled = this.#icmpTokens + (now_ms - this.#icmpCounted_ms) / interval_ms;
    this.#icmpTokens = Math.min(ICMP_BURST, filled);
    this.#icmpCounted_ms = now_ms;
    if (this.#icmpTokens < 1) return false;
    this.#icmpTokens -= 1;
    return true;
  }
}

interface Attempt {
  readonly port: number | undefined;
  readonly first_ms: number;
  readonly resent: number;
  readonly give_up_ms: number;
  readonly client: Connecting;
}
