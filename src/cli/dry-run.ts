import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderDryRun } from '../report/dry-run.ts';
import { EXIT } from '../scenario/errors.ts';
import type { Arms } from './arms.ts';
import { type Io, mayColor } from './io.ts';
import type { RunOptions, Target } from './options.ts';
import { progressOn } from './progress.ts';
import { ResultsFolder } from './results.ts';

export interface DryRunOptions extends Pick<RunOptions, 'scenario' | 'seed' | 'measure_trials' | 'out'> {
  readonly target: Target;
}

/**
 * Says what a run would do, as text and as `dry-run.json`; neither the cluster nor the results of earlier runs are
 * touched.
 *
 * @returns EXIT.ok where nothing but rights is in the way of the run, else EXIT.configuration
 */
export async function runDry(
  name: 'chaos' | 'verify',
  options: DryRunOptions,
  io: Io,
  arms: Arms,
): Promise<number> {
  const { refusePlan } = await import('./plan-file.ts');
  await refusePlan(options.scenario, name);
  const { loadScenario } = await import('../scenario/load.ts');
  const scenario = loadScenario(options.scenario, {
    seed: options.seed,
    trials: { measure: options.measure_trials },
  });
  const { dry_run: file, journal } = ResultsFolder.beside(options.out ?? join('out', scenario.name));
  const progress = progressOn(io.stderr);
  progress.phase(`looking at what ${scenario.name} would do, and changing nothing`);
  const dryRun = await arms
    .dryRun({ scenario, target: options.target, journal })
    .finally(() => progress.end());
  writeFileSync(file, `${JSON.stringify(dryRun, undefined, 2)}\n`);
  io.stdout.write(renderDryRun(dryRun, { color: mayColor(io.stdout, io.env), files: [file] }));
  return dryRun.obstacles.length === 0 ? EXIT.ok : EXIT.configuration;
}
