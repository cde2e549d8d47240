import type { Environment } from '../environment.ts';
import type { Process } from './container-runtime.ts';
import { IcmpLimit } from './icmp-limit.ts';
import type { Machine } from './machine.ts';
import { Neighbours } from './neighbours.ts';
import type { Sandbox } from './sandbox.ts';

/**
 * When an unanswered SYN is sent again, in milliseconds after the first: Linux 6.5 and later, four times
 * linearly, then doubling (tcp_syn_linear_timeouts 4 in Documentation/networking/ip-sysctl.rst).
 */
const SYN_RESENT_MS = [1000, 2000, 3000, 4000, 5000, 7000, 11_000, 19_000, 35_000, 67_000];

/** Where a pod's address leads. */
export interface Backend {
  readonly sandbox: Sandbox;
  readonly process: Process | undefined;
  readonly machine: Machine;
  /** A NetworkPolicy lets no new connection in. */
  readonly isIsolated: boolean;
}

/** What becomes of a new connection at the Service: a pod's address, `reject` by ICMP, `drop` in silence, or a name without address. */
export type Choice = { readonly address: string } | 'reject' | 'drop' | 'no-such-name';

/** The server's end of a connection. */
export type Connected = Backend & { readonly process: Process };

export interface Connecting {
  connected(server: Connected): void;
  /** A reset to the SYN, or an ICMP message that nobody listens there. */
  refused(): void;
  /** An ICMP message that there is no such host. */
  unreachable(): void;
}

/**
 * The way of a TCP connection from the client through the Service to a pod.
 *
 * - no backend: rejected by ICMP, of which Linux sends a client only so many; without it the client waits
 * - the pod's address or its node is gone: nothing answers, after a while a few are told that it is unreachable, and
 *   connection tracking keeps sending what it once sent there
 * - the address is up and nobody listens: refused
 * - a NetworkPolicy lets nobody in: nothing answers
 *
 * A SYN that got no answer is sent again; where connection tracking remembers its backend it goes there again,
 * otherwise the rules choose anew.
 */
export class Network {
  readonly #environment: Environment;
  readonly #choose: () => Choice;
  readonly #backend: (address: string) => Backend | undefined;
  /** Half-open connections by client port, where the kernel chooses the ports: they come round again. */
  readonly #tracked = new Map<number, { readonly address: string; readonly until_ms: number }>();
  readonly #neighbours: Neighbours;
  readonly #nodeOf: (address: string) => number | undefined;
  /** Of the node where the load enters: what it rejects, and nodes that it does not reach. */
  readonly #entryLimit: IcmpLimit;
  /** Of each node, for its own pods that are gone: each host counts for itself. */
  readonly #nodeLimits = new Map<number | undefined, IcmpLimit>();

  /**
   * @param choose what the proxy's rules do with a new connection
   * @param backend what an address leads to; undefined: nothing any more
   * @param nodeOf index of the node of the pod whose address it is or was; undefined: nobody knows any more
   */
  constructor(
    environment: Environment,
    choose: () => Choice,
    backend: (address: string) => Backend | undefined,
    nodeOf: (address: string) => number | undefined,
  ) {
    this.#environment = environment;
    this.#nodeOf = nodeOf;
    this.#choose = choose;
    this.#backend = backend;
    this.#neighbours = new Neighbours(environment);
    this.#entryLimit = new IcmpLimit(environment);
  }

  /**
   * Opens a connection; one of `client`'s methods is called once, or none where no answer comes by `give_up_ms`.
   *
   * @param port the client's, where it may come round again; undefined where it is known not to
   */
  connect(port: number | undefined, give_up_ms: number, client: Connecting): void {
    const tracked = port === undefined ? undefined : this.#tracked.get(port);
    const now_ms = this.#environment.now_ms;
    const pinned = tracked !== undefined && tracked.until_ms > now_ms ? tracked.address : undefined;
    this.#send({ port, first_ms: now_ms, resent: 0, give_up_ms, client }, pinned);
  }

  #send(attempt: Attempt, pinned: string | undefined): void {
    const choice = pinned === undefined ? this.#choose() : { address: pinned };
    if (choice === 'no-such-name') {
      this.#answer(() => attempt.client.unreachable());
      return;
    }
    if (choice === 'reject' || choice === 'drop') {
      if (choice === 'reject' && this.#entryLimit.take()) this.#answer(() => attempt.client.refused());
      else this.#resend(attempt, undefined);
      return;
    }
    const { address } = choice;
    const backend = this.#backend(address);
    if (backend === undefined || !backend.sandbox.isUp || !backend.machine.isReachable) {
      this.#lose(attempt, address, backend);
      return;
    }
    if (backend.isIsolated) {
      this.#drop(attempt, address);
      return;
    }
    const { process } = backend;
    this.#neighbours.answered(address);
    this.#answer(() => {
      if (process?.isListening === true && !process.accept()) {
        this.#drop(attempt, address);
        return;
      }
      if (attempt.port !== undefined) this.#tracked.delete(attempt.port);
      if (process?.isListening === true) attempt.client.connected(backend as Connected);
      else attempt.client.refused();
    });
  }

  /** Nobody has the address. */
  #lose(attempt: Attempt, address: string, backend: Backend | undefined): void {
    if (this.#environment.platform.absentAddress === 'refusal') {
      this.#answer(() => attempt.client.refused());
      return;
    }
    // Of a dead node the entry finds out, of a dead pod its node.
    const isNodeGone = backend !== undefined && !backend.machine.isReachable;
    const limit = isNodeGone ? this.#entryLimit : this.#limitOf(this.#nodeOf(address));
    this.#neighbours.send(address, () => {
      if (limit.take()) attempt.client.unreachable();
    });
    this.#drop(attempt, address);
  }

  #limitOf(node: number | undefined): IcmpLimit {
    const limit = this.#nodeLimits.get(node) ?? new IcmpLimit(this.#environment);
    this.#nodeLimits.set(node, limit);
    return limit;
  }

  /** The SYN is lost on its way, or at an accept queue that is full; connection tracking knows where it went. */
  #drop(attempt: Attempt, address: string): void {
    this.#track(attempt.port, address);
    this.#resend(attempt, address);
  }

  /**
   * Remembers where a connection was sent. One that is remembered already is not renewed by another SYN (Linux 5.13
   * and later, net/netfilter/nf_conntrack_proto_tcp.c: no refresh of an entry stuck in SYN_SENT).
   */
  #track(port: number | undefined, address: string): void {
    if (port === undefined) return;
    const now_ms = this.#environment.now_ms;
    const known = this.#tracked.get(port);
    if (known !== undefined && known.until_ms > now_ms) return;
    this.#tracked.set(port, { address, until_ms: now_ms + this.#environment.delay_ms('conntrack_syn_sent') });
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
}

interface Attempt {
  readonly port: number | undefined;
  readonly first_ms: number;
  readonly resent: number;
  readonly give_up_ms: number;
  readonly client: Connecting;
}
