/** Years at state level: many small horizons, and one that is as large as Kubernetes goes. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { predictPlan } from '../src/sim/predict-plan.ts';
import type { Benchmark, Result } from './result.ts';
import { zones } from './zones.ts';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Three replicas over three zones of three nodes each: 1,000 horizons of a year, on two threads. */
export async function thousandYears(): Promise<Result> {
  const begin_ms = performance.now();
  await predictPlan(zones(1, 9, 3), { trials: 1000, workers: 2, method: 'simulation' });
  return { unit: 's', value: rounded((performance.now() - begin_ms) / 1000) };
}

/** The shipped plan of 5,000 nodes and 150,000 pods, with crews and careful maintenance. */
export const largestCluster: Benchmark = yearOf('years-largest-cluster', [
  here('../scenarios/plans/cluster-5000.yaml'),
]);

/** One year of so many nodes and pods, each pod failing once a month. */
export const yearOfNodes = (nodes: number, pods: number): Benchmark =>
  yearOf(`years-${nodes}-nodes`, [String(nodes), String(pods)]);

/** Events a second, the time of all of them, and the most memory that the process had. */
function yearOf(name: string, plan: readonly string[]): Benchmark {
  return async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [here('year.ts'), ...plan]);
    const { seconds, events, peak_mib } = JSON.parse(stdout) as Record<string, number>;
    return [
      { name, unit: '/s', value: Math.round(events! / seconds!) },
      { name: `${name}-events`, unit: 'events', value: events! },
      { name: `${name}-time`, unit: 's', value: rounded(seconds!) },
      { name: `${name}-memory`, unit: 'MiB', value: Math.round(peak_mib!) },
    ];
  };
}

const rounded = (seconds: number): number => Number(seconds.toFixed(2));
