/**
 * How near an outage of a service a state is: the logarithm of the chance that its `up` would not hold, if what has
 * failed stayed so and each unit that works were down as often as its kind is by itself. It is read off the condition,
 * from how many units of each kind work, so it costs little and is known for every plan; Budde, Biagi, Monti, D'Argenio
 * and Stoelinga (2020) derive theirs from a fault tree in the same spirit.
 *
 * A chance rather than a number of failures, since units of different kinds fail by orders of magnitude apart, and many
 * ways that are long can be likelier than one that is short. It is an approximation where parts of a condition share
 * units, where links connect, and where many units are spread unevenly. That costs efficiency, never correctness.
 */
import type { KindIndex, Plan } from '../../../scenario/plan.ts';
import type { ConditionNode, ConditionProgram } from '../../years/condition-program.ts';
import type { Conditions } from '../../years/conditions.ts';
import { ancestor, countOf, type Units } from '../../years/units.ts';
import { FailureTail, rowChance } from './binomial.ts';
import { groupLoss, type Holders } from './group-loss.ts';
import { type Holding, placedLoss } from './placed-loss.ts';
import { type Loss, unavailabilityOf } from './unavailability.ts';

/** What is known of a state. */
export interface Standing {
  /** By unit: 1 where it works. */
  readonly works: Uint8Array;
  /** By unit: what it is within, or runs on at present. */
  readonly parent: Int32Array;
  readonly conditions: Conditions;
}

/** What a condition counts within; the kind is -1 where that is everything. */
interface Scope {
  readonly kind: KindIndex | -1;
  readonly instance: number;
}

/** Smaller chances are all one: splitting does not reach them. */
const CHANCE_MIN = 1e-300;

/** Conditions within each of more units than this are not looked at one by one. */
const INSTANCES_MAX = 64;

/** Of more units it is not looked where each is: they are spread over much, and seldom crowd. */
const PLACED_MAX = 64;

export class Importance {
  readonly #program: ConditionProgram;
  readonly #layout: Units;
  readonly #works: Uint8Array;
  readonly #parent: Int32Array;
  readonly #conditions: Conditions;
  readonly #own: Float64Array;
  readonly #losses: readonly (readonly Loss[])[];
  /** By kind: chance of a unit to fail by itself, or with what holds it. */
  readonly #outer: readonly number[];
  readonly #root: number;
  /** By node: the conditions that it counts. */
  readonly #parts: readonly (readonly number[])[];
  /** By node whose count alone decides its chance: that, by count; NaN where it was not asked for yet. */
  readonly #tables: readonly (Float64Array | undefined)[];
  /** By node: whether it counts a few units that are lost with what holds them, so that it matters where each is. */
  readonly #isPlaced: readonly boolean[];
  /** By node that the numbers of some kinds decide: these, the numbers it was asked of last, and the answer. */
  readonly #decisive: readonly (readonly KindIndex[] | undefined)[];
  readonly #asked: readonly Float64Array[];
  readonly #answer: Float64Array;
  /** By node: where chances are added up. */
  readonly #tails: readonly FailureTail[];

  constructor(plan: Plan, units: Units, program: ConditionProgram, service: number, standing: Standing) {
    const { own, losses } = unavailabilityOf(plan, units);
    this.#program = program;
    this.#layout = units;
    this.#works = standing.works;
    this.#parent = standing.parent;
    this.#conditions = standing.conditions;
    this.#own = own;
    this.#losses = losses;
    this.#outer = losses.map((held, kind) => lostWith(own[kind]!, held));
    this.#root = program.roots[service]!;
    this.#parts = program.nodes.map((_, index) =>
      program.nodes.flatMap(({ parent, isWhere }, part) => (parent === index && !isWhere ? [part] : [])),
    );
    this.#isPlaced = program.nodes.map(
      ({ kind, where, of, scope }) =>
        kind === 'units' &&
        where === undefined &&
        of.length === 1 &&
        heldWithin(losses[of[0]!]!, scope).length > 0 &&
        countOf(units, of[0]!) <= PLACED_MAX,
    );
    this.#decisive = program.nodes.map((node) => decisiveKinds(node, losses));
    this.#tables = program.nodes.map((node) => {
      if (node.kind !== 'units' || node.where !== undefined || node.of.length > 1) return undefined;
      if (heldWithin(losses[node.of[0]!]!, node.scope).length > 0) return undefined;
      return new Float64Array(countOf(units, node.of[0]!) + 1).fill(Number.NaN);
    });
    this.#asked = this.#decisive.map((kinds) => new Float64Array(1 + (kinds?.length ?? 0)).fill(-1));
    this.#answer = new Float64Array(program.nodes.length);
    this.#tails = program.nodes.map(() => new FailureTail());
  }

  /** At most 0. */
  ofNow(): number {
    return Math.log(Math.max(CHANCE_MIN, this.#chance(this.#root, 0)));
  }

  /** That an instance of a condition does not hold. */
  #chance(index: number, instance: number): number {
    const node = this.#program.nodes[index]!;
    if (!this.#conditions.holds(node, instance)) return 1;
    switch (node.kind) {
      case 'units':
        return this.#remembered(index, node, instance);
      case 'connected':
        return this.#apart(node, instance);
      case 'conditions':
        return this.#ofConditions(index, node, instance);
      case 'no-row':
        return this.#row(node, instance);
    }
  }

  /** Asked again while the numbers are the same, it is not worked out again. */
  #remembered(index: number, node: ConditionNode, instance: number): number {
    if (this.#isPlaced[index]) return this.#ofPlaced(node, instance);
    const table = this.#tables[index];
    if (table !== undefined) {
      const count = this.#conditions.counted(node, instance, 0);
      if (Number.isNaN(table[count]!)) table[count] = this.#ofUnits(index, node, instance);
      return table[count]!;
    }
    const kinds = this.#decisive[index];
    if (kinds === undefined) return this.#ofUnits(index, node, instance);
    const asked = this.#asked[index]!;
    const count = this.#conditions.counted(node, instance, 0);
    let isSame = asked[0] === count;
    asked[0] = count;
    for (let at = 0; at < kinds.length; at += 1) {
      const working = this.#conditions.working[kinds[at]!]!;
      if (asked[at + 1] === working) continue;
      isSame = false;
      asked[at + 1] = working;
    }
    if (!isSame) this.#answer[index] = this.#ofUnits(index, node, instance);
    return this.#answer[index]!;
  }

  #ofUnits(index: number, node: ConditionNode, instance: number): number {
    const count = this.#conditions.counted(node, instance, 0);
    const failed = count - node.at_least + 1;
    if (node.where === undefined) {
      return groupLoss(count, failed, this.#meanOwn(node.of), this.#holders(node.of, node.scope));
    }
    const kind = node.of[0]!;
    if (this.#program.nodes[node.where]!.instances <= INSTANCES_MAX) {
      const tail = this.#tails[index]!.begin(failed);
      return this.#ofEach(node.where, kind, tail, { kind: node.scope, instance });
    }
    const chance = Math.min(1, this.#own[kind]! + this.#spread(node.where));
    return groupLoss(count, failed, chance, this.#holders(node.of, node.scope));
  }

  /** That too many units are lost, from where they are now. */
  #ofPlaced(node: ConditionNode, instance: number): number {
    const kind = node.of[0]!;
    const held = heldWithin(this.#losses[kind]!, node.scope);
    const scope = node.scope < 0 ? -1 : this.#layout.first[node.scope]! + instance;
    const holderOf = (unit: number, level: KindIndex) => ancestor(this.#layout, this.#parent, unit, level);
    const placed: Holding[] = [];
    for (let unit = this.#layout.first[kind]!; unit < this.#layout.first[kind + 1]!; unit += 1) {
      if (this.#works[unit] === 0 || (scope >= 0 && holderOf(unit, node.scope) !== scope)) continue;
      placed.push(held.map((loss) => holderOf(unit, loss.kind)));
    }
    const failed = this.#conditions.counted(node, instance, 0) - node.at_least + 1;
    return placedLoss(
      placed,
      failed,
      this.#own[kind]!,
      held.map(({ chance }) => chance),
    );
  }

  /**
   * That so many units that count no longer do: by themselves, with what holds them, or for what is in them.
   *
   * @param tail begun with how many; not that of `where`, which adds up its own parts meanwhile
   * @param scope the unit within which they are counted
   */
  #ofEach(where: number, kind: KindIndex, tail: FailureTail, scope: Scope): number {
    const node = this.#program.nodes[where]!;
    const first = this.#layout.first[kind]!;
    const outer = lostWith(this.#own[kind]!, heldWithin(this.#losses[kind]!, scope.kind));
    const table = this.#tables[where];
    for (let instance = 0; instance < node.instances; instance += 1) {
      if (this.#works[first + instance] === 0 || !this.#conditions.holds(node, instance)) continue;
      if (!this.#isWithin(first + instance, scope)) continue;
      // Nearly always it is in the table; then all the rest need not be gone through.
      const known = table?.[this.#conditions.counted(node, instance, 0)];
      const inside = known === undefined || Number.isNaN(known) ? this.#chance(where, instance) : known;
      tail.add(1 - (1 - outer) * (1 - inside));
    }
    return tail.chance;
  }

  #isWithin(unit: number, { kind, instance }: Scope): boolean {
    if (kind < 0) return true;
    return ancestor(this.#layout, this.#parent, unit, kind) === this.#layout.first[kind]! + instance;
  }

  /** The same for one of very many, from the first of them where it holds. */
  #spread(where: number): number {
    const node = this.#program.nodes[where]!;
    for (let instance = 0; instance < Math.min(node.instances, INSTANCES_MAX); instance += 1) {
      if (this.#conditions.holds(node, instance)) return this.#chance(where, instance);
    }
    return 1;
  }

  #ofConditions(index: number, node: ConditionNode, instance: number): number {
    const parts = this.#parts[index]!;
    const tail = this.#tails[index]!.begin(parts.length - node.at_least + 1);
    for (const part of parts) tail.add(this.#chance(part, instance));
    return tail.chance;
  }

  #row(node: ConditionNode, instance: number): number {
    const kind = node.of[0]!;
    const each = (this.#layout.first[kind + 1]! - this.#layout.first[kind]!) / node.instances;
    const begin = this.#layout.first[kind]! + instance * each;
    const chances = new Float64Array(each);
    const outer = this.#outer[kind]!;
    for (let at = 0; at < each; at += 1) chances[at] = this.#works[begin + at] === 1 ? outer : 1;
    return rowChance(chances, node.at_least);
  }

  /** Too few are left together: of those counted, or because all units of some kind between them are gone. */
  #apart(node: ConditionNode, instance: number): number {
    const { linked } = this.#program;
    let chance = this.#tooFew(node, instance, -1);
    for (const [kind, others] of linked.entries()) {
      const working = this.#conditions.working[kind]!;
      if (others.length === 0 || working === 0) continue;
      const gone = this.#outer[kind]! ** working;
      if (gone > 0) chance += gone * this.#tooFew(node, instance, kind);
    }
    return Math.min(1, chance);
  }

  /** That the largest component, with all units of one kind gone, has or gets too few of what is counted. */
  #tooFew(node: ConditionNode, instance: number, gone: KindIndex | -1): number {
    const { linked } = this.#program;
    const { working } = this.#conditions;
    const seen = new Set<KindIndex>();
    let largest = 0;
    let kinds: KindIndex[] = [];
    for (const start of node.of) {
      if (seen.has(start) || start === gone || working[start] === 0) continue;
      seen.add(start);
      const reached = [start];
      for (const from of reached) {
        for (const kind of linked[from]!) {
          if (seen.has(kind) || kind === gone || working[kind] === 0) continue;
          seen.add(kind);
          reached.push(kind);
        }
      }
      let count = 0;
      for (const [place, kind] of node.of.entries()) {
        if (reached.includes(kind)) count += this.#conditions.counted(node, instance, place);
      }
      if (count <= largest) continue;
      largest = count;
      kinds = node.of.filter((kind) => reached.includes(kind));
    }
    if (largest < node.at_least) return 1;
    const failed = largest - node.at_least + 1;
    return groupLoss(largest, failed, this.#meanOwn(kinds), this.#holders(kinds, node.scope));
  }

  /** Of a unit of these kinds that works: to fail by itself. */
  #meanOwn(kinds: readonly KindIndex[]): number {
    if (kinds.length === 1) return this.#own[kinds[0]!]!;
    let units = 0;
    let sum = 0;
    for (const kind of kinds) {
      units += this.#conditions.working[kind]!;
      sum += this.#conditions.working[kind]! * this.#own[kind]!;
    }
    return units === 0 ? 0 : sum / units;
  }

  /** What holds units of these kinds within one unit of `scope`, or in all. */
  #holders(kinds: readonly KindIndex[], scope: KindIndex | -1): Holders[] {
    const share = scope < 0 ? 1 : 1 / Math.max(1, this.#conditions.working[scope]!);
    return heldWithin(this.#losses[kinds[0]!]!, scope).map(({ kind, chance }) => ({
      count: Math.ceil(this.#conditions.working[kind]! * share),
      chance,
    }));
  }
}

/** That a unit is lost: by itself, or with what holds it. */
const lostWith = (own: number, held: readonly Loss[]): number =>
  held.reduce((chance, loss) => 1 - (1 - chance) * (1 - loss.chance), own);

/** What units of a kind are lost with, other than the unit of `scope` they are in and what holds that. */
function heldWithin(losses: readonly Loss[], scope: KindIndex | -1): readonly Loss[] {
  // A kind stands after what it is within.
  return losses.filter(({ kind }) => kind > scope);
}

/** Kinds whose numbers decide the chance of a condition; undefined where it takes more than numbers. */
function decisiveKinds(node: ConditionNode, losses: readonly (readonly Loss[])[]): KindIndex[] | undefined {
  if (node.kind !== 'units' || node.where !== undefined || node.scope >= 0) return undefined;
  const held = node.of.flatMap((kind) => losses[kind]!.map((loss) => loss.kind));
  return [...new Set([...node.of, ...held])];
}
