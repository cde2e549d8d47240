/**
 * `predict` of a plan: what its failures cost in years; and, where counts are varied, what they would cost then. All
 * are predicted with the same seed, so that they share their luck.
 */
import { join } from 'node:path';
import type { PlanResults } from '../report/plan/model.ts';
import { EXIT, UserError } from '../scenario/errors.ts';
import type { Plan } from '../scenario/plan.ts';
import type { StoppingLimits } from '../sim/estimate/stopping.ts';
import type { MethodChoice } from '../sim/method.ts';
import type { CurvePoint, PlanCurve } from '../timeline/plan-curve.ts';
import type { PlanPrediction } from '../timeline/plan-prediction.ts';
import type { Arms } from './arms.ts';
import { commandText } from './command-text.ts';
import { type Interrupt, listenForInterrupt } from './interrupt.ts';
import { type Io, mayColor } from './io.ts';
import { extentFlags, extentText, planProgressText } from './prediction-text.ts';
import { type Progress, progressOn } from './progress.ts';
import { ResultsFolder } from './results.ts';
import { checkVaried, combinationsOf, type Vary, variedCounts, varyText } from './vary.ts';

export interface PlanOptions {
  /** The plan's file. */
  readonly scenario: string;
  readonly seed: string | undefined;
  readonly predict_trials: number | undefined;
  readonly limits: StoppingLimits;
  readonly method: MethodChoice;
  readonly vary: readonly Vary[];
  readonly workers: number | undefined;
  /** File of delays that were measured, for the episodes. */
  readonly calibration: string | undefined;
  readonly out: string | undefined;
}

/** @returns the exit code */
export async function runPlan(options: PlanOptions, io: Io, arms: Arms): Promise<number> {
  checkVaried(options.vary);
  const { plan, variants } = await plansOf(options, io);
  const folder = ResultsFolder.prepare(options.out ?? join('out', plan.name));
  const progress = progressOn(io.stderr);
  try {
    const work: Work = { options, progress, io, arms };
    const prediction = await predict(plan, `predicting ${plan.name}`, work);
    await folder.write('plan-prediction', prediction);
    const curve = variants.length === 0 ? undefined : await curveOf(plan, variants, prediction, work);
    if (curve !== undefined) await folder.write('plan-curve', curve);
    const results: PlanResults = { prediction, curve };
    const command = commandOf(plan, options, prediction);
    folder.writeRun(command);
    progress.end();
    const { planReportOf } = await import('../report/plan/model.ts');
    const { renderPlanHtml } = await import('../report/plan/html.ts');
    const { renderPlanTerminal } = await import('../report/plan/terminal.ts');
    const report = folder.writePage((files) => planReportOf(results, { files, command }), renderPlanHtml);
    io.stdout.write(renderPlanTerminal(report, { color: mayColor(io.stdout, io.env) }));
    return exitCodeOfPlan(results);
  } finally {
    progress.end();
  }
}

/** The plan's own objectives decide; points of a curve are there to be compared. */
export function exitCodeOfPlan({ prediction }: PlanResults): number {
  const objectives = prediction.services.flatMap((service) => service.objectives);
  return objectives.every(({ met }) => met) ? EXIT.ok : EXIT.objectiveMissed;
}

interface Variant {
  readonly counts: Readonly<Record<string, number>>;
  readonly plan: Plan;
}

/** All are read before any is predicted: one that cannot be is told at once. */
async function plansOf(
  { scenario: file, seed, predict_trials, vary, calibration }: PlanOptions,
  io: Io,
): Promise<{ plan: Plan; variants: Variant[] }> {
  const { loadPlan } = await import('../scenario/plan/load.ts');
  const load = (counts: Variant['counts']) =>
    loadPlan(file, { seed, trials: { predict: predict_trials }, counts });
  const plan = load({});
  const combinations = vary.length === 0 ? [] : combinationsOf(vary);
  const variants = combinations.map((counts) => ({ counts, plan: loadVariant(counts, load) }));
  // They are the same at any count, and shared, so that they are predicted once.
  const episodes = calibration === undefined ? plan.episodes : await calibrated(plan, calibration, io);
  return {
    plan: { ...plan, episodes },
    variants: variants.map((variant) => ({ ...variant, plan: { ...variant.plan, episodes } })),
  };
}

/** What is wrong with other counts only is not wrong with the file. */
function loadVariant(counts: Variant['counts'], load: (counts: Variant['counts']) => Plan): Plan {
  try {
    return load(counts);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { message, exitCode, hint, cause } = error;
    throw new UserError(`with ${countsText(counts)}:\n${message}`, {
      exitCode,
      cause,
      ...(hint && { hint }),
    });
  }
}

const countsText = (counts: Variant['counts']): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');

/** The episodes with the delays that were measured. */
async function calibrated(plan: Plan, file: string, io: Io): Promise<Plan['episodes']> {
  const { readCalibration } = await import('../calibrate/calibration-file.ts');
  const { applyCalibration, calibrationNotes } = await import('../calibrate/apply.ts');
  const calibration = readCalibration(file);
  if (plan.episodes.length === 0) {
    io.stderr.write(
      `${file}: ${plan.file} names no episode, and delays matter to nothing else: it changes nothing\n`,
    );
  }
  const notes = plan.episodes.flatMap((episode) =>
    calibrationNotes(episode, calibration).map((note) => `${file}, for ${episode.file}: ${note}\n`),
  );
  for (const note of new Set(notes)) io.stderr.write(note);
  return plan.episodes.map((episode) => applyCalibration(episode, calibration, file));
}

interface Work {
  readonly options: PlanOptions;
  readonly progress: Progress;
  readonly io: Io;
  readonly arms: Arms;
}

async function predict(
  plan: Plan,
  phase: string,
  { options: { limits, method, workers }, progress, io, arms }: Work,
): Promise<PlanPrediction> {
  progress.phase(`${phase}: ${extentText(plan.trials, limits)}`, phase);
  // Not before trials run, which let signals through: an exact method would not, and Ctrl-C ends it at once by itself.
  let interrupt: Interrupt | undefined;
  try {
    const prediction = await arms.predictPlan({
      plan,
      method,
      limits,
      workers,
      onProgress(done) {
        interrupt ??= listenForInterrupt(io);
        if (interrupt.signal.aborted) throw stopped(interrupt);
        progress.update(planProgressText(done, plan.horizon_ms / 1000));
      },
    });
    if (interrupt?.signal.aborted) throw stopped(interrupt);
    return prediction;
  } finally {
    interrupt?.dispose();
  }
}

const stopped = (interrupt: Interrupt): UserError =>
  new UserError('stopped before the prediction was done', {
    exitCode: EXIT.aborted,
    cause: interrupt.signal.reason,
  });

/** The plan's own prediction is a point of it where its counts are among them. */
async function curveOf(
  plan: Plan,
  variants: readonly Variant[],
  written: PlanPrediction,
  work: Work,
): Promise<PlanCurve> {
  const varied = variedCounts(work.options.vary, plan);
  const points: CurvePoint[] = [];
  for (const [index, variant] of variants.entries()) {
    const counts = varied.map(({ name }) => variant.counts[name]!);
    const isWritten = varied.every(({ written: count }, place) => count === counts[place]);
    const phase = `predicting ${plan.name} with ${countsText(variant.counts)} (${index + 1} of ${variants.length})`;
    const prediction = isWritten ? written : await predict(variant.plan, phase, work);
    const { method, because, warnings, trials, stop, services } = prediction;
    points.push({ counts, method, because, warnings, trials, stop, services });
  }
  const { seed, version, horizon_s } = written;
  return { schema: 'foreshock.plan-curve/v1', plan: plan.name, seed, version, horizon_s, varied, points };
}

/** The command with what decides the result spelled out. */
function commandOf(plan: Plan, options: PlanOptions, prediction: PlanPrediction): string {
  const { stop, trials } = prediction;
  // What is exact takes no trials.
  const extent = stop === undefined ? {} : extentFlags(plan.trials, options.limits, { trials, stop });
  return commandText(
    ['predict', options.scenario],
    [
      ['seed', plan.seed],
      ...Object.entries(extent),
      ['method', options.method === 'auto' ? undefined : options.method],
      ['vary', options.vary.map(varyText)],
      ['calibration', options.calibration],
      ['out', options.out],
    ],
  );
}
