/** A unit that is repaired on its own, from new: where it is after a time, and how often it was repaired until then. */
import type { KindIndex, Plan } from '../../../scenario/plan.ts';
import { Beginnings, exploreChain, type MarkovChain } from '../chain.ts';
import { DENSE_MAX, denseTransient } from '../dense-transient.ts';
import { transient } from '../rewards.ts';
import type { UnitChance } from './independent.ts';
import { type Life, lifeOf } from './life.ts';
import { integrate } from './quadrature.ts';

export interface UnitChain {
  at(time_h: number): UnitChance & { readonly repairs_per_h: number };
  /** Repairs that end, in the mean. */
  repairsWithin(time_h: number): number;
  /** The largest rate there is. */
  readonly fastest_per_h: number;
}

/** Of a unit of the kind that somebody is always there to repair; or in one sentence why not. */
export function unitChain(plan: Plan, kind: KindIndex): UnitChain | { readonly refused: string } {
  const life = lifeOf(plan, kind);
  if ('refused' in life) return life;
  if (life.size === 1) return { at: () => NEVER_FAILS, repairsWithin: () => 0, fastest_per_h: 0 };
  const chain = chainOf(life);
  const at = life.size === 2 ? closedForm(life) : bySteps(life, chain);
  const fastest_per_h = chain.exit_per_h.reduce((most, rate) => Math.max(most, rate), 0);
  return {
    at,
    repairsWithin: (time_h) =>
      integrate((moment_h) => [at(moment_h).repairs_per_h], time_h, 1 / fastest_per_h)[0]!,
    fastest_per_h,
  };
}

const NEVER_FAILS = { up: 1, down: 0, failures_per_h: 0, repairs_per_h: 0 };

function chainOf(life: Life): MarkovChain<number> {
  return exploreChain<number>({
    initial: new Beginnings(life.beginUp),
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

function bySteps(life: Life, chain: MarkovChain<number>): UnitChain['at'] {
  return (time_h) => {
    const probability =
      chain.size <= DENSE_MAX ? denseTransient(chain, time_h) : transient(chain, time_h).probability;
    const chance = { up: 0, down: 0, failures_per_h: 0, repairs_per_h: 0 };
    for (const [index, state] of chain.states.entries()) {
      const share = probability[index]!;
      if (state < life.up) chance.up += share;
      else chance.down += share;
      chance.failures_per_h += share * life.failure_per_h[state]!;
      chance.repairs_per_h += share * life.repaired_per_h[state]!;
    }
    return chance;
  };
}

/** Exponential times: two states. */
function closedForm(life: Life): UnitChain['at'] {
  const fails_per_h = life.failure_per_h[0]!;
  const repaired_per_h = life.repaired_per_h[1]!;
  const both_per_h = fails_per_h + repaired_per_h;
  return (time_h) => {
    const up = (repaired_per_h + fails_per_h * Math.exp(-both_per_h * time_h)) / both_per_h;
    const down = (fails_per_h / both_per_h) * -Math.expm1(-both_per_h * time_h);
    return { up, down, failures_per_h: fails_per_h * up, repairs_per_h: repaired_per_h * down };
  };
}
