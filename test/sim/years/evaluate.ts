/** What works and what holds, from scratch and unit by unit: the definitions, without a thought for speed. */
import type { Condition, KindIndex, Plan } from '../../../src/scenario/plan.ts';
import type { Units } from '../../../src/sim/years/units.ts';

export interface Snapshot {
  readonly plan: Plan;
  readonly units: Units;
  readonly failed: ArrayLike<number>;
  readonly out: ArrayLike<number>;
  readonly parent: ArrayLike<number>;
}

export function worksNow(now: Snapshot, unit: number): boolean {
  if (now.failed[unit] !== 0 || now.out[unit] !== 0) return false;
  const parent = now.parent[unit]!;
  if (parent >= 0) return worksNow(now, parent);
  return now.plan.units[now.units.kindOf[unit]!]!.placed === undefined;
}

export function holdsNow(now: Snapshot, condition: Condition, scope?: number): boolean {
  switch (condition.kind) {
    case 'conditions':
      return condition.of.filter((each) => holdsNow(now, each, scope)).length >= condition.at_least;
    case 'no-row': {
      const line = unitsOf(now, condition.of)
        .filter((unit) => isWithin(now, unit, scope))
        .map((unit) => (worksNow(now, unit) ? 'x' : '.'))
        .join('');
      return !line.includes('.'.repeat(condition.row));
    }
    case 'units': {
      const counted = [...new Set(condition.of)]
        .flatMap((kind) => unitsOf(now, kind))
        .filter((unit) => worksNow(now, unit) && isWithin(now, unit, scope))
        .filter((unit) => condition.where === undefined || holdsNow(now, condition.where, unit));
      if (!condition.connected) return counted.length >= condition.at_least;
      const components = componentsOf(now);
      const largest = Math.max(
        0,
        ...components.map((component) => counted.filter((unit) => component.has(unit)).length),
      );
      return largest >= condition.at_least;
    }
  }
}

function unitsOf({ units }: Snapshot, kind: KindIndex): number[] {
  const first = units.first[kind]!;
  return Array.from({ length: units.first[kind + 1]! - first }, (_, index) => first + index);
}

function isWithin(now: Snapshot, unit: number, scope: number | undefined): boolean {
  for (let at = now.parent[unit]!; at >= 0; at = now.parent[at]!) if (at === scope) return true;
  return scope === undefined;
}

/** Of the graph whose nodes are the units that work. */
function componentsOf(now: Snapshot): Set<number>[] {
  const left = new Set(
    Array.from({ length: now.units.count }, (_, unit) => unit).filter((unit) => worksNow(now, unit)),
  );
  const isLinked = (a: number, b: number) => {
    const [one, other] = [now.units.kindOf[a]!, now.units.kindOf[b]!];
    return now.plan.links.some(([x, y]) => (x === one && y === other) || (x === other && y === one));
  };
  const components: Set<number>[] = [];
  for (const start of left) {
    left.delete(start);
    const component = new Set([start]);
    for (const from of component) {
      for (const to of left) {
        if (!isLinked(from, to)) continue;
        left.delete(to);
        component.add(to);
      }
    }
    components.push(component);
  }
  return components;
}
