/** How many units there are and what is within what, also where parts of the plan are not as they must be. */
import type { PlanParts } from './parts.ts';

interface Entry {
  /** Undefined where it is wrong. */
  readonly count: number | undefined;
  readonly within: string | undefined;
}

export class Structure {
  readonly #entries: ReadonlyMap<string, Entry>;
  /** Every kind by name, units before replicas, each after the one it is within: their places in the plan. */
  readonly order: readonly string[];

  constructor({ units, replicas }: Pick<PlanParts, 'units' | 'replicas'>) {
    const entries = new Map<string, Entry>();
    for (const [name, file] of units) {
      const within = file?.within !== undefined && units.has(file.within) ? file.within : undefined;
      entries.set(name, { count: file?.count, within });
    }
    for (const [name, file] of replicas) {
      if (!entries.has(name)) {
        entries.set(name, { count: file && file.replicas * file.copies, within: undefined });
      }
    }
    this.#entries = entries;
    const order = new Set<string>();
    for (const name of entries.keys()) {
      for (const each of this.outwards(name).reverse()) order.add(each);
    }
    this.order = [...order];
  }

  indexOf(name: string): number {
    return this.order.indexOf(name);
  }

  /** A kind, the one it is within, and so on; ends before it comes round. */
  outwards(name: string): string[] {
    const chain: string[] = [];
    for (let at: string | undefined = name; at !== undefined && !chain.includes(at); ) {
      chain.push(at);
      at = this.#entries.get(at)?.within;
    }
    return chain;
  }

  /** The kinds that a kind is within in a circle, itself first; undefined where it is not. */
  circle(name: string): readonly string[] | undefined {
    const chain = this.outwards(name);
    return this.#entries.get(chain.at(-1)!)?.within === name ? chain : undefined;
  }

  isWithin(name: string, outer: string): boolean {
    return name !== outer && this.outwards(name).includes(outer);
  }

  /**
   * Units of a kind in all, or in each unit of a kind that it is within.
   *
   * @returns undefined where that is not known
   */
  number(name: string, outer?: string): number | undefined {
    let total = 1;
    for (const each of this.outwards(name)) {
      if (each === outer) break;
      const { count } = this.#entries.get(each) ?? {};
      if (count === undefined) return undefined;
      total *= count;
    }
    return this.circle(name) === undefined ? total : undefined;
  }
}
