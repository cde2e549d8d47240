import type { Load } from '../scenario/scenario.ts';
import { now_ms } from './clock.ts';
import type { Cluster } from './cluster/cluster.ts';
import {
  CONNTRACK_MEMORY_MS,
  checkAddresses,
  checkRate,
  localPortRange,
  type SourcePlan,
} from './load/source.ts';

/** From which addresses and ports each trial sends, so that none meets connections of the last one. */
export class TrialSources {
  readonly #load: Load;
  readonly #plan: SourcePlan;
  /** Requests to the embedded cluster do not pass through any connection tracking. */
  readonly #inProcess: boolean;
  /** By address, where the operating system chooses the ports. */
  readonly #lastSent_ms = new Map<string, number>();

  constructor(load: Load, kind: Cluster['kind'], addresses: readonly string[]) {
    this.#load = load;
    this.#inProcess = kind === 'embedded';
    if (this.#inProcess) this.#plan = { ports: 'kernel', addresses: [] };
    else if (load.source_ports === 'kernel') this.#plan = { ports: 'kernel', addresses };
    else this.#plan = { ports: 'own', addresses, range: localPortRange() };
  }

  /** @throws UserError where a rate of the load needs more ports, or an address is not this machine's */
  async check(): Promise<void> {
    const { rate_per_s, steps } = this.#load;
    const highest_per_s = Math.max(rate_per_s, ...steps.map((step) => step.rate_per_s));
    const step = steps.findIndex((each) => each.rate_per_s === highest_per_s);
    const field = rate_per_s === highest_per_s ? 'load.rate' : `load.steps[${step}].rate`;
    checkRate(highest_per_s, field, this.#plan);
    await checkAddresses(this.#plan.addresses);
  }

  /** One address a trial where the operating system chooses the ports, so that trials need not wait. */
  of(trial: number): SourcePlan {
    const { ports, addresses } = this.#plan;
    if (ports === 'own' || addresses.length === 0) return this.#plan;
    return { ports, addresses: [addresses[trial % addresses.length]!] };
  }

  /** To be called when the load of a trial has ended. */
  sent(trial: number): void {
    this.#lastSent_ms.set(this.#addressOf(trial), now_ms());
  }

  /** How long until connection tracking has forgotten what was last sent from where this trial sends. */
  wait_ms(trial: number): number {
    const last_ms = this.#lastSent_ms.get(this.#addressOf(trial));
    if (this.#inProcess || this.#plan.ports === 'own' || last_ms === undefined) return 0;
    return Math.max(0, last_ms + CONNTRACK_MEMORY_MS - now_ms());
  }

  /** For reports. */
  describe(): string {
    if (this.#inProcess) return 'source ports: none, requests do not leave the process';
    const { addresses } = this.#plan;
    const from =
      addresses.length === 0 ? '' : ` of ${addresses.length} address${addresses.length > 1 ? 'es' : ''}`;
    if (this.#plan.ports === 'kernel') return `source ports: chosen by the operating system${from}`;
    const { first, last } = this.#plan.range;
    return `source ports: ${first} to ${last}${from}, none used again within ${CONNTRACK_MEMORY_MS / 1000} s`;
  }

  /** The operating system's own choice of address counts as one. */
  #addressOf(trial: number): string {
    return this.of(trial).addresses[0] ?? '';
  }
}
