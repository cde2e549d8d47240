import type { Node } from '../../scenario/scenario.ts';
import { type Cause, step } from '../cause.ts';
import type { Processors } from '../engine/processors.ts';
import type { Lifespan } from '../engine/simulation.ts';
import type { Environment } from '../environment.ts';
import type { Kubelet } from './kubelet.ts';
import { Link } from './link.ts';
import type { NodeObject } from './objects.ts';

/** @param environment the kubelet's own, which ends with the machine's power */
export type StartKubelet = (environment: Environment, link: Link) => Kubelet;

/** A node as a machine: whether it has power, whether its cable is in, and the kubelet that runs on it. */
export class Machine {
  readonly spec: Node;
  /** Position among the scenario's nodes; load enters at the first. */
  readonly index: number;
  readonly #environment: Environment;
  readonly #startKubelet: StartKubelet;
  readonly #processors: Processors | undefined;
  #link: Link;
  #lifespan: Lifespan;
  #kubelet: Kubelet | undefined;
  #hasPower = true;
  #isCut = false;
  /** How often it was turned on. */
  #starts = 0;

  /** @param processors undefined: as many as it takes */
  constructor(
    environment: Environment,
    spec: Node,
    index: number,
    startKubelet: StartKubelet,
    processors: Processors | undefined,
  ) {
    this.spec = spec;
    this.index = index;
    this.#environment = environment;
    this.#startKubelet = startKubelet;
    this.#processors = processors;
    const { link, lifespan, kubelet } = this.#start();
    this.#link = link;
    this.#lifespan = lifespan;
    this.#kubelet = kubelet;
  }

  /** From what runs on it to the API server; another one after each boot. */
  get link(): Link {
    return this.#link;
  }

  /** undefined: it has no power, or is still booting. */
  get kubelet(): Kubelet | undefined {
    return this.#kubelet;
  }

  /** Whether a packet to it or to its pods arrives. */
  get isReachable(): boolean {
    return this.#hasPower && !this.#isCut;
  }

  /** As the API server knows it while nothing is wrong. */
  object(): NodeObject {
    const { spec, index } = this;
    return {
      name: spec.name,
      index,
      spec,
      ready: 'True',
      heartbeat_at_ms: Number.NEGATIVE_INFINITY,
      unschedulable: false,
      taints: spec.taints,
    };
  }

  /** The cable is pulled out: what runs on it goes on. */
  cut(): void {
    this.#isCut = true;
    this.#link.cut(CABLE, 'silence');
  }

  mend(): void {
    this.#isCut = false;
    this.#link.mend(CABLE);
  }

  /** The power goes: its processes are gone without a word, and so is everything that they had still to do. */
  powerOff(cause: Cause): void {
    if (!this.#hasPower) return;
    this.#hasPower = false;
    this.#kubelet?.powerOff(cause);
    this.#kubelet = undefined;
    this.#lifespan.end();
    this.#processors?.abandon(this.#lifespan);
    this.#link.cut('power', 'silence');
  }

  /** The power is back: it boots, and its kubelet starts the node's pods anew. */
  powerOn(cause: Cause): void {
    if (this.#hasPower) return;
    this.#hasPower = true;
    this.#starts += 1;
    const start = this.#starts;
    this.#environment.after(this.#environment.delay_ms('node_boot'), () => {
      // The power has gone again meanwhile.
      if (!this.#hasPower || this.#starts !== start) return;
      const { link, lifespan, kubelet } = this.#start();
      this.#link = link;
      this.#lifespan = lifespan;
      this.#kubelet = kubelet;
      kubelet.boot(step(cause, 'node boot', this.#environment.now_ms));
    });
  }

  #start(): { readonly link: Link; readonly lifespan: Lifespan; readonly kubelet: Kubelet } {
    const { environment, lifespan } = this.#environment.mortal(this.#processors);
    const link = new Link(environment);
    if (this.#isCut) link.cut(CABLE, 'silence');
    return { link, lifespan, kubelet: this.#startKubelet(environment, link) };
  }
}

const CABLE = 'cable';
