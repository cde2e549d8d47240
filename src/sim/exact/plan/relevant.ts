/** What of a plan the answer to a question depends on. */
import type { KindIndex, Plan } from '../../../scenario/plan.ts';
import { causesOf, crewOf } from './life.ts';

/** These kinds, what they are within, and whatever has its repairs done by the same crews; ascending. */
export function relevantKinds(plan: Plan, named: readonly KindIndex[]): KindIndex[] {
  const relevant = new Set(named);
  // A set goes through what is added to it on the way.
  for (const kind of relevant) {
    const { within } = plan.units[kind]!;
    if (within !== undefined) relevant.add(within);
    // What a common cause strikes depends on where it does.
    for (const { within: where } of causesOf(plan, kind)) if (where !== undefined) relevant.add(where);
    const crew = crewOf(plan, kind);
    if (crew === undefined) continue;
    for (const other of plan.units.keys()) if (crewOf(plan, other) === crew) relevant.add(other);
  }
  return [...relevant].sort((a, b) => a - b);
}

/** The common causes that strike any of these kinds: their places in the plan. */
export const relevantCauses = (plan: Plan, kinds: readonly KindIndex[]): number[] =>
  plan.common_causes.flatMap(({ hits, share }, index) =>
    share > 0 && hits.some((kind) => kinds.includes(kind)) ? [index] : [],
  );

/** What of a plan no exact method knows, in one sentence; undefined where there is nothing of that. */
export function beyondExact(plan: Plan): string | undefined {
  const [maintenance] = plan.maintenance;
  if (maintenance !== undefined) return `the maintenance ${maintenance.name} is simulated only`;
  const [deployments] = plan.deployments;
  if (deployments !== undefined) return `the deployments ${deployments.name} are simulated only`;
  const placed = plan.units.find((unit) => unit.placed !== undefined);
  if (placed !== undefined) return `replicas of ${placed.name} move to other units when theirs is lost`;
  const costly = [...plan.units, ...plan.common_causes].find(
    ({ episodes }) => Object.keys(episodes).length > 0,
  );
  if (costly !== undefined) return `each failure of ${costly.name} costs an episode`;
  return undefined;
}
