/** A unit that is repaired on its own, from new: where it is after a time, and how often it was repaired until then. */
import type { KindIndex, Plan } from '../../../scenario/plan.ts';
import { exploreChain, type MarkovChain } from '../chain.ts';
import { accumulatedRewards, instantaneousRewards } from '../rewards.ts';
import type { UnitChance } from './independent.ts';
import { type Life, lifeOf } from './life.ts';

export interface UnitChain {
  at(time_h: number): UnitChance;
  /** Repairs that end, in the mean. */
  repairsWithin(time_h: number): number;
  /** The largest rate there is. */
  readonly fastest_per_h: number;
}

/** Of a unit of the kind, of which somebody is always there to repair it; or in one sentence why not. */
export function unitChain(plan: Plan, kind: KindIndex): UnitChain | { readonly refused: string } {
  const life = lifeOf(plan, kind);
  if ('refused' in life) return life;
  if (life.size === 1) return { at: () => NEVER_FAILS, repairsWithin: () => 0, fastest_per_h: 0 };
  const chains = life.beginUp.map(({ state, chance }) => ({ chance, chain: chainOf(life, state) }));
  const mean = (figures: (chain: MarkovChain<number>) => readonly number[]): readonly number[] =>
    chains
      .map(({ chance, chain }) => figures(chain).map((figure) => chance * figure))
      .reduce((sum, row) => sum.map((value, at) => value + row[at]!));
  const rewards = [
    (state: number) => (state < life.up ? 1 : 0),
    (state: number) => (state < life.up ? 0 : 1),
    (state: number) => life.failure_per_h[state]!,
  ];
  return {
    at:
      closedForm(life) ??
      ((time_h) => {
        const [up, down, failures_per_h] = mean((chain) => instantaneousRewards(chain, time_h, rewards));
        return { up: up!, down: down!, failures_per_h: failures_per_h! };
      }),
    repairsWithin: (time_h) =>
      mean((chain) => accumulatedRewards(chain, time_h, [(state) => life.repaired_per_h[state]!]))[0]!,
    fastest_per_h: Math.max(
      ...chains.map(({ chain }) => chain.exit_per_h.reduce((a, b) => Math.max(a, b), 0)),
    ),
  };
}

const NEVER_FAILS: UnitChance = { up: 1, down: 0, failures_per_h: 0 };

function chainOf(life: Life, initial: number): MarkovChain<number> {
  return exploreChain<number>({
    initial,
    key: (state) => state,
    transitions: function* (state) {
      for (const { to, rate_per_h } of life.moves[state]!) yield { rate_per_h, to };
      const ends = [
        { rate: life.failure_per_h[state]!, begin: life.beginRepair },
        { rate: life.repaired_per_h[state]!, begin: life.beginUp },
      ];
      for (const { rate, begin } of ends) {
        if (rate === 0) continue;
        for (const { state: to, chance } of begin) yield { rate_per_h: rate * chance, to };
      }
    },
  });
}

/** Exponential times: two states. */
function closedForm(life: Life): ((time_h: number) => UnitChance) | undefined {
  if (life.up !== 1 || life.size !== 2) return undefined;
  const fails_per_h = life.failure_per_h[0]!;
  const both_per_h = fails_per_h + life.repaired_per_h[1]!;
  return (time_h) => {
    const settled = -Math.expm1(-both_per_h * time_h);
    const up = (life.repaired_per_h[1]! + fails_per_h * Math.exp(-both_per_h * time_h)) / both_per_h;
    return { up, down: (fails_per_h / both_per_h) * settled, failures_per_h: fails_per_h * up };
  };
}
