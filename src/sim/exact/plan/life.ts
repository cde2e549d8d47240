/** What a unit of a kind goes through, as the states of a Markov chain: phases up, waiting for a crew, phases of repair. */
import type { Distribution } from '../../../scenario/distribution.ts';
import type { KindIndex, Plan } from '../../../scenario/plan.ts';
import { NOTHING, type PhaseType, phaseType } from './phase-type.ts';

export interface Life {
  /** States in all. */
  readonly size: number;
  /** The unit is up in states 0 to here, exclusive. */
  readonly up: number;
  /** Where it waits for a crew; -1 where it does not. */
  readonly waiting: number;
  /** Its crew is with it from this state on; `size` where it has none. */
  readonly served: number;
  /** From state to state, by chance alone. */
  readonly moves: readonly (readonly { readonly to: number; readonly rate_per_h: number }[])[];
  /** Rate of failures of its own, by state. */
  readonly failure_per_h: readonly number[];
  /** Rate at which a repair ends, by state. */
  readonly repaired_per_h: readonly number[];
  /** Where it begins when new or as good as new. */
  readonly beginUp: readonly Beginning[];
  /** Where it begins when somebody turns to it: at once, or when its crew does. */
  readonly beginRepair: readonly Beginning[];
}

export interface Beginning {
  readonly state: number;
  readonly chance: number;
}

/** A unit that never fails. */
const ETERNAL: Life = {
  size: 1,
  up: 1,
  waiting: -1,
  served: 1,
  moves: [[]],
  failure_per_h: [0],
  repaired_per_h: [0],
  beginUp: [{ state: 0, chance: 1 }],
  beginRepair: [],
};

/** Whether units of the kind ever fail. */
export const canFail = (plan: Plan, kind: KindIndex): boolean =>
  plan.units[kind]!.time_to_failure !== undefined || causesOf(plan, kind).length > 0;

/** What takes down units of the kind besides themselves. */
export const causesOf = (plan: Plan, kind: KindIndex) =>
  plan.common_causes.filter(({ hits, share }) => share > 0 && hits.includes(kind));

/** The crew that units of the kind wait for; one that has somebody for each unit at once nobody waits for. */
export function crewOf(plan: Plan, kind: KindIndex): number | undefined {
  const { crew } = plan.units[kind]!;
  if (crew === undefined || !canFail(plan, kind)) return undefined;
  const { size, inspection } = plan.crews[crew]!;
  if (phaseType(inspection) !== NOTHING) return crew;
  const members = plan.units.reduce(
    (sum, unit, each) => (unit.crew === crew && canFail(plan, each) ? sum + unitsOf(plan, each) : sum),
    0,
  );
  return size < members ? crew : undefined;
}

/** Units of a kind in all. */
export function unitsOf(plan: Plan, kind: KindIndex): number {
  const { count, within } = plan.units[kind]!;
  return within === undefined ? count : count * unitsOf(plan, within);
}

/** Why a kind's units do not fail and return each by itself, in words; undefined where they do. */
export function dependence(plan: Plan, kind: KindIndex): string | undefined {
  if (!canFail(plan, kind)) return undefined;
  if (crewOf(plan, kind) !== undefined) return 'shares a crew';
  const [cause] = causesOf(plan, kind);
  return cause === undefined ? undefined : `is hit by ${cause.name}`;
}

/** The life of units of a kind, or in one sentence why it has no phases. */
export function lifeOf(plan: Plan, kind: KindIndex): Life | { readonly refused: string } {
  if (!canFail(plan, kind)) return ETERNAL;
  const { name, time_to_failure, time_to_repair } = plan.units[kind]!;
  const crew = crewOf(plan, kind);
  const up = time_to_failure === undefined ? ONE_PHASE : phaseType(time_to_failure);
  const refuse = (what: string) => {
    const why = dependence(plan, kind);
    return { refused: why === undefined ? `${name} ${what}` : `${name} ${what}, and ${why}` };
  };
  if (up === undefined) return refuse(`fails in ${timeOf(time_to_failure!)}`);
  if (up.start.length === 0) return refuse('fails at once');
  const repair = phaseType(time_to_repair);
  if (repair === undefined) return refuse(`is repaired in ${timeOf(time_to_repair)}`);
  if (repair.start.length === 0) return refuse('is repaired in no time');
  if (crew === undefined) return assemble(up, NOTHING, repair, false);
  const { name: crewName, inspection, order } = plan.crews[crew]!;
  const look = phaseType(inspection);
  if (look === undefined) return { refused: `the crew ${crewName} inspects in ${timeOf(inspection)}` };
  if (order !== 'first-inspected') return assemble(up, look, repair, true);
  // All kinds are inspected at once: who inspects is not with any unit yet, and what it does has no phase.
  if (look.start.length !== 1) return { refused: `the crew ${crewName} inspects in ${timeOf(inspection)}` };
  return assemble(up, NOTHING, repair, true);
}

/** "lognormal time": what the distribution is called, for a sentence. */
export const timeOf = ({ kind }: Distribution): string => `${kind} time`;

/** Up for ever, but for common causes. */
const ONE_PHASE: PhaseType = { start: [1], moves: [[]], end_per_h: [0] };

function assemble(up: PhaseType, inspection: PhaseType, repair: PhaseType, hasCrew: boolean): Life {
  const upSize = up.start.length;
  const waiting = hasCrew ? upSize : -1;
  const firstLook = upSize + (hasCrew ? 1 : 0);
  const firstRepair = firstLook + inspection.start.length;
  const size = firstRepair + repair.start.length;
  const beginRepairing = beginnings(repair, firstRepair);

  const moves: { to: number; rate_per_h: number }[][] = Array.from({ length: size }, () => []);
  for (const [part, first] of [
    [up, 0],
    [inspection, firstLook],
    [repair, firstRepair],
  ] as const) {
    for (const [phase, next] of part.moves.entries()) {
      for (const { to, rate_per_h } of next) moves[first + phase]!.push({ to: first + to, rate_per_h });
    }
  }
  for (const [phase, rate] of inspection.end_per_h.entries()) {
    if (rate === 0) continue;
    for (const { state, chance } of beginRepairing) {
      moves[firstLook + phase]!.push({ to: state, rate_per_h: rate * chance });
    }
  }
  const byState = (part: PhaseType, first: number): number[] =>
    Array.from({ length: size }, (_, state) => part.end_per_h[state - first] ?? 0);
  return {
    size,
    up: upSize,
    waiting,
    served: hasCrew ? firstLook : size,
    moves,
    failure_per_h: byState(up, 0),
    repaired_per_h: byState(repair, firstRepair),
    beginUp: beginnings(up, 0),
    beginRepair: inspection.start.length > 0 ? beginnings(inspection, firstLook) : beginRepairing,
  };
}

const beginnings = ({ start }: PhaseType, first: number): Beginning[] =>
  start.flatMap((chance, phase) => (chance > 0 ? [{ state: first + phase, chance }] : []));
