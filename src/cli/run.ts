/**
 * What predict, chaos and verify have in common: read the scenario, run the arms that were asked for, write
 * what they say as soon as they have said it, show the report, and tell the outcome by the exit code.
 */
import { join } from 'node:path';
import { type Results, reportOf } from '../report/model.ts';
import { count } from '../report/number.ts';
import { renderTerminal } from '../report/terminal.ts';
import { EXIT, UserError } from '../scenario/errors.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Measurement, Prediction } from '../timeline/verdict.ts';
import type { Arms, Confirm } from './arms.ts';
import { calibratedBy } from './calibrated.ts';
import { commandText } from './command-text.ts';
import { consent, faultTexts } from './consent.ts';
import { type Interrupt, listenForInterrupt } from './interrupt.ts';
import { type Io, mayColor } from './io.ts';
import type { RunOptions, Target } from './options.ts';
import { extentFlags, extentText, progressText } from './prediction-text.ts';
import { type Progress, progressOn } from './progress.ts';
import { ResultsFolder } from './results.ts';

export type CommandName = 'predict' | 'chaos' | 'verify';

/** Timelines are kept of the first few simulated trials, and of every measured one. */
const PREDICTED_TIMELINES = 5;

/** @returns the exit code */
export async function run(name: CommandName, options: RunOptions, io: Io, arms: Arms): Promise<number> {
  if (name !== 'predict') {
    const { refusePlan } = await import('./plan-file.ts');
    await refusePlan(options.scenario, name);
  }
  const { loadScenario } = await import('../scenario/load.ts');
  const written = loadScenario(options.scenario, {
    seed: options.seed,
    trials: { predict: options.predict_trials, measure: options.measure_trials },
  });
  const scenario =
    options.calibration === undefined ? written : await calibratedBy(options.calibration, written, io);
  const mayAct =
    options.target &&
    consent(
      { scenario, yes: options.yes === true, cluster: options.target.cluster, what: faultTexts(scenario) },
      io,
    );
  const elsewhere = options.measured && (await measuredElsewhere(scenario, options.measured));
  const folder = ResultsFolder.prepare(options.out ?? join('out', scenario.name));
  const progress = progressOn(io.stderr);
  const interrupt = listenForInterrupt(io);
  try {
    const work: Work = { scenario, folder, progress, interrupt, arms };
    const confirm: Confirm = async (place) => {
      progress.end();
      await mayAct?.(place, interrupt.signal);
    };
    await checkBeforehand(work, name, options);
    const prediction = name === 'chaos' ? undefined : await predict(work, options);
    if (elsewhere) await folder.write('measurement', elsewhere);
    const measurement = elsewhere ?? (options.target && (await measure(work, options.target, confirm)));
    const verdict = prediction && measurement && (await arms.compare(scenario, prediction, measurement));
    if (verdict) await folder.write('verdict', verdict);
    const results = { prediction, measurement, verdict };
    const command = commandOf(name, scenario, options, prediction);
    folder.writeRun(command);
    progress.end();
    const { renderHtml } = await import('../report/html.ts');
    const report = folder.writePage((files) => reportOf(results, { files, command }), renderHtml);
    io.stdout.write(renderTerminal(report, { color: mayColor(io.stdout, io.env) }));
    return exitCodeOf(results);
  } finally {
    interrupt.dispose();
    folder.closeTimelines();
    progress.end();
  }
}

/** An objective missed says more to a pipeline than agreement about it; a wrong prediction more than either. */
export function exitCodeOf({ prediction, measurement, verdict }: Results): number {
  if (verdict?.verdict === 'differs') return EXIT.predictionMissed;
  if (verdict?.verdict === 'inconclusive') return EXIT.inconclusive;
  if (measurement !== undefined && measurement.invalid_trials.length >= measurement.trials) {
    return EXIT.inconclusive;
  }
  const objectives = verdict?.objectives ?? measurement?.objectives ?? prediction?.objectives ?? [];
  return objectives.every(({ met }) => met) ? EXIT.ok : EXIT.objectiveMissed;
}

interface Work {
  readonly scenario: Scenario;
  readonly folder: ResultsFolder;
  readonly progress: Progress;
  readonly interrupt: Interrupt;
  readonly arms: Arms;
}

/**
 * What the embedded cluster cannot do is known without it, before minutes go into a prediction. Another cluster is asked by
 * the run itself: a dead run may have to be repaired first.
 */
async function checkBeforehand(
  { scenario, arms }: Work,
  name: CommandName,
  { target }: RunOptions,
): Promise<void> {
  if (name !== 'verify' || target?.cluster !== 'embedded') return;
  await arms.preflight({ scenarios: [scenario], target });
}

async function predict(
  { scenario, folder, progress, interrupt, arms }: Work,
  { target, predict_for = 'kubernetes', limits = {}, workers }: RunOptions,
): Promise<Prediction> {
  const phase = `predicting ${scenario.name}`;
  progress.phase(`${phase}: ${extentText(scenario.trials.predict, limits)}`, phase);
  folder.clearTimelines('predicted');
  const prediction = await arms.predict({
    scenario,
    cluster: target?.cluster ?? predict_for,
    limits,
    workers,
    onProgress(done) {
      if (interrupt.signal.aborted) throw abortedBefore(interrupt);
      progress.update(progressText(done));
    },
    recorderForTrial: (trial) =>
      trial < PREDICTED_TIMELINES ? folder.timeline('predicted', trial) : undefined,
  });
  folder.closeTimelines();
  await folder.write('prediction', prediction);
  return prediction;
}

/** Before anything is predicted or written: the files may be of another load. */
async function measuredElsewhere(scenario: Scenario, files: readonly string[]): Promise<Measurement> {
  const { importMeasurement } = await import('../interchange/measured/measurement.ts');
  return importMeasurement(scenario, files);
}

async function measure(
  { scenario, folder, progress, interrupt, arms }: Work,
  target: Target,
  confirm: Confirm,
): Promise<Measurement> {
  if (interrupt.signal.aborted) throw abortedBefore(interrupt);
  progress.phase(
    `measuring ${scenario.name} on ${target.cluster}: ${count(scenario.trials.measure, 'trial')}`,
  );
  folder.clearTimelines('measured');
  const release = interrupt.guard(folder.journal);
  const measurement = await arms.measure({
    scenario,
    target,
    journal: folder.journal,
    progress,
    recorderForTrial: (trial) => folder.timeline('measured', trial),
    confirm,
    signal: interrupt.signal,
  });
  release();
  folder.closeTimelines();
  await folder.write('measurement', measurement);
  return measurement;
}

const abortedBefore = (interrupt: Interrupt): UserError =>
  new UserError('stopped before any fault was caused; nothing was touched', {
    exitCode: EXIT.aborted,
    cause: interrupt.signal.reason,
  });

/** The command with what decides the result spelled out. */
export function commandOf(
  name: CommandName,
  scenario: Pick<Scenario, 'seed' | 'trials'>,
  options: RunOptions,
  prediction?: Pick<Prediction, 'trials' | 'stop'>,
): string {
  const { predict: predict_trials, measure: measure_trials } = scenario.trials;
  const { target } = options;
  const trials =
    name === 'predict'
      ? extentFlags(predict_trials, options.limits ?? {}, prediction)
      : { trials: options.measured === undefined ? String(measure_trials) : undefined };
  const flags: readonly (readonly [string, string | readonly string[] | undefined])[] = [
    ['measured', options.measured],
    ['seed', scenario.seed],
    ...Object.entries(trials),
    ['predict-trials', name === 'verify' ? String(predict_trials) : undefined],
    ['calibration', options.calibration],
    ['cluster', target?.cluster ?? options.predict_for],
    ['context', target?.context],
    ['source-addresses', target?.source_addresses],
    ['container-kill-command', target?.container_kill_command],
    ['provider-command', target?.provider_command],
    ['out', options.out],
  ];
  return commandText([name, options.scenario], flags);
}
