/** How many units there are and what is within what, also where parts of the plan are not as they must be. */
import type { Outline, PlanParts } from './parts.ts';

export class Structure {
  readonly #outlines: ReadonlyMap<string, Outline>;
  /** Every kind by name, units before replicas, each after the one it is within: their places in the plan. */
  readonly order: readonly string[];

  constructor({ outlines }: Pick<PlanParts, 'outlines'>) {
    this.#outlines = outlines;
    const order = new Set<string>();
    for (const name of outlines.keys()) {
      for (const each of this.outwards(name).reverse()) order.add(each);
    }
    this.order = [...order];
  }

  indexOf(name: string): number {
    return this.order.indexOf(name);
  }

  /** A kind, the one it is within, and so on; ends before it comes round, or where there is none. */
  outwards(name: string): string[] {
    const chain = new Set<string>();
    let at: string | null | undefined = name;
    while (at !== null && at !== undefined && this.#outlines.has(at) && !chain.has(at)) {
      chain.add(at);
      at = this.#outlines.get(at)?.within;
    }
    return [...chain];
  }

  /** The kinds that a kind is within in a circle, itself first; undefined where it is not. */
  circle(name: string): readonly string[] | undefined {
    const chain = this.outwards(name);
    return this.#outlines.get(chain.at(-1)!)?.within === name ? chain : undefined;
  }

  isWithin(name: string, outer: string): boolean {
    return name !== outer && this.outwards(name).includes(outer);
  }

  /** Whether that is certain: what it is within may be misspelt. */
  isNotWithin(name: string, outer: string): boolean {
    return !this.isWithin(name, outer) && this.#outlines.get(this.outwards(name).at(-1)!)?.within === null;
  }

  /**
   * Units of a kind in all, or in each unit of a kind that it is within.
   *
   * @returns undefined where that is not known
   */
  number(name: string, outer?: string): number | undefined {
    const chain = this.outwards(name);
    let total = 1;
    for (const each of chain) {
      if (each === outer) break;
      const { count, within } = this.#outlines.get(each)!;
      if (count === undefined) return undefined;
      total *= count;
      // Misspelt, or a circle.
      if (within !== null && within !== outer && chain.at(-1) === each) return undefined;
    }
    return total;
  }
}
