import type { Plan } from '../../scenario/plan.ts';

/** Which deployments are bad, and not rolled back yet. */
export class Releases {
  readonly #plan: Plan;
  /** By deployments: whether one is bad; by service: how many of those it is part of are. */
  readonly #isBad: Uint8Array;
  readonly #badOn: Uint16Array;
  /** Set whenever some service may have changed; whoever has looked clears it. */
  hasChanged = true;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#isBad = new Uint8Array(plan.deployments.length);
    this.#badOn = new Uint16Array(plan.services.length);
  }

  /** Whether nothing bad is deployed of a service. */
  areGood(service: number): boolean {
    return this.#badOn[service] === 0;
  }

  isBad(index: number): boolean {
    return this.#isBad[index] === 1;
  }

  fail(index: number): void {
    this.#set(index, 1);
  }

  rollBack(index: number): void {
    this.#set(index, 0);
  }

  copyFrom(other: Releases): void {
    this.#isBad.set(other.#isBad);
    this.#badOn.set(other.#badOn);
    this.hasChanged = other.hasChanged;
  }

  #set(index: number, isBad: 0 | 1): void {
    if (this.#isBad[index] === isBad) return;
    this.#isBad[index] = isBad;
    for (const service of this.#plan.deployments[index]!.services)
      this.#badOn[service]! += isBad === 1 ? 1 : -1;
    this.hasChanged = true;
  }
}
