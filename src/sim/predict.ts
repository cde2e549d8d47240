/**
 * Predicts what a scenario's faults will cost: many trials in virtual time, each scored as a measurement
 * would be. The same scenario, seed and version give the same bytes.
 *
 * @example
 * const prediction = await predict(loadScenario('scenarios/nginx-x2.yaml'));
 * prediction.metrics.downtime_s?.predicted.pi90; // where a single run is expected, in seconds
 */
import { isDeepStrictEqual } from 'node:util';
import type { Distribution } from '../scenario/distribution.ts';
import { distributionText } from '../scenario/distribution-text.ts';
import { applicationName } from '../scenario/said.ts';
import type { Container, Scenario, Workload } from '../scenario/scenario.ts';
import { TIMING, type TimingName, timingDefault } from '../scenario/timing.ts';
import { type Recorder, tee } from '../timeline/event.ts';
import { judgeObjectives } from '../timeline/objectives.ts';
import type { Observation } from '../timeline/observation.ts';
import { Score } from '../timeline/score.ts';
import type { Prediction } from '../timeline/verdict.ts';
import { VERSION } from '../version.ts';
import { Budget } from './estimate/budget.ts';
import { DownShare } from './estimate/down-share.ts';
import { summarise } from './estimate/summary.ts';
import { PLATFORMS, type Platform, timingOn } from './platform.ts';
import { SimulatedWorld } from './world.ts';

export interface PredictOptions {
  /** Trials; the scenario's own number where not given. */
  readonly trials?: number;
  /** What it is made for; default: Kubernetes. */
  readonly platform?: Platform['name'];
  /** Told now and then how many trials are done. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Another recorder for a trial, to keep its timeline. */
  readonly recorderForTrial?: (trial: number) => Recorder | undefined;
}

/** Trials between two chances for others to run (progress, signals). */
const BATCH = 50;

export async function predict(scenario: Scenario, options: PredictOptions = {}): Promise<Prediction> {
  const trials = options.trials ?? scenario.trials.predict;
  const window_ms = scenario.load.duration_ms;
  const platform = PLATFORMS[options.platform ?? 'kubernetes'];
  const world = new SimulatedWorld(scenario, platform);
  const budget = new Budget(scenario.load);
  const downShare = new DownShare(window_ms);
  const observations: Observation[] = [];
  for (let trial = 0; trial < trials; trial += 1) {
    const score = new Score();
    const other = options.recorderForTrial?.(trial);
    const { recoveries } = world.simulate(trial, other === undefined ? score : tee(score, other));
    const observation = score.observation();
    observations.push(observation);
    budget.add(observation.outages, recoveries);
    downShare.add(observation.outages);
    if ((trial + 1) % BATCH === 0 || trial + 1 === trials) {
      options.onProgress?.(trial + 1, trials);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  const metrics = summarise(observations);
  return {
    schema: 'foreshock.prediction/v1',
    scenario: scenario.name,
    seed: scenario.seed,
    version: VERSION,
    platform: platform.name,
    trials,
    window_s: window_ms / 1000,
    metrics,
    budget: budget.lines(),
    down_share: downShare.result(),
    faults: scenario.faults.flatMap(({ type, at_ms }) => at_ms.map((at) => ({ name: type, at_ms: at }))),
    objectives: judgeObjectives(scenario.objectives, metrics, undefined),
    assumptions: assumptions(scenario, platform),
    ignored: scenario.ignored.map(
      ({ kind, name, position }) => `${kind} ${name} (${position.file}:${position.line}:${position.column})`,
    ),
  };
}

/** What the figures rest on: first what the scenario says of the application, then every timer. */
function assumptions(scenario: Scenario, platform: Platform): Prediction['assumptions'] {
  const applications = scenario.workloads.flatMap((workload) =>
    workload.pod.containers.map((container) => ({
      name: `${workload.name}/${container.name}`,
      value:
        `listens ${distributionText(container.application.start_time)} after exec, ` +
        `serves a request in ${distributionText(container.application.service_time)}, ` +
        `on SIGTERM: ${container.application.on_sigterm}`,
      source: sourceOfApplication(scenario, workload, container),
    })),
  );
  const timing = timingOn(platform, scenario);
  const timers = Object.entries(TIMING).map(([key, entry]) => {
    const name = key as TimingName;
    const used = timing[name];
    return {
      name,
      value: `${distributionText(used)}: ${entry.what}`,
      source: sourceOf(name, used, scenario, platform),
    };
  });
  return [...applications, ...timers];
}

function sourceOf(name: TimingName, used: Distribution, scenario: Scenario, platform: Platform): string {
  const said = scenario.said.timing[name];
  if (said !== undefined) return said;
  if (isDeepStrictEqual(used, platform.timing[name])) return `the ${platform.name} cluster, docs/embedded.md`;
  const known = timingDefault(name, scenario.cluster);
  return isDeepStrictEqual(used, known.default) ? known.source : scenario.file;
}

/** The scenario, unless a calibration says some of it. */
function sourceOfApplication(scenario: Scenario, workload: Workload, container: Container): string {
  const { applications } = scenario.said;
  const name = applicationName(workload, container, (other) => Object.hasOwn(applications, other));
  const said = applications[name] ?? {};
  const fields = ['start_time', 'service_time', 'on_sigterm'];
  return [...new Set(fields.map((field) => said[field] ?? scenario.file))].join('; ');
}
