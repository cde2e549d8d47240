/** A plan, or a part of it that nothing else has to do with, answered by its Markov chain. */
import { UserError } from '../../../scenario/errors.ts';
import type { Condition, KindIndex, Plan } from '../../../scenario/plan.ts';
import { exploreChain, type MarkovChain, STATES_MAX } from '../chain.ts';
import { firstPassageByState } from '../first-passage.ts';
import { accumulatedByState } from '../rewards.ts';
import { steadyState } from '../steady-state.ts';
import { sumOf } from '../sum.ts';
import { type Classes, type ClassRules, classesOf } from './classes.ts';
import type { StateKey } from './codec.ts';
import { kindsStruckWithin } from './common-cause.ts';
import { crewOf, type Life, lifeOf, timeOf } from './life.ts';
import { PlanModel } from './model.ts';
import { phaseType } from './phase-type.ts';
import { relevantCauses } from './relevant.ts';
import { expectedStates } from './state-count.ts';
import { equalKinds } from './symmetry.ts';
import { kindsInRows } from './tallies.ts';
import { verdictsOf } from './verdicts.ts';

export interface Refused {
  readonly refused: string;
}

export interface ChainLimits {
  /** Default: two million. */
  readonly states_max?: number | undefined;
  /** Steps of transitions for each question of a horizon. Default: about a minute of them. */
  readonly work_max?: number | undefined;
  /** Whether equal units are counted instead of being told apart; only a test wants them apart. Default: true. */
  readonly isLumped?: boolean | undefined;
}

/** What is known of whether a condition holds, from all being new. */
export interface Figures {
  /** Share of the time down. */
  readonly unavailability: number;
  /** Undefined where the steady state is not found. */
  readonly long_run_unavailability: number | undefined;
  /** That begin, in the mean; undefined where that is not known, as is the chance of at least one. */
  readonly outages: number | undefined;
  readonly outage_chance: number | undefined;
}

export const WORK_MAX = 3e10;

/** To find a state takes as long as so many steps of transitions. */
const STATE_WORK = 2000;

export interface ChainAnswer {
  readonly states: number;
  /** By condition. */
  readonly figures: readonly Figures[];
  /** Repairs of units of the kinds asked for that end, in the mean. */
  readonly repairs: number;
}

export interface PlanChain {
  readonly chain: MarkovChain<StateKey>;
  /** By condition: 1 in states in which it does not hold. */
  readonly down: readonly Uint8Array[];
  /** By state: repairs that end, of the kinds asked for. */
  readonly repairs_per_h: Float64Array;
}

/**
 * @param kinds all that matters to the conditions, and nothing else
 * @param repaired kinds whose repairs are counted
 */
export function answerByChain(
  plan: Plan,
  kinds: readonly KindIndex[],
  conditions: readonly Condition[],
  repaired: ReadonlySet<KindIndex>,
  horizon_h: number,
  limits: ChainLimits = {},
): ChainAnswer | Refused {
  return orRefused(() => {
    const built = planChain(plan, kinds, conditions, repaired, limits);
    if ('refused' in built) return built;
    const { chain, down, repairs_per_h } = built;
    const { work_max = WORK_MAX } = limits;
    const longRun = orRefused(() => longRunOf(chain, down, work_max));
    const steady = longRun instanceof Float64Array ? longRun : undefined;
    const rewards = [
      repairs_per_h,
      ...down.map((marks) => Float64Array.from(marks)),
      ...down.map((marks) => fallsOf(chain, marks)),
    ];
    const [repairs, ...sums] = accumulatedByState(chain, horizon_h, rewards, { steady, work_max });
    return {
      states: chain.size,
      repairs: repairs!,
      figures: down.map((marks, index) => ({
        unavailability: Math.min(1, sums[index]! / horizon_h),
        long_run_unavailability: steady && shareOf(steady, marks),
        outages: shareOf(chain.start, marks) + sums[down.length + index]!,
        outage_chance: firstPassageByState(chain, marks, horizon_h, { work_max }),
      })),
    };
  });
}

/** States that are less likely than this are looked at only where so little matters. */
const LEAST = 1e-30;
/** What a share of time down may miss of itself because of them. */
const MISSING_MAX = 1e-12;

function longRunOf(
  chain: MarkovChain<StateKey>,
  down: readonly Uint8Array[],
  work_max: number,
): Float64Array {
  const { probability } = steadyState(chain, { least: LEAST, work_max });
  const isSeen = down.every((marks) => LEAST * chain.size <= MISSING_MAX * shareOf(probability, marks));
  return isSeen ? probability : steadyState(chain, { work_max }).probability;
}

/** The chance of at least one outage alone. */
export function outageChanceByChain(
  plan: Plan,
  kinds: readonly KindIndex[],
  condition: Condition,
  horizon_h: number,
  limits: ChainLimits = {},
): number | Refused {
  return orRefused(() => {
    const built = planChain(plan, kinds, [condition], new Set(), limits);
    if ('refused' in built) return built;
    return firstPassageByState(built.chain, built.down[0]!, horizon_h, {
      work_max: limits.work_max ?? WORK_MAX,
    });
  });
}

/** Where there is too much to do, or rates too far apart. */
function orRefused<Result>(compute: () => Result): Result | Refused {
  try {
    return compute();
  } catch (error) {
    if (error instanceof UserError) return { refused: error.message };
    throw error;
  }
}

/** The chain alone. */
export function planChain(
  plan: Plan,
  kinds: readonly KindIndex[],
  conditions: readonly Condition[],
  repaired: ReadonlySet<KindIndex>,
  { states_max = STATES_MAX, work_max = WORK_MAX, isLumped = true }: ChainLimits,
): PlanChain | Refused {
  const lives = new Map<KindIndex, Life>();
  for (const kind of kinds) {
    const life = lifeOf(plan, kind);
    if ('refused' in life) return life;
    lives.set(kind, life);
  }
  const causes = relevantCauses(plan, kinds);
  for (const index of causes) {
    const { name, every } = plan.common_causes[index]!;
    if (phaseType(every) === undefined) return { refused: `${name} comes in ${timeOf(every)}` };
  }
  const classes = isLumped ? lumped(plan, kinds, lives, conditions, causes) : apart(plan, kinds, lives);
  const model = new PlanModel(plan, classes, causes);
  const expected = expectedStates(
    plan,
    classes,
    model.lines,
    causes.map((index) => phasesOf(plan, index)),
  );
  if (expected > states_max) return { refused: `its Markov chain would have ${inWords(expected)} states` };
  if (expected * STATE_WORK > work_max) {
    return {
      refused: `its Markov chain would have ${inWords(expected)} states, and finding them takes longer than there is time`,
    };
  }
  const chain = exploreChain<StateKey>({
    initial: model.initial,
    key: model.key,
    transitions: model.transitions,
    states_max,
  });
  return { chain, ...judged(plan, chain, model, conditions, repaired) };
}

/** The states in the order of the chain: whether each is down, and what is repaired there. */
function judged(
  plan: Plan,
  { states, size }: MarkovChain<StateKey>,
  model: PlanModel,
  conditions: readonly Condition[],
  repaired: ReadonlySet<KindIndex>,
) {
  const verdicts = verdictsOf(plan, conditions, model.classes);
  const counted = model.classes.all.filter(({ kind }) => repaired.has(kind));
  const down = conditions.map(() => new Uint8Array(size));
  const repairs_per_h = new Float64Array(size);
  for (const [index, key] of states.entries()) {
    const state = model.read(key);
    for (const [condition, holds] of verdicts(state).entries()) down[condition]![index] = holds ? 0 : 1;
    for (const { at, life } of counted) {
      for (let own = 0; own < life.size; own += 1) {
        repairs_per_h[index]! += state[at + own]! * life.repaired_per_h[own]!;
      }
    }
  }
  return { down, repairs_per_h };
}

/** With everything lumped that nothing tells apart. */
function lumped(
  plan: Plan,
  kinds: readonly KindIndex[],
  lives: ReadonlyMap<KindIndex, Life>,
  conditions: readonly Condition[],
  causes: readonly number[],
): Classes {
  const rows = conditions.flatMap((condition) => kindsInRows(condition));
  const ordered = new Set<KindIndex>();
  // Units in a line have their places there; and where several fail at once, a crew comes to them in their order.
  for (const { kind, within } of rows) markInner(plan, kind, within, ordered);
  const inOrder = new Set<KindIndex>();
  for (const index of causes) {
    const { hits, within } = plan.common_causes[index]!;
    for (const kind of hits) {
      if (crewOf(plan, kind) === undefined) continue;
      markInner(plan, kind, within, ordered);
      inOrder.add(kind);
    }
  }
  const rules: Omit<ClassRules, 'equalKinds'> = {
    kinds,
    lives,
    apart: new Set([...rows.map(({ kind }) => kind), ...kindsStruckWithin(plan)]),
    ordered,
  };
  for (const kind of kinds) if (plan.crews[crewOf(plan, kind) ?? -1]?.order === 'priority') inOrder.add(kind);
  // Where a kind has a line of its own, the kinds in its place would have to have lines too.
  const alone = classesOf(plan, { ...rules, equalKinds: [] });
  const byKind = Map.groupBy(alone.all, ({ kind }) => kind);
  for (const [kind, own] of byKind) {
    const crew = crewOf(plan, kind);
    if (own.length > 1 && crew !== undefined && plan.crews[crew]!.order === 'first-inspected')
      inOrder.add(kind);
  }
  return classesOf(plan, { ...rules, equalKinds: equalKinds(plan, kinds, conditions, inOrder) });
}

/** With every unit by itself. */
function apart(plan: Plan, kinds: readonly KindIndex[], lives: ReadonlyMap<KindIndex, Life>): Classes {
  const all = new Set(kinds);
  return classesOf(plan, { kinds, lives, apart: all, ordered: all, equalKinds: [] });
}

/** A kind, and what it is within, up to but without `outer`. */
function markInner(plan: Plan, kind: KindIndex, outer: KindIndex | undefined, marks: Set<KindIndex>): void {
  for (let at: KindIndex | undefined = kind; at !== undefined && at !== outer; at = plan.units[at]!.within) {
    marks.add(at);
  }
}

const phasesOf = (plan: Plan, cause: number): number =>
  phaseType(plan.common_causes[cause]!.every)!.start.length;

/** What rounding leaves above 1 is 1. */
const shareOf = (probability: Float64Array, marks: Uint8Array): number =>
  Math.min(1, sumOf(probability.filter((_, state) => marks[state])));

/** By state: how often it goes from up to down. */
function fallsOf(
  { size, rowStart, target, rate_per_h }: MarkovChain<StateKey>,
  down: Uint8Array,
): Float64Array {
  const falls = new Float64Array(size);
  for (let from = 0; from < size; from += 1) {
    if (down[from]) continue;
    for (let at = rowStart[from]!; at < rowStart[from + 1]!; at += 1) {
      if (down[target[at]!]) falls[from]! += rate_per_h[at]!;
    }
  }
  return falls;
}

/** "about 3e9": how many there would be. */
function inWords(count: number): string {
  if (!(count < 1e15)) return 'far too many';
  const exponent = Math.floor(Math.log10(count));
  return `about ${Math.round(count / 10 ** exponent)}e${exponent}`;
}
