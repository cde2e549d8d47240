import { fileURLToPath } from 'node:url';
import { loadScenario } from '../src/scenario/load.ts';
import type { Scenario } from '../src/scenario/scenario.ts';
import { SimulatedWorld } from '../src/sim/world.ts';
import { Score } from '../src/timeline/score.ts';
import { median, type Result } from './result.ts';

const SCENARIO = fileURLToPath(new URL('../scenarios/nginx-x2.yaml', import.meta.url));
const TRIALS = 200;
const RUNS = 5;

/** A pod killed under 100 requests a second for a minute, with everything that the model has, scored. */
function episode(): Scenario {
  const scenario = loadScenario(SCENARIO);
  return { ...scenario, load: { ...scenario.load, rate_per_s: 100, duration_ms: 60_000 } };
}

/** Events a second in this one thread, and milliseconds an episode. */
function run(): { readonly events_per_s: number; readonly episode_ms: number } {
  const world = new SimulatedWorld(episode());
  const begin_ms = performance.now();
  let events = 0;
  for (let trial = 0; trial < TRIALS; trial += 1) events += world.simulate(trial, new Score()).events;
  const took_ms = performance.now() - begin_ms;
  return { events_per_s: (events / took_ms) * 1000, episode_ms: took_ms / TRIALS };
}

const medianOf = (value: (of: ReturnType<typeof run>) => number) =>
  median(Array.from({ length: RUNS }, () => value(run())));

export async function modelEvents(): Promise<Result> {
  return { unit: '/s', value: Math.round(medianOf(({ events_per_s }) => events_per_s)) };
}

export async function modelEpisode(): Promise<Result> {
  return { unit: 'ms', value: Number(medianOf(({ episode_ms }) => episode_ms).toFixed(2)) };
}
