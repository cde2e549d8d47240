/**
 * Whether a component reaches the API server. A cut cable, a node without power and a control plane that is away
 * all look the same to the component: writes do not arrive and watches deliver nothing, until it is back.
 */
export class Link {
  readonly #cuts = new Set<string>();
  #waiting: (() => void)[] = [];

  get isUp(): boolean {
    return this.#cuts.size === 0;
  }

  /** @param reason what cut it; it is up again when every reason has been mended */
  cut(reason: string): void {
    this.#cuts.add(reason);
  }

  mend(reason: string): void {
    if (!this.#cuts.delete(reason) || !this.isUp) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const action of waiting) action();
  }

  /** Runs `action` once it is up: now, if it is. */
  whenUp(action: () => void): void {
    if (this.isUp) action();
    else this.#waiting.push(action);
  }
}
