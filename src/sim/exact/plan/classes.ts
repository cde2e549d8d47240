/**
 * The units of a plan as classes whose members nothing tells apart: equal units under one parent are one class, of which
 * only how many are in which state matters; a unit with others within it, or with a place in a line, is a class of its
 * own. Units stand before those within them.
 */
import type { KindIndex, Plan } from '../../../scenario/plan.ts';
import { wrong } from '../input.ts';
import type { Life } from './life.ts';

export interface UnitClass {
  readonly kind: KindIndex;
  readonly count: number;
  /** Place of the class it is within; -1 where there is none. */
  readonly parent: number;
  readonly children: readonly number[];
  readonly life: Life;
  /** Where its counts begin in a state: one for each state of its life. */
  readonly at: number;
}

/** Stretches of a state that may change places: equal racks, with all that is within them. */
export interface Interchange {
  readonly blocks: readonly Block[];
}

export interface Block {
  /** Its classes, `end` exclusive. */
  readonly firstClass: number;
  readonly endClass: number;
  /** Its part of the state, `end` exclusive. */
  readonly first: number;
  readonly end: number;
}

export interface Classes {
  readonly all: readonly UnitClass[];
  readonly roots: readonly number[];
  /** Inner ones before those around them. */
  readonly interchanges: readonly Interchange[];
  /** Counts in all. */
  readonly width: number;
}

export interface ClassRules {
  /** Kinds that matter. */
  readonly kinds: readonly KindIndex[];
  readonly lives: ReadonlyMap<KindIndex, Life>;
  /** Kinds whose units each have a class of their own, whatever is within them. */
  readonly apart: ReadonlySet<KindIndex>;
  /** Kinds whose units, though equal, have an order that matters: they never change places. */
  readonly ordered: ReadonlySet<KindIndex>;
  /** Kinds that stand side by side and may change places as a whole. */
  readonly equalKinds: readonly (readonly KindIndex[])[];
}

const CLASSES_MAX = 5000;

/** @throws UserError where there are too many units to tell apart */
export function classesOf(plan: Plan, rules: ClassRules): Classes {
  const classes: (UnitClass & { children: number[] })[] = [];
  const interchanges: Interchange[] = [];
  let width = 0;

  const open = (kind: KindIndex, count: number, parent: number): number => {
    if (classes.length >= CLASSES_MAX) {
      throw wrong(`more than ${CLASSES_MAX} units would have to be told apart`, 'simulate');
    }
    const life = rules.lives.get(kind)!;
    classes.push({ kind, count, parent, children: [], life, at: width });
    if (parent >= 0) classes[parent]!.children.push(classes.length - 1);
    width += life.size;
    return classes.length - 1;
  };
  const block = (fill: () => void): Block => {
    const [firstClass, first] = [classes.length, width];
    fill();
    return { firstClass, endClass: classes.length, first, end: width };
  };
  const place = (kind: KindIndex, parent: number): void => {
    const { count } = plan.units[kind]!;
    const within = rules.kinds.filter((child) => plan.units[child]!.within === kind);
    if (within.length === 0 && !rules.apart.has(kind)) {
      open(kind, count, parent);
      return;
    }
    const blocks = Array.from({ length: count }, () =>
      block(() => {
        const own = open(kind, 1, parent);
        placeAll(within, own);
      }),
    );
    if (count > 1 && !rules.ordered.has(kind)) interchanges.push({ blocks });
  };
  const placeAll = (kinds: readonly KindIndex[], parent: number): void => {
    const blocks = new Map(kinds.map((kind) => [kind, block(() => place(kind, parent))]));
    for (const equal of rules.equalKinds) {
      if (blocks.has(equal[0]!)) interchanges.push({ blocks: equal.map((kind) => blocks.get(kind)!) });
    }
  };
  placeAll(
    rules.kinds.filter((kind) => plan.units[kind]!.within === undefined),
    -1,
  );
  return {
    all: classes,
    roots: classes.flatMap(({ parent }, index) => (parent < 0 ? [index] : [])),
    interchanges,
    width,
  };
}
