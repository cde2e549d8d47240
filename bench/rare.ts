import { fileURLToPath } from 'node:url';
import { loadPlan } from '../src/scenario/plan/load.ts';
import type { Plan } from '../src/scenario/plan.ts';
import { predictPlan } from '../src/sim/predict-plan.ts';
import type { Benchmark } from './result.ts';

const file = (name: string) => fileURLToPath(new URL(`../scenarios/plans/${name}.yaml`, import.meta.url));

/** Half of the 95 % interval, as a share of the mean. */
const PRECISION = 0.05;
const WORKERS = 2;
const TIME_MAX_MS = 300_000;

/** The shipped plan with R = 4, made for another R: in the counts and in the mean times to failure. */
export function databaseOf(R: number): Plan {
  const plan = loadPlan(file('database'));
  const units = plan.units.map((unit) => {
    const life = unit.time_to_failure;
    if (life?.kind !== 'exponential') return unit;
    const count = unit.count + R - 4;
    return { ...unit, count, time_to_failure: { ...life, mean_ms: (life.mean_ms * R) / 4 } };
  });
  return { ...plan, units };
}

/** Seconds until it is known to 5 %, pilot and start of the second thread included; and what it was. */
const timeOf =
  (load: () => Plan): Benchmark =>
  async () => {
    const plan = load();
    const begin_ms = performance.now();
    const { services, stop, warnings } = await predictPlan(plan, {
      method: 'splitting',
      workers: WORKERS,
      limits: { precision: PRECISION, max_time_ms: TIME_MAX_MS },
    });
    const value = Number(((performance.now() - begin_ms) / 1000).toFixed(2));
    const { mean, ci95 } = services[0]!.unavailability;
    const digits = [mean, ...ci95].map((figure) => figure.toPrecision(4));
    console.error(`${plan.name}: ${digits[0]} (${digits[1]} to ${digits[2]})`, { ...stop }, ...warnings);
    return { unit: 's', value };
  };

export const RARE: Readonly<Record<string, Benchmark>> = {
  'rare-database-3': timeOf(() => databaseOf(3)),
  'rare-database-4': timeOf(() => databaseOf(4)),
  'rare-database-5': timeOf(() => databaseOf(5)),
  'rare-oil-pipeline': timeOf(() => loadPlan(file('oil-pipeline'))),
};
