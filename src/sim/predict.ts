/**
 * Predicts what a scenario's faults will cost: many trials in virtual time, each scored as a measurement
 * would be. The same scenario, seed and version give the same bytes, on any number of threads; only an end by time
 * depends on the machine.
 *
 * @example
 * const prediction = await predict(loadScenario('scenarios/nginx-x2.yaml'));
 * prediction.metrics.downtime_s?.predicted.pi90; // where a single run is expected, in seconds
 */
import { isDeepStrictEqual } from 'node:util';
import { drawnTimesText, isFixed } from '../scenario/act-times.ts';
import type { Distribution } from '../scenario/distribution.ts';
import { distributionText } from '../scenario/distribution-text.ts';
import { applicationName } from '../scenario/said.ts';
import type { Container, Lookups, Scenario, Workload } from '../scenario/scenario.ts';
import { TIMING, type TimingName, timingDefault } from '../scenario/timing.ts';
import { wilsonInterval } from '../timeline/interval.ts';
import { isMet, judgeObjectives } from '../timeline/objectives.ts';
import type { ObjectiveResult, Prediction, Stop } from '../timeline/verdict.ts';
import { VERSION } from '../version.ts';
import { Budget } from './estimate/budget.ts';
import { DownShare } from './estimate/down-share.ts';
import type { MetricValues } from './estimate/replication.ts';
import { type ReplicationOptions, replications } from './estimate/replications.ts';
import { RunningMean } from './estimate/running-mean.ts';
import { type StoppingLimits, StoppingRule } from './estimate/stopping.ts';
import { summarise } from './estimate/summary.ts';
import { warningsOf } from './estimate/warnings.ts';
import { faultWarnings } from './fault-warnings.ts';
import { PLATFORMS, type Platform, timingOn } from './platform.ts';
import { refusalWarnings } from './refusal.ts';

export interface PredictOptions {
  /** Trials; the scenario's own number where not given. */
  readonly trials?: number | undefined;
  /** Instead of a number of trials: until when. */
  readonly limits?: StoppingLimits | undefined;
  /** What it is made for; default: Kubernetes. */
  readonly platform?: Platform['name'];
  /** Threads to run trials on at most, this one included; default: this one. The result is the same at any number. */
  readonly workers?: number | undefined;
  readonly threads?: ReplicationOptions['threads'];
  /** Told now and then how far it is. */
  readonly onProgress?: (progress: PredictionProgress) => void;
  /** Told what each trial showed, in their order. */
  readonly onTrial?: (values: MetricValues) => void;
  /** Another recorder for a trial, to keep its timeline. */
  readonly recorderForTrial?: ReplicationOptions['recorderForTrial'];
}

export interface PredictionProgress {
  /** Trials. */
  readonly done: number;
  /** Trials at most. */
  readonly total: number;
  /** Of the trials so far. */
  readonly downtime_s: { readonly mean: number; readonly half_width: number };
}

/** Often enough for a live line and for Ctrl-C. */
const PROGRESS_EVERY_MS = 50;

export async function predict(scenario: Scenario, options: PredictOptions = {}): Promise<Prediction> {
  const window_ms = scenario.load.duration_ms;
  const platform = PLATFORMS[options.platform ?? 'kubernetes'];
  const rule = new StoppingRule(options.trials ?? scenario.trials.predict, options.limits ?? {});
  const budget = new Budget();
  const downShare = new DownShare(window_ms);
  const downtime_s = new RunningMean();
  const trials: MetricValues[] = [];
  const refusals: (string | undefined)[] = [];
  const work = { kind: 'episode', scenario, platform: platform.name } as const;
  const replicating = replications(work, {
    trials: rule.trials,
    workers: options.workers ?? 1,
    recorderForTrial: options.recorderForTrial,
    threads: options.threads,
  });
  let stop: Stop | undefined;
  let told_ms = Number.NEGATIVE_INFINITY;
  for await (const { values, outages, shares, refusal } of replicating) {
    trials.push(values);
    refusals.push(refusal);
    options.onTrial?.(values);
    budget.add(shares);
    downShare.add(outages);
    downtime_s.add(values.downtime_s);
    stop = rule.after(downtime_s);
    if (stop !== undefined || performance.now() - told_ms >= PROGRESS_EVERY_MS) {
      told_ms = performance.now();
      const { count, mean, half_width } = downtime_s;
      options.onProgress?.({ done: count, total: rule.trials, downtime_s: { mean, half_width } });
    }
    if (stop !== undefined) break;
  }
  if (stop === undefined) throw new Error('the trials ended before the prediction');
  const metrics = summarise(trials, scenario.load);
  return {
    schema: 'foreshock.prediction/v1',
    scenario: scenario.name,
    seed: scenario.seed,
    version: VERSION,
    platform: platform.name,
    trials: trials.length,
    stop,
    window_s: window_ms / 1000,
    metrics,
    budget: budget.lines(),
    down_share: downShare.result(),
    faults: scenario.faults.flatMap(({ type, at_ms }) =>
      isFixed(at_ms) ? at_ms.map((at) => ({ name: type, at_ms: at })) : [],
    ),
    objectives: judgeObjectives(scenario.objectives, metrics, undefined).map((objective) =>
      withTrialsMet(objective, trials),
    ),
    warnings: [...refusalWarnings(refusals), ...faultWarnings(scenario), ...warningsOf(trials)],
    assumptions: assumptions(scenario, platform),
    ignored: scenario.ignored.map(
      ({ kind, name, position }) => `${kind} ${name} (${position.file}:${position.line}:${position.column})`,
    ),
  };
}

/** The mean may meet an objective that many a run does not. */
function withTrialsMet(objective: ObjectiveResult, trials: readonly MetricValues[]): ObjectiveResult {
  const values = trials.map((trial) => trial[objective.metric]);
  const met = values.filter((value) => value !== undefined && isMet(objective, value)).length;
  return {
    ...objective,
    trials_met: { share: met / trials.length, ci95: wilsonInterval(met, trials.length) },
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
        `on SIGTERM: ${container.application.on_sigterm}${lookupsText(container.application.lookups)}`,
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
  return [...drawnTimes(scenario), ...applications, ...timers];
}

function lookupsText(lookups: Lookups | undefined): string {
  if (lookups === undefined) return '';
  const { for: asked, timeout_ms, attempts } = lookups;
  return `, looks a name up for ${asked.join(' and ')} and asks DNS ${attempts} times for ${timeout_ms / 1000} s each`;
}

/** Faults that act at other times in every trial. */
function drawnTimes({ faults, seed }: Scenario): Prediction['assumptions'] {
  return faults.flatMap(({ type, at_ms, position }) => {
    if (isFixed(at_ms)) return [];
    return [
      {
        name: `times of ${type}`,
        value: `${drawnTimesText(at_ms)}: drawn anew in every trial, in both arms alike`,
        source: `${position.file}:${position.line}, seed ${seed}`,
      },
    ];
  });
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
  if (container.application.lookups !== undefined) fields.push('lookups');
  return [...new Set(fields.map((field) => said[field] ?? scenario.file))].join('; ');
}
