/** Whether conditions hold in a state of a plan's chain. */
import type { Condition, Plan } from '../../../scenario/plan.ts';
import type { Classes } from './classes.ts';
import { type Cells, type Tallies, talliesOf } from './tallies.ts';

/**
 * By place in `conditions`: whether it holds. The result is kept by how many units of each class are up, on which
 * alone it depends.
 */
export function verdictsOf(
  plan: Plan,
  conditions: readonly Condition[],
  classes: Classes,
): (state: Int32Array) => readonly boolean[] {
  const asked = conditions.map(
    (condition) =>
      new Asked(
        talliesOf(plan, condition, () => []),
        classes,
      ),
  );
  const known = new Map<string, readonly boolean[]>();
  const up = new Array<number>(classes.all.length);
  return (state) => {
    let key = '';
    for (const [index, { at, life }] of classes.all.entries()) {
      let count = 0;
      for (let place = at; place < at + life.up; place += 1) count += state[place]!;
      up[index] = count;
      key += String.fromCharCode(count);
    }
    let verdicts = known.get(key);
    if (verdicts === undefined) {
      verdicts = asked.map((each) => each.holds(up));
      known.set(key, verdicts);
    }
    return verdicts;
  };
}

class Asked {
  readonly #tallies: Tallies;
  readonly #classes: Classes;
  /** By class with nothing within it: what so many working units add. */
  readonly #byCount: Cells[][];

  constructor(tallies: Tallies, classes: Classes) {
    this.#tallies = tallies;
    this.#classes = classes;
    this.#byCount = classes.all.map(() => [tallies.zero]);
  }

  holds(up: readonly number[]): boolean {
    const { zero } = this.#tallies;
    const cells = this.#classes.roots.reduce(
      (sum, root) => this.#tallies.add(sum, this.#cellsOf(root, up)),
      zero,
    );
    return this.#tallies.verdict(cells, zero)!;
  }

  #cellsOf(unitClass: number, up: readonly number[]): Cells {
    const tallies = this.#tallies;
    const { kind, count, children } = this.#classes.all[unitClass]!;
    if (count === 1) {
      if (up[unitClass] === 0) return tallies.failed(kind);
      const inside = children.reduce(
        (sum, child) => tallies.add(sum, this.#cellsOf(child, up)),
        tallies.zero,
      );
      return tallies.working(kind, inside);
    }
    const byCount = this.#byCount[unitClass]!;
    while (byCount.length <= up[unitClass]!) {
      byCount.push(tallies.add(byCount.at(-1)!, tallies.working(kind, tallies.zero)));
    }
    return byCount[up[unitClass]!]!;
  }
}
