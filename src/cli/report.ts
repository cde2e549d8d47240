import type { Argv } from 'yargs';
import type { ReportContext } from '../report/context.ts';
import type { Results } from '../report/model.ts';
import type { PlanResults } from '../report/plan/model.ts';
import { EXIT } from '../scenario/errors.ts';
import type { Comparison } from '../timeline/comparison.ts';
import type { Io } from './io.ts';
import { REPORT_OPTIONS, type ReportFormat } from './options.ts';
import type { Choose } from './program.ts';

export function addReport(yargs: Argv, choose: Choose): Argv {
  return yargs.command(
    'report <folder>',
    'Show the results of an earlier run again',
    (command) =>
      command
        .positional('folder', {
          type: 'string',
          demandOption: true,
          normalize: true,
          describe: 'Folder that predict, chaos or verify wrote: out/NAME, or that of --out',
        })
        .options(REPORT_OPTIONS)
        .usage(
          '$0 report <folder>\n\nRenders from the JSON files in the folder, to standard output, and ends with the exit code of the run.',
        )
        .example('$0 report out/nginx-x2', 'the summary once more')
        .example('$0 report out/nginx-x2 --format html > report.html', 'the page, by itself'),
    (given) => choose((io) => showReport(given.folder, given.format, io)),
  );
}

/** @returns the exit code that the run itself would give */
async function showReport(folder: string, format: ReportFormat, io: Io): Promise<number> {
  const { readResults } = await import('./results.ts');
  const { mayColor } = await import('./io.ts');
  const stored = readResults(folder);
  const color = mayColor(io.stdout, io.env);
  const wanted = { format, color };
  const { text, code } = await (stored.kind === 'plan'
    ? showPlan(stored, stored.results, wanted)
    : stored.kind === 'comparison'
      ? showComparison(stored, stored.results, wanted)
      : showExperiment(stored, stored.results, wanted));
  io.stdout.write(text);
  return code;
}

interface Wanted {
  readonly format: ReportFormat;
  readonly color: boolean;
}

interface ShownRun {
  readonly text: string;
  readonly code: number;
}

async function showPlan(
  context: ReportContext,
  results: PlanResults,
  { format, color }: Wanted,
): Promise<ShownRun> {
  const { exitCodeOfPlan } = await import('./run-plan.ts');
  const { planReportOf } = await import('../report/plan/model.ts');
  const { renderPlanHtml } = await import('../report/plan/html.ts');
  const { renderPlanTerminal } = await import('../report/plan/terminal.ts');
  const { renderJson } = await import('../report/json.ts');
  const report = planReportOf(results, context);
  const render = {
    json: () => renderJson(results.prediction),
    html: () => renderPlanHtml(report),
    terminal: () => renderPlanTerminal(report, { color }),
  };
  return { text: render[format](), code: exitCodeOfPlan(results) };
}

async function showComparison(
  context: ReportContext,
  comparison: Comparison,
  { format, color }: Wanted,
): Promise<ShownRun> {
  const { comparisonReportOf } = await import('../report/comparison/model.ts');
  const { renderComparisonHtml } = await import('../report/comparison/html.ts');
  const { renderComparisonTerminal } = await import('../report/comparison/terminal.ts');
  const { renderJson } = await import('../report/json.ts');
  const report = comparisonReportOf(comparison, context);
  const render = {
    json: () => renderJson(comparison),
    html: () => renderComparisonHtml(report),
    terminal: () => renderComparisonTerminal(report, { color }),
  };
  return { text: render[format](), code: EXIT.ok };
}

async function showExperiment(
  context: ReportContext,
  results: Results,
  { format, color }: Wanted,
): Promise<ShownRun> {
  const { exitCodeOf } = await import('./run.ts');
  const { reportOf } = await import('../report/model.ts');
  const { renderHtml } = await import('../report/html.ts');
  const { renderTerminal } = await import('../report/terminal.ts');
  const { renderJson } = await import('../report/json.ts');
  const report = reportOf(results, context);
  const document = results.verdict ?? results.prediction ?? results.measurement;
  const render = {
    json: () => (document === undefined ? '' : renderJson(document)),
    html: () => renderHtml(report),
    terminal: () => renderTerminal(report, { color }),
  };
  return { text: render[format](), code: exitCodeOf(results) };
}
