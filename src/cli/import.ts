import { dirname } from 'node:path';
import type { Argv } from 'yargs';
import { EXIT } from '../scenario/errors.ts';
import { writeResult } from './export.ts';
import { IMPORT_OPTIONS } from './interchange-options.ts';
import type { Choose } from './program.ts';

export function addImport(yargs: Argv, choose: Choose): Argv {
  return yargs.command(
    'import <file>',
    'Make a scenario of a file of another chaos tool',
    (command) =>
      command
        .positional('file', {
          type: 'string',
          demandOption: true,
          normalize: true,
          describe: 'File of the other tool',
        })
        .options(IMPORT_OPTIONS)
        .usage(
          '$0 import <file>\n\nWrites a scenario with the faults of the file. What cannot be one is an error, at its line; what makes no difference is named.',
        )
        .example(
          '$0 import experiment.json --manifest deploy/ --rate 100 --duration 60s --out shop.yaml',
          'a Chaos Toolkit experiment, with the load that it does not have',
        ),
    (given) =>
      choose(async (io) => {
        const { importScenario } = await import('../interchange/importing.ts');
        const { text, left_out } = importScenario({
          file: given.file,
          format: given.format,
          manifests: given.manifest ?? [],
          load: {
            service: given.service,
            port: given.port,
            rate: numberOr(given.rate),
            duration: given.duration,
          },
          memory: given.memory ?? [],
          folder: given.out === undefined ? '.' : dirname(given.out),
        });
        for (const line of left_out) io.stderr.write(`left out: ${line}\n`);
        writeResult(given.out, text, io);
        return EXIT.ok;
      }),
  );
}

/** Of a bare number the number, as a scenario has it; `100/s` stays as it is. */
const numberOr = (text: string | undefined): string | number | undefined =>
  text !== undefined && /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;
