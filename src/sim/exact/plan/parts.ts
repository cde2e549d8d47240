/**
 * The chance of at least one outage of units that are independent of each other: of parts that must all hold and share
 * no unit, each by its own small Markov chain.
 */
import type { Condition, KindIndex, Plan } from '../../../scenario/plan.ts';
import { type ChainLimits, outageChanceByChain } from './by-chain.ts';
import { unitsOf } from './life.ts';
import { relevantKinds } from './relevant.ts';
import { kindsNamed } from './tallies.ts';

/** A chain for one figure among others is worth seconds, not minutes. */
const STATES_MAX = 100_000;

/** @returns undefined where the chain of a part would be too large */
export function outageChanceOfParts(
  plan: Plan,
  up: Condition,
  horizon_h: number,
  limits: ChainLimits,
): number | undefined {
  const states_max = Math.min(STATES_MAX, limits.states_max ?? STATES_MAX);
  let none = 0;
  for (const part of separateParts(plan, up)) {
    const { of, kinds, condition, times } = oneOfEqual(plan, part);
    const chance = outageChanceByChain(of, kinds, condition, horizon_h, { ...limits, states_max });
    if (typeof chance !== 'number') return undefined;
    none += times * Math.log1p(-chance);
  }
  // From zero, so that nothing is not minus nothing.
  return 0 - Math.expm1(none);
}

interface Part {
  readonly kinds: readonly KindIndex[];
  readonly conditions: readonly Condition[];
}

/** What must all hold, in groups that share no unit. */
function separateParts(plan: Plan, up: Condition): Part[] {
  let parts: Part[] = [];
  for (const condition of conjuncts(plan, up)) {
    const kinds = relevantKinds(plan, kindsNamed(plan, condition));
    const joined = parts.filter((part) => part.kinds.some((kind) => kinds.includes(kind)));
    parts = [
      ...parts.filter((part) => !joined.includes(part)),
      {
        kinds: [...new Set([...joined.flatMap((part) => part.kinds), ...kinds])].sort((a, b) => a - b),
        conditions: [...joined.flatMap((part) => part.conditions), condition],
      },
    ];
  }
  return parts;
}

function conjuncts(plan: Plan, condition: Condition): readonly Condition[] {
  if (condition.kind === 'conditions') {
    return condition.at_least < condition.of.length
      ? [condition]
      : condition.of.flatMap((each) => conjuncts(plan, each));
  }
  if (!asksForAll(plan, condition)) return [condition];
  return condition.of.map((kind) => ({ ...condition, at_least: unitsOf(plan, kind), of: [kind] }));
}

type Units = Extract<Condition, { kind: 'units' }>;

/** Whether every unit of its kinds is needed, whatever it is connected with. */
function asksForAll(plan: Plan, condition: Condition): condition is Units {
  if (condition.kind !== 'units' || condition.connected) return false;
  const kinds = [...new Set(condition.of)];
  return (
    kinds.length === condition.of.length &&
    condition.at_least === kinds.reduce((sum, kind) => sum + unitsOf(plan, kind), 0)
  );
}

/** Equal units that are all needed, with what is within each: one of them stands for all. */
function oneOfEqual(plan: Plan, { kinds, conditions }: Part) {
  const [condition] = conditions as [Condition];
  if (conditions.length === 1 && asksForAll(plan, condition)) {
    const [kind] = condition.of as [KindIndex];
    const { count, within } = plan.units[kind]!;
    if (within === undefined) {
      const units = plan.units.map((unit, index) => (index === kind ? { ...unit, count: 1 } : unit));
      return { of: { ...plan, units }, kinds, condition: { ...condition, at_least: 1 }, times: count };
    }
  }
  const all: Condition = { kind: 'conditions', at_least: conditions.length, of: conditions };
  return { of: plan, kinds, condition: all, times: 1 };
}
