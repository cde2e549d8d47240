import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Argv } from 'yargs';
import type { JournalRequest } from '../interchange/chaos-toolkit/journal-out.ts';
import { EXIT, UserError } from '../scenario/errors.ts';
import { EXPORT_OPTIONS } from './interchange-options.ts';
import type { Io } from './io.ts';
import { scenarioArgument } from './options.ts';
import type { Choose } from './program.ts';

export function addExport(yargs: Argv, choose: Choose): Argv {
  return yargs.command(
    'export <scenario>',
    'Write a scenario as a file of another chaos tool',
    (command) =>
      scenarioArgument(command)
        .options(EXPORT_OPTIONS)
        .usage(
          '$0 export <scenario> --to TOOL\n\nWrites the faults of a scenario in the words of another tool. What that tool cannot do is an error, at its line.',
        )
        .example('$0 export shop.yaml --to chaos-toolkit --out experiment.json', 'for `chaos run`')
        .example(
          '$0 export shop.yaml --to chaos-toolkit-journal --results out/shop',
          'what a run did and found',
        )
        .example('$0 export shop.yaml --to chaos-mesh | kubectl apply -f -', 'for a cluster with Chaos Mesh'),
    (given) =>
      choose(async (io) => {
        const { refusePlan } = await import('./plan-file.ts');
        await refusePlan(given.scenario, 'export');
        const { exportScenario } = await import('../interchange/exporting.ts');
        const folder = given.out === undefined ? '.' : dirname(given.out);
        const { results } = given;
        const run = results === undefined ? undefined : await runIn(results, given.trial);
        const { text, left_out } = exportScenario({ file: given.scenario, to: given.to, folder, run });
        for (const line of left_out) io.stderr.write(`left out: ${line}\n`);
        writeResult(given.out, text, io);
        return EXIT.ok;
      }),
  );
}

/** What a journal tells of. @throws UserError where nothing was measured there */
async function runIn(folder: string, trial: number): Promise<JournalRequest> {
  const { readResults } = await import('./results.ts');
  const stored = readResults(folder);
  const measurement = stored.kind === 'experiment' ? stored.results.measurement : undefined;
  if (measurement === undefined) {
    throw new UserError(`${folder}: nothing was measured there`, {
      exitCode: EXIT.configuration,
      hint: 'chaos and verify measure',
    });
  }
  const journal = join(folder, 'journal.jsonl');
  return { measurement, trial: trial - 1, dates: existsSync(journal) ? readFileSync(journal, 'utf8') : '' };
}

/** To the file, or to standard output where there is none. @throws UserError where it cannot be written */
export function writeResult(file: string | undefined, text: string, io: Io): void {
  if (file === undefined) {
    io.stdout.write(text);
    return;
  }
  try {
    writeFileSync(file, text);
  } catch (cause) {
    throw new UserError(`${file}: cannot be written: ${cause instanceof Error ? cause.message : cause}`, {
      exitCode: EXIT.configuration,
      hint: 'choose another file with --out',
      cause,
    });
  }
}
