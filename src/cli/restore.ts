import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Argv } from 'yargs';
import { EXIT, UserError } from '../scenario/errors.ts';
import type { Arms } from './arms.ts';
import type { Io } from './io.ts';
import type { Choose } from './program.ts';
import { RESTORE_OPTIONS } from './restore-options.ts';

export function addRestore(yargs: Argv, choose: Choose): Argv {
  return yargs.command(
    'restore [folder]',
    'Put back what a run has left in a cluster because it was killed',
    (command) =>
      command
        .positional('folder', {
          type: 'string',
          normalize: true,
          describe: 'Folder of the run, or its journal; without, the cluster itself says what is left',
        })
        .options(RESTORE_OPTIONS)
        .usage(
          '$0 restore [folder]\n\nUndoes the faults that stand and removes the objects that were created, and says which. Repeated, it does nothing.',
        )
        .example('$0 restore out/shop', 'going by the journal of a run')
        .example('$0 restore --context staging', 'going by what the cluster knows: all runs that have died'),
    (given) =>
      choose((io, arms) =>
        runRestore(
          {
            journal: given.folder === undefined ? undefined : journalIn(given.folder),
            namespaces: given.namespace,
            context: given.context,
            provider_command: given.providerCommand ?? io.env.FORESHOCK_PROVIDER_COMMAND,
          },
          io,
          arms,
        ),
      ),
  );
}

type Where = Omit<Parameters<Arms['restore']>[0], 'tell' | 'signal'>;

/** @returns the exit code */
async function runRestore(where: Where, io: Io, arms: Arms): Promise<number> {
  const { listenForInterrupt } = await import('./interrupt.ts');
  const interrupt = listenForInterrupt(io);
  try {
    const { wasLeft, goingOn } = await arms.restore({
      ...where,
      tell: (text) => io.stdout.write(`${text}\n`),
      signal: interrupt.signal,
    });
    if (!wasLeft) io.stdout.write('nothing is left to be put back\n');
    if (goingOn.length > 0) {
      throw new UserError(`left alone, because it goes on: ${goingOn.join('; ')}`, {
        exitCode: EXIT.configuration,
        hint: 'wait until it has ended',
      });
    }
    return EXIT.ok;
  } finally {
    interrupt.dispose();
  }
}

/** @throws UserError where there is none */
function journalIn(path: string): string {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const file = isFolder ? join(path, 'journal.jsonl') : path;
  if (existsSync(file)) return file;
  throw new UserError(`${file}: no journal of a run`, {
    exitCode: EXIT.configuration,
    hint: 'name the folder that chaos, verify or calibrate was given with --out; or none, to go by what the cluster knows',
  });
}
