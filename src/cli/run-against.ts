/**
 * `predict A --against B`: both scenarios under one seed, so that they share their luck, and what differs between them.
 */
import { join } from 'node:path';
import { EXIT, UserError } from '../scenario/errors.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { StoppingLimits } from '../sim/estimate/stopping.ts';
import type { Comparison } from '../timeline/comparison.ts';
import type { Arms } from './arms.ts';
import { calibratedBy } from './calibrated.ts';
import { commandText } from './command-text.ts';
import { listenForInterrupt } from './interrupt.ts';
import { type Io, mayColor } from './io.ts';
import type { ClusterKind } from './options.ts';
import { isPlanFile } from './plan-file.ts';
import { extentFlags, extentText, progressText } from './prediction-text.ts';
import { progressOn } from './progress.ts';
import { ResultsFolder } from './results.ts';

export interface AgainstOptions {
  readonly scenario: string;
  readonly against: string;
  readonly seed: string | undefined;
  readonly predict_trials: number | undefined;
  readonly limits: StoppingLimits;
  readonly workers: number | undefined;
  readonly calibration: string | undefined;
  readonly predict_for: ClusterKind;
  readonly out: string | undefined;
}

/** @returns the exit code: which of the two is better is for a person to say */
export async function runAgainst(options: AgainstOptions, io: Io, arms: Arms): Promise<number> {
  const { scenario, against } = await scenariosOf(options, io);
  const folder = ResultsFolder.prepare(
    options.out ?? join('out', `${scenario.name}-against-${against.name}`),
  );
  const progress = progressOn(io.stderr);
  const interrupt = listenForInterrupt(io);
  try {
    const { limits, workers } = options;
    const names = { scenario: scenario.name, against: against.name };
    const phase = `predicting ${names.scenario} against ${names.against}`;
    progress.phase(`${phase}: ${extentText(scenario.trials.predict, limits)} each`, phase);
    const comparison = await arms.compareScenarios({
      scenario,
      against,
      cluster: options.predict_for,
      limits,
      workers,
      onProgress(which, done) {
        if (interrupt.signal.aborted) {
          throw new UserError('stopped before the comparison was done', {
            exitCode: EXIT.aborted,
            cause: interrupt.signal.reason,
          });
        }
        progress.update(`${names[which]}: ${progressText(done)}`);
      },
    });
    await folder.write('comparison', comparison);
    const command = commandOf(scenario, options, comparison);
    folder.writeRun(command);
    progress.end();
    const { comparisonReportOf } = await import('../report/comparison/model.ts');
    const { renderComparisonHtml } = await import('../report/comparison/html.ts');
    const { renderComparisonTerminal } = await import('../report/comparison/terminal.ts');
    const report = folder.writePage(
      (files) => comparisonReportOf(comparison, { files, command }),
      renderComparisonHtml,
    );
    io.stdout.write(renderComparisonTerminal(report, { color: mayColor(io.stdout, io.env) }));
    return EXIT.ok;
  } finally {
    interrupt.dispose();
    progress.end();
  }
}

/** The one decides the seed of both, and how many trials there are. */
async function scenariosOf(
  { scenario: file, against: other, seed, predict_trials, calibration }: AgainstOptions,
  io: Io,
): Promise<{ readonly scenario: Scenario; readonly against: Scenario }> {
  if (isPlanFile(other)) {
    throw new UserError(`${other} is a plan, and ${file} is none: their downtime is not of one kind`, {
      exitCode: EXIT.configuration,
      hint: 'name a scenario after --against',
    });
  }
  const { loadScenario } = await import('../scenario/load.ts');
  const scenario = loadScenario(file, { seed, trials: { predict: predict_trials } });
  const against = loadScenario(other, { seed: scenario.seed });
  if (calibration === undefined) return { scenario, against };
  return {
    scenario: await calibratedBy(calibration, scenario, io),
    against: await calibratedBy(calibration, against, io),
  };
}

/** The command with what decides the result spelled out. */
function commandOf(scenario: Scenario, options: AgainstOptions, comparison: Comparison): string {
  return commandText(
    ['predict', options.scenario],
    [
      ['against', options.against],
      ['seed', scenario.seed],
      ...Object.entries(extentFlags(scenario.trials.predict, options.limits, comparison)),
      ['calibration', options.calibration],
      ['cluster', options.predict_for],
      ['out', options.out],
    ],
  );
}
