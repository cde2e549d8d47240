import type { ConditionNode, ConditionProgram } from './condition-program.ts';
import { Effort } from './effort.ts';
import { ancestor, countOf, type Units } from './units.ts';

/**
 * Which conditions hold, kept up to date unit by unit: a failure costs as many steps as there are conditions that count
 * the unit, however many units there are.
 */
export class Conditions {
  readonly #program: ConditionProgram;
  readonly #units: Units;
  /** By unit, the state's own: whether it works, and what it is within. */
  readonly #works: Uint8Array;
  readonly #parent: Int32Array;
  readonly #effort: Effort;
  readonly #counts: Int32Array;
  readonly #holds: Uint8Array;
  /** By kind: how many units work. */
  readonly working: Int32Array;
  /** By kind: the number of its connected component; of its own where nothing that works is linked with it. */
  readonly #component: Int32Array;
  readonly #isolated: Uint8Array;
  /** For each component, while one instance is judged. */
  readonly #sums: Int32Array;
  /** Set whenever some service's `up` may have changed; whoever has looked clears it. */
  hasChanged = false;

  /** All is down to begin with: each unit that works is to be told of. */
  constructor(
    program: ConditionProgram,
    units: Units,
    works: Uint8Array,
    parent: Int32Array,
    effort = new Effort(),
  ) {
    const kinds = units.each.length;
    this.#effort = effort;
    this.#program = program;
    this.#units = units;
    this.#works = works;
    this.#parent = parent;
    this.#counts = new Int32Array(program.counts);
    this.#holds = new Uint8Array(program.holds);
    this.working = new Int32Array(kinds);
    this.#component = new Int32Array(kinds);
    this.#isolated = new Uint8Array(kinds);
    this.#sums = new Int32Array(kinds);
    this.#connect();
    for (const node of program.nodes.toReversed()) {
      for (let instance = 0; instance < node.instances; instance += 1) {
        if (node.kind === 'no-row') this.#counts[node.countsAt + instance] = rowsWithin(units, node);
        this.#settle(node, instance);
      }
    }
  }

  /** Whether a service's `up` holds. */
  isUp(service: number): boolean {
    return this.#holds[this.#program.nodes[this.#program.roots[service]!]!.holdsAt] === 1;
  }

  /** Whether an instance of a node holds, and how many it counts; of the kind at this place where it is connected. */
  holds(node: ConditionNode, instance: number): boolean {
    return this.#holds[node.holdsAt + instance] === 1;
  }

  counted(node: ConditionNode, instance: number, place: number): number {
    return this.#counts[node.countsAt + instance * node.width + place]!;
  }

  /** After `works` of a unit has changed; while it still is where it was, or is there already. */
  change(unit: number): void {
    const kind = this.#units.kindOf[unit]!;
    const works = this.#works[unit] === 1;
    const step = works ? 1 : -1;
    const before = this.working[kind]!;
    this.working[kind] = before + step;
    const { nodes, countedBy, linked } = this.#program;
    for (const index of countedBy[kind]!) {
      const node = nodes[index]!;
      const instance = this.#instanceOf(node, unit);
      if (instance < 0) continue;
      if (node.kind === 'no-row') this.#changeRow(node, instance, unit, works);
      else if (node.where === undefined || this.#holdsOf(nodes[node.where]!, unit)) {
        this.#count(node, instance, kind, step);
      }
    }
    // Its links work, or not, with the first unit of the kind and with the last.
    if ((before === 0 || before + step === 0) && linked[kind]!.length > 0) this.#reconnect();
  }

  copyFrom(other: Conditions): void {
    this.#counts.set(other.#counts);
    this.#holds.set(other.#holds);
    this.working.set(other.working);
    this.#component.set(other.#component);
    this.#isolated.set(other.#isolated);
    this.hasChanged = other.hasChanged;
  }

  #instanceOf(node: ConditionNode, unit: number): number {
    if (node.scope < 0) return 0;
    // A unit is not within itself.
    if (this.#units.kindOf[unit] === node.scope) return -1;
    const within = ancestor(this.#units, this.#parent, unit, node.scope);
    return within < 0 ? -1 : within - this.#units.first[node.scope]!;
  }

  #holdsOf(where: ConditionNode, unit: number): boolean {
    return this.#holds[where.holdsAt + unit - this.#units.first[where.scope]!] === 1;
  }

  #count(node: ConditionNode, instance: number, kind: number, step: number): void {
    const place = node.kind === 'connected' ? node.of.indexOf(kind) : 0;
    this.#counts[node.countsAt + instance * node.width + place]! += step;
    this.#settle(node, instance);
  }

  /** Judges an instance anew, and tells who counts it. */
  #settle(node: ConditionNode, instance: number): void {
    const holds = this.#judge(node, instance) ? 1 : 0;
    const at = node.holdsAt + instance;
    if (this.#holds[at] === holds) return;
    this.#holds[at] = holds;
    if (node.parent === undefined) {
      this.hasChanged = true;
      return;
    }
    const parent = this.#program.nodes[node.parent]!;
    const step = holds === 1 ? 1 : -1;
    if (!node.isWhere) {
      this.#count(parent, instance, -1, step);
      return;
    }
    const unit = this.#units.first[node.scope]! + instance;
    if (this.#works[unit] === 0) return;
    const outer = this.#instanceOf(parent, unit);
    if (outer >= 0) this.#count(parent, outer, node.scope, step);
  }

  #judge(node: ConditionNode, instance: number): boolean {
    const count = this.#counts[node.countsAt + instance * node.width]!;
    switch (node.kind) {
      case 'units':
      case 'conditions':
        return count >= node.at_least;
      case 'no-row':
        return count === 0;
      case 'connected':
        return this.#largest(node, instance) >= node.at_least;
    }
  }

  /** How many of the units counted the largest component has. */
  #largest(node: ConditionNode, instance: number): number {
    const sums = this.#sums.fill(0);
    let largest = 0;
    for (const [place, kind] of node.of.entries()) {
      const count = this.#counts[node.countsAt + instance * node.width + place]!;
      const component = this.#component[kind]!;
      // Where nothing that works is linked with it, each unit stands alone.
      sums[component]! += this.#isolated[kind] === 1 ? Math.min(1, count) : count;
      largest = Math.max(largest, sums[component]!);
    }
    return largest;
  }

  #reconnect(): void {
    this.#connect();
    for (const index of this.#program.connected) {
      const node = this.#program.nodes[index]!;
      this.#effort.steps += node.instances - 1;
      for (let instance = 0; instance < node.instances; instance += 1) this.#settle(node, instance);
    }
  }

  /** Since links join all units of two kinds, it is kinds that are connected: those with a unit that works. */
  #connect(): void {
    const { linked } = this.#program;
    const component = this.#component.fill(-1);
    for (let start = 0; start < component.length; start += 1) {
      if (component[start]! >= 0) continue;
      component[start] = start;
      const joined = linked[start]!.some((kind) => this.working[start]! > 0 && this.working[kind]! > 0);
      this.#isolated[start] = joined ? 0 : 1;
      const reached = joined ? [start] : [];
      for (const from of reached) {
        for (const kind of linked[from]!) {
          if (component[kind]! >= 0 || this.working[kind] === 0) continue;
          component[kind] = start;
          this.#isolated[kind] = 0;
          reached.push(kind);
        }
      }
    }
  }

  /** Counts the rows that end, or begin, with this unit. */
  #changeRow(node: ConditionNode, instance: number, unit: number, works: boolean): void {
    const [begin, end] = rangeOf(this.#units, node, instance);
    let from = unit;
    while (from > begin && from > unit - node.at_least + 1 && this.#works[from - 1] === 0) from -= 1;
    let to = unit + 1;
    while (to < end && to < unit + node.at_least && this.#works[to] === 0) to += 1;
    this.#effort.steps += to - from - 1;
    const rows = Math.max(0, to - from - node.at_least + 1);
    this.#counts[node.countsAt + instance]! += works ? -rows : rows;
    this.#settle(node, instance);
  }
}

/** The line of units that a no-row condition is about: those within one unit stand side by side. */
function rangeOf(units: Units, { scope, of }: ConditionNode, instance: number): [number, number] {
  const kind = of[0]!;
  const begin = units.first[kind]!;
  const count = countOf(units, kind);
  if (scope < 0) return [begin, begin + count];
  if (scope === kind) return [begin, begin];
  const each = count / countOf(units, scope);
  return [begin + instance * each, begin + (instance + 1) * each];
}

/** All rows there are while nothing works. */
function rowsWithin(units: Units, node: ConditionNode): number {
  const [begin, end] = rangeOf(units, node, 0);
  return Math.max(0, end - begin - node.at_least + 1);
}
