/**
 * Conditions by what is counted for them. Whatever works adds to a few small numbers, the cells; when all has been
 * counted, the cells alone say whether the condition holds. So units that add the same need not be told apart, and of
 * counts that can no longer change the verdict only the verdict is kept.
 */
import type { Condition, KindIndex, Plan, UnitsCondition } from '../../../scenario/plan.ts';

import { type Connection, largestConnected } from './connection.ts';
import { BROKEN, failedInLine, joinInLine, WORKING_IN_LINE } from './row.ts';

export type Cells = readonly number[];

/** A part of a condition, with the cells from `at` on that decide it. */
export type Node =
  | { readonly kind: 'count'; readonly at: number; readonly at_least: number }
  | ({ readonly kind: 'connected'; readonly at_least: number } & Connection)
  | { readonly kind: 'row'; readonly at: number; readonly row: number }
  | { readonly kind: 'conditions'; readonly at_least: number; readonly of: readonly Node[] };

/** In the place of counts: decided, whatever is still counted. */
const HOLDS = -1;
const FAILS = BROKEN;

export interface Tallies {
  readonly size: number;
  readonly condition: Node;
  /** Cells of nothing. */
  readonly zero: Cells;
  /** Those of one thing and of another, which stands after it. */
  add(one: Cells, other: Cells): Cells;
  /** What a working unit adds, within which is counted `inside`. */
  working(kind: KindIndex, inside: Cells): Cells;
  /** What a unit adds that does not work. */
  failed(kind: KindIndex): Cells;
  /** Replaces counts that cannot change the verdict any more. @param left the most that each cell may still grow by */
  settle(cells: Cells, left: Cells): Cells;
  /** The same within a unit of a kind, for what is asked of its inside. */
  settleWithin(kind: KindIndex, cells: Cells, left: Cells): Cells;
  /** The most that a unit adds, with all within it. */
  most(kind: KindIndex): Cells;
  /** Whether the condition holds; undefined while that is open. */
  verdict(cells: Cells, left: Cells): boolean | undefined;
}

/** Kinds whose units stand in a line, and within each unit of which kind, if not all of them in one. */
export function kindsInRows(
  condition: Condition,
  within?: KindIndex,
): { readonly kind: KindIndex; readonly within: KindIndex | undefined }[] {
  switch (condition.kind) {
    case 'no-row':
      return [{ kind: condition.of, within }];
    case 'conditions':
      return condition.of.flatMap((each) => kindsInRows(each, within));
    case 'units':
      return condition.where === undefined ? [] : kindsInRows(condition.where, condition.of[0]);
  }
}

/** Kinds that the condition names, or that link those that must be connected; not those that they are within. */
export function kindsNamed(plan: Plan, condition: Condition): KindIndex[] {
  switch (condition.kind) {
    case 'no-row':
      return [condition.of];
    case 'conditions':
      return condition.of.flatMap((each) => kindsNamed(plan, each));
    case 'units':
      return [
        ...condition.of,
        ...(condition.connected ? plan.links.flat() : []),
        ...(condition.where === undefined ? [] : kindsNamed(plan, condition.where)),
      ];
  }
}

/** Whether something must be connected inside of each unit, of which links know nothing. */
export function hasConnectedWithin(condition: Condition, isWithin = false): boolean {
  switch (condition.kind) {
    case 'no-row':
      return false;
    case 'conditions':
      return condition.of.some((each) => hasConnectedWithin(each, isWithin));
    case 'units':
      return (
        (isWithin && condition.connected) ||
        (condition.where !== undefined && hasConnectedWithin(condition.where, true))
      );
  }
}

interface Counted {
  readonly at: number;
  /** Which must hold of the inside. */
  readonly where: Node | undefined;
}

/** @param children the kinds within each, in the order in which they are counted */
export function talliesOf(
  plan: Plan,
  condition: Condition,
  children: (kind: KindIndex) => readonly KindIndex[],
): Tallies {
  /** By cell: the largest count that matters, or the length of the row that must not be. */
  const caps: { readonly cap: number; readonly row: boolean }[] = [];
  const counted: Counted[][] = plan.units.map(() => []);
  const rows: { at: number; row: number; of: KindIndex }[] = [];
  /** By kind: cells of what is asked of the inside, and nobody else's business. */
  const inner: number[][] = plan.units.map(() => []);
  const asked: Node[][] = plan.units.map(() => []);

  const isInside = (kind: KindIndex, scope: KindIndex | undefined): boolean => {
    if (scope === undefined) return true;
    const { within } = plan.units[kind]!;
    return within !== undefined && (within === scope || isInside(within, scope));
  };
  const cell = (cap: number, row: boolean, scope: KindIndex | undefined): number => {
    if (scope !== undefined) inner[scope]!.push(caps.length);
    caps.push({ cap, row });
    return caps.length - 1;
  };
  const compileUnits = (units: UnitsCondition, scope: KindIndex | undefined): Node => {
    const { at_least, connected } = units;
    let where: Node | undefined;
    const of = [...new Set(units.of)];
    if (units.where !== undefined) {
      where = compile(units.where, of[0]);
      asked[of[0]!]!.push(where);
    }
    const count = (kind: KindIndex, at: number, needed: Node | undefined): void => {
      if (isInside(kind, scope)) counted[kind]!.push({ at, where: needed });
    };
    if (!connected) {
      const at = cell(at_least, false, scope);
      for (const kind of of) count(kind, at, where);
      return { kind: 'count', at, at_least };
    }
    const counting = of.map((kind) => {
      const at = cell(at_least, false, scope);
      count(kind, at, where);
      return { kind, at };
    });
    // A unit that does not count still links; else what is counted tells whether there is any.
    const present = [...new Set([...of, ...plan.links.flat()])].map((kind) => {
      const own = counting.find((each) => each.kind === kind);
      if (own !== undefined && where === undefined) return own;
      const at = cell(1, false, scope);
      count(kind, at, undefined);
      return { kind, at };
    });
    const place = (kind: KindIndex): number => present.findIndex((each) => each.kind === kind);
    return {
      kind: 'connected',
      at_least,
      at: counting[0]!.at,
      end: caps.length,
      counted: counting.map(({ kind, at }) => ({ at, place: place(kind) })),
      present: present.map(({ at }) => at),
      links: plan.links.map(([one, other]) => [place(one), place(other)] as const),
    };
  };
  const compile = (each: Condition, scope: KindIndex | undefined): Node => {
    switch (each.kind) {
      case 'units':
        return compileUnits(each, scope);
      case 'conditions':
        return {
          kind: 'conditions',
          at_least: each.at_least,
          of: each.of.map((part) => compile(part, scope)),
        };
      case 'no-row': {
        const at = cell(each.row, true, scope);
        if (isInside(each.of, scope)) rows.push({ at, row: each.row, of: each.of });
        return { kind: 'row', at, row: each.row };
      }
    }
  };
  const root = compile(condition, undefined);
  const size = caps.length;
  const zero: Cells = new Array<number>(size).fill(0);

  const add = (one: Cells, other: Cells): Cells =>
    one.map((value, at) => {
      const more = other[at]!;
      if (value < 0 || more === 0) return value;
      const { cap, row } = caps[at]!;
      if (row) return joinInLine(value, more, cap);
      return more < 0 ? more : Math.min(cap, value + more);
    });
  const working = (kind: KindIndex, inside: Cells): Cells => {
    const cells = [...inside];
    for (const at of inner[kind]!) cells[at] = 0;
    for (const { at, where } of counted[kind]!) {
      if (where === undefined || judge(where, inside, zero) === true) {
        if (cells[at]! >= 0) cells[at] = Math.min(caps[at]!.cap, cells[at]! + 1);
      }
    }
    for (const { at, of } of rows) if (of === kind) cells[at] = WORKING_IN_LINE;
    return cells;
  };
  const failed = plan.units.map((_, kind) => {
    const cells = [...zero];
    for (const { at, row, of } of rows) {
      const count = of === kind ? 1 : isInside(of, kind) ? countWithin(plan, of, kind) : 0;
      if (count > 0 && !inner[kind]!.includes(at)) cells[at] = failedInLine(count, row);
    }
    return cells as Cells;
  });
  const most = (kind: KindIndex): Cells => {
    const cells = [...zero];
    for (const child of children(kind)) {
      for (const [at, value] of most(child).entries()) cells[at]! += value * plan.units[child]!.count;
    }
    for (const at of inner[kind]!) cells[at] = 0;
    for (const { at } of counted[kind]!) cells[at]! += 1;
    for (const { at, of } of rows) if (of === kind) cells[at]! += 1;
    return cells;
  };
  const mostOf = plan.units.map((_, kind) => kind).map(most);
  const settleAll = (nodes: readonly Node[], cells: Cells, left: Cells): Cells => {
    const settled = [...cells];
    for (const node of nodes) settle(node, settled, left);
    return settled;
  };
  return {
    size,
    condition: root,
    zero,
    add,
    working,
    failed: (kind) => failed[kind]!,
    settle: (cells, left) => settleAll([root], cells, left),
    settleWithin: (kind, cells, left) => settleAll(asked[kind]!, cells, left),
    most: (kind) => mostOf[kind]!,
    verdict: (cells, left) => judge(root, cells, left),
  };
}

/** How many units of a kind stand within each one of another. */
function countWithin(plan: Plan, kind: KindIndex, outer: KindIndex): number {
  const { count, within } = plan.units[kind]!;
  return within === undefined || within === outer ? count : count * countWithin(plan, within, outer);
}

/** Marks in `cells` what is decided, the largest parts first. */
function settle(node: Node, cells: number[], left: Cells): void {
  const verdict = judge(node, cells, left);
  if (verdict !== undefined) decide(node, cells, verdict);
  else if (node.kind === 'conditions') for (const part of node.of) settle(part, cells, left);
}

function decide(node: Node, cells: number[], verdict: boolean): void {
  if (node.kind === 'conditions') {
    for (const part of node.of) decide(part, cells, verdict);
    return;
  }
  const end = node.kind === 'connected' ? node.end : node.at + 1;
  for (let at = node.at; at < end; at += 1) cells[at] = verdict ? HOLDS : FAILS;
}

function judge(node: Node, cells: Cells, left: Cells): boolean | undefined {
  if (node.kind === 'conditions') {
    let holding = 0;
    let open = 0;
    for (const part of node.of) {
      const verdict = judge(part, cells, left);
      if (verdict === true) holding += 1;
      else if (verdict === undefined) open += 1;
    }
    if (holding >= node.at_least) return true;
    return holding + open < node.at_least ? false : undefined;
  }
  const count = cells[node.at]!;
  if (count === HOLDS) return true;
  if (count === FAILS) return false;
  switch (node.kind) {
    case 'count':
      if (count >= node.at_least) return true;
      return count + left[node.at]! < node.at_least ? false : undefined;
    case 'row':
      return left[node.at] === 0 ? true : undefined;
    case 'connected': {
      if (largestConnected(node, cells) >= node.at_least) return true;
      const most = node.counted.reduce((sum, { at }) => sum + cells[at]! + left[at]!, 0);
      return most >= node.at_least && left.slice(node.at, node.end).some((more) => more > 0)
        ? undefined
        : false;
    }
  }
}
