/**
 * Whether a condition holds of units that fail and are repaired each on its own: the chance of every combination of
 * counts that matters, unit by unit. Units under one parent share its fate, and a kind that a condition names twice is
 * counted once for both, so nothing is taken to be independent that is not. (A decision diagram with counts instead
 * of bits; of equal units only how many work is told apart.)
 *
 * Which combination follows from which is worked out once; chances then run through it, as often as one likes.
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

/** Cells that are looked at, and some more for each pair of combinations: some seconds. */
const WORK_MAX = 3e7;
const WORK_OF_PAIR = 8;
/** Pairs that take as long as one unit's place in a binomial distribution. */
const WORK_OF_UNIT = 10;

/** Counts that are possible, each once; and how to find their chances. */
interface Counts {
  readonly cells: readonly Cells[];
  /** Place in the order in which chances are worked out. */
  readonly place: number;
}

/** The chance of each count, and its change as all units fail at their rates. */
interface Chances {
  readonly chance: Float64Array;
  readonly slope: Float64Array;
}

type Step = (known: readonly Chances[], units: readonly UnitChance[]) => Chances;

/** The same question for one set of chances after another. */
export class IndependentUnits {
  readonly #plan: Plan;
  readonly #tallies: Tallies;
  /** By kind: those within it that matter. */
  readonly #children: readonly (readonly KindIndex[])[];
  readonly #inRows: ReadonlySet<KindIndex>;
  readonly #steps: Step[] = [];
  readonly #verdicts: { readonly place: number; readonly index: number; readonly holds: boolean }[] = [];
  #work = 0;

  /** @throws UserError where too many combinations matter */
  constructor(plan: Plan, condition: Condition) {
    this.#plan = plan;
    const matters = new Set<KindIndex>();
    const roots = new Set<KindIndex>();
    for (const named of kindsNamed(plan, condition)) {
      for (let kind: KindIndex | undefined = named; kind !== undefined; kind = plan.units[kind]!.within) {
        matters.add(kind);
        if (plan.units[kind]!.within === undefined) roots.add(kind);
      }
    }
    this.#children = plan.units.map((_, kind) =>
      plan.units.flatMap(({ within }, child) => (within === kind && matters.has(child) ? [child] : [])),
    );
    this.#inRows = new Set(kindsInRows(condition).map(({ kind }) => kind));
    this.#tallies = talliesOf(plan, condition, (kind) => this.#children[kind]!);
    // In the order of the condition, so that its parts are decided early.
    this.#decide([...roots]);
  }

  /**
   * @param units by kind
   * @returns the chance that the condition holds, that it does not, and how often it ceases to
   */
  evaluate(units: readonly UnitChance[]): UnitChance {
    const known: Chances[] = [];
    for (const step of this.#steps) known.push(step(known, units));
    const up = { chance: 0, slope: 0 };
    const down = { chance: 0, slope: 0 };
    for (const { place, index, holds } of this.#verdicts) {
      const side = holds ? up : down;
      side.chance += known[place]!.chance[index]!;
      side.slope += known[place]!.slope[index]!;
    }
    // The two slopes are each other's opposite, but each rounded to the size of its own chance.
    const failures_per_h = down.chance < up.chance ? down.slope : -up.slope;
    return { up: up.chance, down: down.chance, failures_per_h: Math.max(0, failures_per_h) };
  }

  #decide(roots: readonly KindIndex[]): void {
    const tallies = this.#tallies;
    let left = this.#mostOf(roots);
    let counts = this.#nothing();
    for (const kind of roots) {
      const before = left;
      counts = this.#countAll(counts, kind, (cells, instances) =>
        tallies.settle(cells, plus(before, tallies.most(kind), -instances)),
      );
      left = plus(left, tallies.most(kind), -this.#plan.units[kind]!.count);
      const open: number[] = [];
      for (const [index, cells] of counts.cells.entries()) {
        const verdict = tallies.verdict(cells, left);
        if (verdict === undefined) open.push(index);
        else this.#verdicts.push({ place: counts.place, index, holds: verdict });
      }
      counts = this.#only(counts, open);
    }
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
    let left = this.#mostOf(this.#children[kind]!);
    let inside = this.#nothing();
    for (const child of this.#children[kind]!) {
      const before = left;
      inside = this.#countAll(inside, child, (cells, instances) =>
        tallies.settleWithin(kind, cells, plus(before, tallies.most(child), -instances)),
      );
      left = plus(left, tallies.most(child), -this.#plan.units[child]!.count);
    }
    const found = new Found();
    const failed = found.indexOf(tallies.failed(kind));
    const working = inside.cells.map((cells) => found.indexOf(tallies.working(kind, cells)));
    return this.#step(found.cells, (known, units) => {
      const { up, down, failures_per_h } = units[kind]!;
      const { chance, slope } = known[inside.place]!;
      const sum = noChances(found.cells.length);
      sum.chance[failed] = down;
      sum.slope[failed] = failures_per_h;
      for (let index = 0; index < working.length; index += 1) {
        sum.chance[working[index]!]! += chance[index]! * up;
        sum.slope[working[index]!]! += slope[index]! * up - chance[index]! * failures_per_h;
      }
      return sum;
    });
  }

  /** So many equal units with nothing within them. */
  #equal(kind: KindIndex, count: number): Counts {
    const tallies = this.#tallies;
    const working = tallies.working(kind, tallies.zero);
    this.#spend(WORK_OF_UNIT * count);
    const found = new Found();
    const byWorking: number[] = [];
    for (let cells = tallies.zero; byWorking.length <= count; cells = tallies.add(cells, working)) {
      byWorking.push(found.indexOf(cells));
    }
    return this.#step(found.cells, (_, units) => {
      const { up, down, failures_per_h } = units[kind]!;
      const chances = binomial(count, up, down);
      const ofOthers = binomial(count - 1, up, down);
      const sum = noChances(found.cells.length);
      for (const [works, index] of byWorking.entries()) {
        sum.chance[index]! += chances[works]!;
        // One of the units fails: it leaves so many others at work, or has been one of so many.
        const gained = (ofOthers[works] ?? 0) - (ofOthers[works - 1] ?? 0);
        sum.slope[index]! += count * failures_per_h * gained;
      }
      return sum;
    });
  }

  #join(before: Counts, more: Counts, settle: (cells: Cells) => Cells): Counts {
    const [rows, columns] = [before.cells.length, more.cells.length];
    this.#spend(rows * columns);
    const found = new Found();
    const targets = new Int32Array(rows * columns);
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) {
        const cells = settle(this.#tallies.add(before.cells[row]!, more.cells[column]!));
        targets[row * columns + column] = found.indexOf(cells);
      }
    }
    return this.#step(found.cells, (known) => {
      const [a, b] = [known[before.place]!, known[more.place]!];
      const sum = noChances(found.cells.length);
      for (let row = 0; row < rows; row += 1) {
        const [chance, slope] = [a.chance[row]!, a.slope[row]!];
        for (let column = 0; column < columns; column += 1) {
          const target = targets[row * columns + column]!;
          sum.chance[target]! += chance * b.chance[column]!;
          sum.slope[target]! += slope * b.chance[column]! + chance * b.slope[column]!;
        }
      }
      return sum;
    });
  }

  #spend(pairs: number): void {
    this.#work += pairs * (WORK_OF_PAIR + this.#tallies.size);
    if (this.#work <= WORK_MAX) return;
    throw wrong(
      'too many combinations of units that work and units that do not matter to one condition',
      'count fewer kinds of unit together, or simulate',
    );
  }

  /** Those of the counts alone. */
  #only(counts: Counts, indices: readonly number[]): Counts {
    const pick = (values: Float64Array) => Float64Array.from(indices, (index) => values[index]!);
    return this.#step(
      indices.map((index) => counts.cells[index]!),
      (known) => {
        const { chance, slope } = known[counts.place]!;
        return { chance: pick(chance), slope: pick(slope) };
      },
    );
  }

  #nothing(): Counts {
    return this.#step([this.#tallies.zero], () => ({
      chance: Float64Array.of(1),
      slope: Float64Array.of(0),
    }));
  }

  #step(cells: readonly Cells[], step: Step): Counts {
    return { cells, place: this.#steps.push(step) - 1 };
  }

  /** The most that all units of these kinds add. */
  #mostOf(kinds: readonly KindIndex[]): Cells {
    const tallies = this.#tallies;
    return kinds.reduce<Cells>(
      (sum, kind) => plus(sum, tallies.most(kind), this.#plan.units[kind]!.count),
      tallies.zero,
    );
  }
}

/** Different cells, in the order in which they were found. */
class Found {
  readonly cells: Cells[] = [];
  readonly #indices = new Map<string, number>();

  indexOf(cells: Cells): number {
    const key = cells.join();
    const known = this.#indices.get(key);
    if (known !== undefined) return known;
    this.#indices.set(key, this.cells.length);
    return this.cells.push(cells) - 1;
  }
}

const noChances = (count: number): Chances => ({
  chance: new Float64Array(count),
  slope: new Float64Array(count),
});

const plus = (cells: Cells, more: Cells, times: number): Cells =>
  cells.map((value, at) => value + times * more[at]!);
