import type { Argv } from 'yargs';
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
          describe: 'Folder that predict, chaos or verify wrote with --out',
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
  const { exitCodeOf } = await import('./run.ts');
  const { results, command, files } = readResults(folder);
  io.stdout.write(await render());
  return exitCodeOf(results);

  async function render(): Promise<string> {
    if (format === 'json') {
      const { renderJson } = await import('../report/json.ts');
      const document = results.verdict ?? results.prediction ?? results.measurement;
      return document === undefined ? '' : renderJson(document);
    }
    const { reportOf } = await import('../report/model.ts');
    const report = reportOf(results, { files, command });
    if (format === 'html') {
      const { renderHtml } = await import('../report/html.ts');
      return renderHtml(report);
    }
    const { renderTerminal } = await import('../report/terminal.ts');
    const { mayColor } = await import('./io.ts');
    return renderTerminal(report, { color: mayColor(io.stdout, io.env) });
  }
}
