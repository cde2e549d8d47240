/**
 * Kinds that a plan treats alike, such as the left and the right side of a cluster: exchange their names, and it says
 * the same. States that differ by the exchange alone are one.
 */
import type { Condition, KindIndex, Plan } from '../../../scenario/plan.ts';

/** From a kind to the one that takes its place. */
type Exchange = ReadonlyMap<KindIndex, KindIndex>;

/**
 * Groups of kinds, each within the same unit or in none, any two of which may be exchanged with all that is within them.
 *
 * @param kinds those that matter
 * @param conditions what is asked of them
 * @param fixed kinds that must stay what they are
 */
export function equalKinds(
  plan: Plan,
  kinds: readonly KindIndex[],
  conditions: readonly Condition[],
  fixed: ReadonlySet<KindIndex>,
): KindIndex[][] {
  const asIs = picture(plan, conditions, new Map());
  const groups: KindIndex[][] = [];
  for (const kind of kinds) {
    if (!isAlone(plan, plan.units[kind]!.within)) continue;
    const group = groups.find(([first]) => {
      const exchange = exchangeOf(plan, kinds, fixed, first!, kind);
      return exchange !== undefined && picture(plan, conditions, exchange) === asIs;
    });
    if (group === undefined) groups.push([kind]);
    else group.push(kind);
  }
  return groups.filter((group) => group.length > 1);
}

/** Whether there is one such unit: exchanging what is within several, in one of them only, is something else. */
function isAlone(plan: Plan, kind: KindIndex | undefined): boolean {
  if (kind === undefined) return true;
  const { count, within } = plan.units[kind]!;
  return count === 1 && isAlone(plan, within);
}

/** One kind for another, and what is within them in the order of the plan. */
function exchangeOf(
  plan: Plan,
  kinds: readonly KindIndex[],
  fixed: ReadonlySet<KindIndex>,
  one: KindIndex,
  other: KindIndex,
): Exchange | undefined {
  if (plan.units[one]!.within !== plan.units[other]!.within) return undefined;
  const exchange = new Map<KindIndex, KindIndex>();
  const pair = (a: KindIndex, b: KindIndex): boolean => {
    if (fixed.has(a) || fixed.has(b) || describe(plan, a) !== describe(plan, b)) return false;
    exchange.set(a, b);
    exchange.set(b, a);
    const [withinA, withinB] = [a, b].map((kind) =>
      kinds.filter((child) => plan.units[child]!.within === kind),
    );
    return (
      withinA!.length === withinB!.length && withinA!.every((child, place) => pair(child, withinB![place]!))
    );
  };
  return pair(one, other) ? exchange : undefined;
}

/** What there is to say of a kind by itself. */
function describe(plan: Plan, kind: KindIndex): string {
  const { count, time_to_failure, time_to_repair, crew } = plan.units[kind]!;
  return JSON.stringify([count, time_to_failure, time_to_repair, crew]);
}

/** All that relates kinds to each other, after the exchange; equal for equal plans. */
function picture(plan: Plan, conditions: readonly Condition[], exchange: Exchange): string {
  const nameOf = (kind: KindIndex): KindIndex => exchange.get(kind) ?? kind;
  const sorted = (texts: readonly string[]): string => [...texts].sort().join(';');
  const names = (some: readonly KindIndex[]): string => sorted(some.map((kind) => String(nameOf(kind))));
  const text = (condition: Condition): string => {
    switch (condition.kind) {
      case 'no-row':
        return `row ${condition.row} of ${nameOf(condition.of)}`;
      case 'conditions':
        return `${condition.at_least} of (${sorted(condition.of.map(text))})`;
      case 'units': {
        const where = condition.where === undefined ? '' : ` where ${text(condition.where)}`;
        return `${condition.at_least} ${condition.connected ? 'connected' : ''} ${names(condition.of)}${where}`;
      }
    }
  };
  const causes = plan.common_causes.map(({ every, hits, within, share }, index) =>
    JSON.stringify([
      every,
      names(hits),
      within === undefined ? null : nameOf(within),
      share,
      // One that keeps a state of its own is itself and no other.
      every.kind === 'exponential' ? null : index,
    ]),
  );
  return [
    conditions.map(text).join('\n'),
    sorted(plan.links.map((link) => names(link))),
    sorted(causes),
  ].join('\n\n');
}
