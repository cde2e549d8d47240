import type { Load } from '../../scenario/scenario.ts';
import { schedule } from '../../scenario/schedule.ts';
import type { Outcome } from '../../timeline/event.ts';
import type { Environment } from '../environment.ts';
import type { Connected, Connecting, Network } from '../kubernetes/network.ts';
import { EphemeralPorts } from './ephemeral-ports.ts';
import type { FaultFilter } from './fault-filter.ts';

/** Requests that have their outcome are dropped so many at a time. */
const FORGET_AT = 1000;

/**
 * The open-loop client: requests leave at times that were fixed before, whatever becomes of the earlier ones.
 * Records exactly one outcome for each.
 */
export class Client {
  readonly #environment: Environment;
  readonly #network: Network;
  readonly #filter: FaultFilter;
  readonly #load: Load;
  readonly #ports: EphemeralPorts;
  readonly #times_ms: Float64Array;
  /** Idle kept-alive connections, by what is at their other end; the last used is used first. */
  readonly #idle: Connected[] = [];
  /** Requests that may still be open, the oldest first: all wait equally long, so they give up in this order. */
  readonly #waiting: Request[] = [];
  /** Where the oldest of them is: those before it have their outcome. */
  #oldest = 0;
  #next = 0;

  /** @param filter what its proxy does to its requests */
  constructor(environment: Environment, network: Network, filter: FaultFilter, load: Load) {
    this.#environment = environment;
    this.#network = network;
    this.#filter = filter;
    this.#load = load;
    this.#ports = new EphemeralPorts(environment);
    this.#times_ms = schedule(load, environment.uniform('arrivals'));
  }

  start(): void {
    const at_ms = this.#times_ms[this.#next];
    if (at_ms === undefined) return;
    this.#environment.simulation.at(at_ms, () => {
      this.#next += 1;
      this.#send(at_ms);
      this.start();
    });
  }

  #send(at_ms: number): void {
    const request = new Request(this.#environment, this.#load, at_ms, this.#idle);
    this.#waiting.push(request);
    if (this.#waiting.length === 1) this.#giveUpLater(request);
    this.#filter.pass(
      () => this.#forward(request),
      () => request.aborted(),
    );
  }

  #forward(request: Request): void {
    // The client has given up while its proxy held the request, and the proxy with it.
    if (!request.isOpen) return;
    const kept = this.#takeIdle();
    if (kept !== undefined) {
      this.#environment.after(this.#environment.delay_ms('network_round_trip'), () => {
        if (kept.process.isListening || !kept.machine.isReachable) request.connected(kept);
        else request.end('reset');
      });
      return;
    }
    const port = this.#load.source_ports === 'kernel' ? this.#ports.next() : undefined;
    this.#network.connect(port, request.give_up_ms, request);
  }

  /** One timer for all, set to the oldest that is open: most have their answer long before. */
  #giveUpLater({ give_up_ms }: Request): void {
    this.#environment.simulation.at(give_up_ms, () => {
      const { now_ms } = this.#environment;
      let next = this.#waiting[this.#oldest];
      while (next !== undefined && (!next.isOpen || next.give_up_ms <= now_ms)) {
        next.end('timeout');
        this.#oldest += 1;
        next = this.#waiting[this.#oldest];
      }
      if (next !== undefined) this.#giveUpLater(next);
      if (next === undefined || this.#oldest > FORGET_AT) {
        this.#waiting.splice(0, this.#oldest);
        this.#oldest = 0;
      }
    });
  }

  /** A kept connection whose other end has not closed it, as far as the client can know. */
  #takeIdle(): Connected | undefined {
    for (let server = this.#idle.pop(); server !== undefined; server = this.#idle.pop()) {
      if (server.process.isListening || !server.machine.isReachable) return server;
    }
    return undefined;
  }
}

/** One request, from its intended time to its outcome: the first that comes is the one. */
class Request implements Connecting {
  readonly #environment: Environment;
  readonly #load: Load;
  readonly #at_ms: number;
  readonly #idle: Connected[];
  readonly give_up_ms: number;
  isOpen = true;

  /** @param idle where its connection is left, if it is kept */
  constructor(environment: Environment, load: Load, at_ms: number, idle: Connected[]) {
    this.#environment = environment;
    this.#load = load;
    this.#at_ms = at_ms;
    this.#idle = idle;
    this.give_up_ms = at_ms + load.timeout_ms;
  }

  connected(server: Connected): void {
    if (!this.isOpen || !server.machine.isReachable) return;
    server.process.serve(
      (hasFailed) => this.#answered(server, hasFailed),
      () => {
        if (server.machine.isReachable) this.end('reset');
      },
    );
  }

  refused(): void {
    this.end('refused');
  }

  unreachable(): void {
    this.end('unreachable');
  }

  /** The client's own proxy answers, with an error. */
  aborted(): void {
    this.#environment.after(this.#environment.delay_ms('network_round_trip'), () => this.end('bad-status'));
  }

  end(outcome: Outcome): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    const at_ms = this.#at_ms;
    const latency_ms = this.#environment.now_ms - at_ms;
    this.#environment.record({ type: 'request', at_ms, latency_ms, outcome, send_lag_ms: 0 });
  }

  #answered(server: Connected, hasFailed = false): void {
    if (!this.isOpen || !server.machine.isReachable) return;
    const latency_ms = this.#environment.now_ms - this.#at_ms;
    const late = latency_ms <= this.#load.latency_limit_ms ? 'ok' : 'slow';
    this.end(hasFailed ? 'bad-status' : late);
    if (this.#load.connections === 'keep-alive') this.#idle.push(server);
  }
}
