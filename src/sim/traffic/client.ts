import type { Load } from '../../scenario/scenario.ts';
import { schedule } from '../../scenario/schedule.ts';
import type { Outcome } from '../../timeline/event.ts';
import type { Environment } from '../environment.ts';
import type { Connected, Network } from '../kubernetes/network.ts';

/**
 * The open-loop client: requests leave at times that were fixed before, whatever becomes of the earlier ones.
 * Records exactly one outcome for each.
 */
export class Client {
  readonly #environment: Environment;
  readonly #network: Network;
  readonly #load: Load;
  readonly #times_ms: Float64Array;
  /** Idle kept-alive connections, by what is at their other end; the last used is used first. */
  readonly #idle: Connected[] = [];
  #next = 0;

  constructor(environment: Environment, network: Network, load: Load) {
    this.#environment = environment;
    this.#network = network;
    this.#load = load;
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
    const give_up_ms = at_ms + this.#load.timeout_ms;
    let isOpen = true;
    const end = (outcome: Outcome) => {
      if (!isOpen) return;
      isOpen = false;
      const latency_ms = this.#environment.now_ms - at_ms;
      this.#environment.record({ type: 'request', at_ms, latency_ms, outcome, send_lag_ms: 0 });
    };
    this.#environment.simulation.at(give_up_ms, () => end('timeout'));

    const request = (server: Connected) => {
      if (!isOpen || !server.machine.isReachable) return;
      server.process.serve(
        () => {
          if (!isOpen || !server.machine.isReachable) return;
          end(this.#environment.now_ms - at_ms <= this.#load.latency_limit_ms ? 'ok' : 'slow');
          if (this.#load.connections === 'keep-alive') this.#idle.push(server);
        },
        () => {
          if (server.machine.isReachable) end('reset');
        },
      );
    };
    const kept = this.#takeIdle();
    if (kept !== undefined) {
      this.#environment.after(this.#environment.delay_ms('network_round_trip'), () => {
        if (kept.process.isListening || !kept.machine.isReachable) request(kept);
        else end('reset');
      });
      return;
    }
    const port = this.#load.source_ports === 'kernel' ? this.#network.ephemeralPort() : undefined;
    this.#network.connect(port, give_up_ms, {
      connected: request,
      refused: () => end('refused'),
      unreachable: () => end('unreachable'),
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
