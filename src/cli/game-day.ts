import type { Argv } from 'yargs';
import { GAME_DAY_OPTIONS, targetOf } from './options.ts';
import type { Choose } from './program.ts';

export function addGameDay(yargs: Argv, choose: Choose): Argv {
  return yargs.command(
    'game-day <file>',
    'Run several experiments one after the other, with pauses for people',
    (command) =>
      command
        .positional('file', {
          type: 'string',
          demandOption: true,
          normalize: true,
          describe: 'File of the game day (YAML)',
        })
        .options(GAME_DAY_OPTIONS)
        .usage(
          '$0 game-day <file>\n\nRuns the experiments that the file names, within the hours that it allows, and asks people what it is told to ask.',
        )
        .example('$0 game-day friday.yaml --predict', 'what the day will cost, and nothing touched')
        .example(
          '$0 game-day friday.yaml --cluster kubernetes --dry-run',
          'whom it would hit, and nothing touched',
        )
        .example('$0 game-day friday.yaml --cluster kubernetes', 'the day itself'),
    (given) =>
      choose(async (io, arms) => {
        const { runGameDay } = await import('./run-game-day.ts');
        return runGameDay(
          {
            file: given.file,
            predict: given.predict,
            dry_run: given.dryRun,
            unattended: given.unattended,
            seed: given.seed,
            calibration: given.calibration,
            workers: given.workers,
            yes: given.yes,
            target: targetOf(given, io.env),
            out: given.out,
          },
          io,
          arms,
        );
      }),
  );
}
