/** PRISM's cluster of workstations as a Markov chain, question by question: the table in docs/exact.md. */
import { fileURLToPath } from 'node:url';
import { loadPlan } from '../src/scenario/plan/load.ts';
import type { Plan, PlannedService } from '../src/scenario/plan.ts';
import { firstPassageByState } from '../src/sim/exact/first-passage.ts';
import { planChain } from '../src/sim/exact/plan/by-chain.ts';
import { accumulatedByState } from '../src/sim/exact/rewards.ts';
import { steadyState } from '../src/sim/exact/steady-state.ts';
import type { Benchmark, Result } from './result.ts';

const FILE = fileURLToPath(new URL('../scenarios/plans/prism-cluster.yaml', import.meta.url));
const MS_PER_H = 3_600_000;
/** As where the exact method is asked for by name; see src/sim/method.ts. */
const WORK_MAX = 1e12;
/** As the method has it; see by-chain.ts. */
const LEAST = 1e-30;

/** The shipped plan, of 4 workstations a side, made for another number of them. */
export function clusterOf(N: number): Plan {
  const plan = loadPlan(FILE);
  const service = (name: string, at_least: number): PlannedService => {
    const shipped = plan.services.find((each) => each.name === name);
    if (shipped?.up.kind !== 'units') throw new Error(`${FILE} has another ${name}`);
    return { ...shipped, up: { ...shipped.up, at_least } };
  };
  return {
    ...plan,
    units: plan.units.map((unit) => (unit.count === 4 ? { ...unit, count: N } : unit)),
    services: [service('premium', N), service('minimum', Math.floor(0.75 * N))],
  };
}

/** Processor seconds of each question, and on stderr what is answered. */
export const clusterBenchmark =
  (N: number): Benchmark =>
  async () => {
    const results: Result[] = [];
    let begin = process.cpuUsage();
    const lap = (question: string): void => {
      const { user, system } = process.cpuUsage(begin);
      const value = Number(((user + system) / 1e6).toFixed(2));
      results.push({ name: `exact-cluster-${N}-${question}`, unit: 's', value });
      begin = process.cpuUsage();
    };
    const plan = clusterOf(N);
    const kinds = [...plan.units.keys()];
    const conditions = plan.services.map(({ up }) => up);
    const built = planChain(plan, kinds, conditions, new Set(kinds), { work_max: WORK_MAX });
    if ('refused' in built) throw new Error(built.refused);
    const { chain, down, repairs_per_h } = built;
    lap('found');
    const { probability } = steadyState(chain, { least: LEAST });
    lap('steady');
    const horizon_h = plan.horizon_ms / MS_PER_H;
    const belowMinimum = down[1]!;
    const chance = firstPassageByState(chain, belowMinimum, horizon_h, { work_max: WORK_MAX });
    lap('below-minimum');
    const rewards = [Float64Array.from(belowMinimum), repairs_per_h];
    const options = { steady: probability, work_max: WORK_MAX };
    const [hours_h, repairs] = accumulatedByState(chain, horizon_h, rewards, options);
    lap('hours-and-repairs');
    console.error(`${chain.size} states, ${chain.target.length} transitions:`, { chance, hours_h, repairs });
    return results;
  };
