import { fileURLToPath } from 'node:url';
import { loadScenario } from '../src/scenario/load.ts';
import { predict } from '../src/sim/predict.ts';
import type { Result } from './result.ts';

const SCENARIO = fileURLToPath(new URL('../scenarios/nginx-x2.yaml', import.meta.url));
const TRIALS = 1000;

/** 1,000 trials of the nginx scenario in this one thread. */
export async function predictNginx(): Promise<Result> {
  const scenario = loadScenario(SCENARIO);
  const begin_ms = performance.now();
  await predict(scenario, { trials: TRIALS });
  return { unit: 's', value: Number(((performance.now() - begin_ms) / 1000).toFixed(2)) };
}
