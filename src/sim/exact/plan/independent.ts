/**
 * Whether a condition holds of units that fail and are repaired each on its own: the chance of every combination of
 * counts that matters, unit by unit. Units under one parent share its fate, and a kind that a condition names twice is
 * counted once for both, so nothing is taken to be independent that is not. (A decision diagram with counts instead
 * of bits; with equal units only how many work is told apart.)
 */
import type { Condition, KindIndex, Plan } from '../../../scenario/plan.ts';
import { wrong } from '../input.ts';
import { binomial } from './binomial.ts';
import { type Cells, kindsInRows, kindsNamed, type Tallies, talliesOf } from './tallies.ts';

/** What is known of each unit of a kind. */
export interface UnitChance {
  readonly up: number;
  /** Right in all digits where `up` rounds to 1. */
  readonly down: number;
  /** How often a unit fails, its being up included. */
  readonly failures_per_h: number;
}

/** Combinations of counts that are looked at: some seconds. */
const WORK_MAX = 2e7;

/** Chance of some counts, and its change as all units fail at their rates. */
interface Weighted {
  readonly cells: Cells;
  chance: number;
  slope: number;
}
type Counts = Map<string, Weighted>;

/** The same question for one set of chances after another. */
export class IndependentUnits {
  readonly #plan: Plan;
  readonly #tallies: Tallies;
  /** By kind: those within it that matter. */
  readonly #children: readonly (readonly KindIndex[])[];
  readonly #roots: readonly KindIndex[];
  readonly #inRows: ReadonlySet<KindIndex>;
  #units: readonly UnitChance[] = [];
  #work = 0;

  constructor(plan: Plan, condition: Condition) {
    this.#plan = plan;
    const matters = new Set<KindIndex>();
    const roots = new Set<KindIndex>();
    for (const named of kindsNamed(plan, condition)) {
      let kind: KindIndex | undefined = named;
      for (let outer = named; kind !== undefined; kind = plan.units[outer]!.within) {
        outer = kind;
        matters.add(kind);
        if (plan.units[kind]!.within === undefined) roots.add(kind);
      }
    }
    // In the order of the condition, so that its parts are decided early.
    this.#roots = [...roots];
    this.#children = plan.units.map((_, kind) =>
      plan.units.flatMap(({ within }, child) => (within === kind && matters.has(child) ? [child] : [])),
    );
    this.#inRows = new Set(kindsInRows(condition).map(({ kind }) => kind));
    this.#tallies = talliesOf(plan, condition, (kind) => this.#children[kind]!);
  }

  /**
   * @param units by kind
   * @returns the chance that the condition holds, that it does not, and how often it ceases to
   * @throws UserError where too many combinations matter
   */
  evaluate(units: readonly UnitChance[]): UnitChance {
    this.#units = units;
    this.#work = 0;
    const tallies = this.#tallies;
    const holds = { chance: 0, slope: 0 };
    const fails = { chance: 0, slope: 0 };
    let left = this.#roots.reduce<Cells>(
      (sum, kind) => plus(sum, tallies.most(kind), this.#plan.units[kind]!.count),
      tallies.zero,
    );
    let counts = nothingCounted(tallies);
    for (const kind of this.#roots) {
      counts = this.#countAll(counts, kind, (cells, instances) =>
        tallies.settle(cells, plus(left, tallies.most(kind), -instances)),
      );
      left = plus(left, tallies.most(kind), -this.#plan.units[kind]!.count);
      for (const [key, { cells, chance, slope }] of counts) {
        const verdict = tallies.verdict(cells, left);
        if (verdict === undefined) continue;
        counts.delete(key);
        const side = verdict ? holds : fails;
        side.chance += chance;
        side.slope += slope;
      }
    }
    // The two slopes are each other's opposite, but each rounded to the size of its own chance.
    const failures_per_h = fails.chance < holds.chance ? fails.slope : -holds.slope;
    return { up: holds.chance, down: fails.chance, failures_per_h: Math.max(0, failures_per_h) };
  }

  /** With all units of the kind that stand side by side. @param settle after so many of them */
  #countAll(before: Counts, kind: KindIndex, settle: (cells: Cells, instances: number) => Cells): Counts {
    const { count } = this.#plan.units[kind]!;
    if (this.#children[kind]!.length === 0 && !this.#inRows.has(kind)) {
      return this.#join(before, this.#equal(kind, count), (cells) => settle(cells, count));
    }
    const one = this.#one(kind);
    let counts = before;
    for (let instance = 1; instance <= count; instance += 1) {
      counts = this.#join(counts, one, (cells) => settle(cells, instance));
    }
    return counts;
  }

  /** One unit, with all within it. */
  #one(kind: KindIndex): Counts {
    const tallies = this.#tallies;
    const { up, down, failures_per_h } = this.#units[kind]!;
    let left = this.#children[kind]!.reduce<Cells>(
      (sum, child) => plus(sum, tallies.most(child), this.#plan.units[child]!.count),
      tallies.zero,
    );
    let inside = nothingCounted(tallies);
    for (const child of this.#children[kind]!) {
      inside = this.#countAll(inside, child, (cells, instances) =>
        tallies.settleWithin(kind, cells, plus(left, tallies.most(child), -instances)),
      );
      left = plus(left, tallies.most(child), -this.#plan.units[child]!.count);
    }
    const counts: Counts = new Map();
    for (const { cells, chance, slope } of inside.values()) {
      put(counts, tallies.working(kind, cells), chance * up, slope * up - chance * failures_per_h);
    }
    if (down > 0 || failures_per_h > 0) put(counts, tallies.failed(kind), down, failures_per_h);
    return counts;
  }

  /** So many equal units with nothing within them. */
  #equal(kind: KindIndex, count: number): Counts {
    const { up, down, failures_per_h } = this.#units[kind]!;
    const counts: Counts = new Map();
    const chances = binomial(count, up, down);
    const ofOthers = binomial(count - 1, up, down);
    const working = this.#tallies.working(kind, this.#tallies.zero);
    let cells = this.#tallies.zero;
    for (let works = 0; works <= count; works += 1) {
      if (works > 0) cells = this.#tallies.add(cells, working);
      // One of the units fails: it leaves so many others at work, or has been one of so many.
      const slope = count * failures_per_h * ((ofOthers[works] ?? 0) - (ofOthers[works - 1] ?? 0));
      const chance = chances[works]!;
      if (chance > 0 || slope !== 0) put(counts, cells, chance, slope);
    }
    return counts;
  }

  #join(before: Counts, more: Counts, settle: (cells: Cells) => Cells): Counts {
    this.#work += before.size * more.size;
    if (this.#work > WORK_MAX) {
      throw wrong(
        'too many combinations of units that work and units that do not matter to one condition',
        'count fewer kinds of unit together, or simulate',
      );
    }
    const counts: Counts = new Map();
    for (const a of before.values()) {
      for (const b of more.values()) {
        const cells = settle(this.#tallies.add(a.cells, b.cells));
        put(counts, cells, a.chance * b.chance, a.slope * b.chance + a.chance * b.slope);
      }
    }
    return counts;
  }
}

function put(counts: Counts, cells: Cells, chance: number, slope: number): void {
  const key = cells.join();
  const known = counts.get(key);
  if (known === undefined) {
    counts.set(key, { cells, chance, slope });
  } else {
    known.chance += chance;
    known.slope += slope;
  }
}

const nothingCounted = ({ zero }: Tallies): Counts =>
  new Map([[zero.join(), { cells: zero, chance: 1, slope: 0 }]]);

const plus = (cells: Cells, more: Cells, times: number): Cells =>
  cells.map((value, at) => value + times * more[at]!);
