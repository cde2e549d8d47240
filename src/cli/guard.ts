import { resolve } from 'node:path';
import type { Argv } from 'yargs';
import { READY } from '../chaos/guard-ready.ts';
import { EXIT } from '../scenario/errors.ts';
import type { Arms } from './arms.ts';
import type { Io } from './io.ts';
import type { Choose } from './program.ts';
import { GUARD_OPTIONS } from './restore-options.ts';

export function addGuard(yargs: Argv, choose: Choose): Argv {
  return yargs.command(
    'guard',
    'Watch runs on Kubernetes, and put back what one leaves that dies',
    (command) =>
      command
        .options(GUARD_OPTIONS)
        .usage(
          '$0 guard\n\nWatches the Leases of all runs, until it is told to end. Every run on Kubernetes starts one of its own, for itself, with --journal; this one may run in the cluster, for when the machine of a run dies.',
        )
        .example('$0 guard --namespace shop', 'for the runs on what is in one namespace'),
    (given) =>
      choose((io, arms) =>
        runGuard(
          {
            journal: given.journal,
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

/**
 * The guard of a run ends when that ends: what asks both to end must not end it first.
 *
 * @returns the exit code
 */
async function runGuard(where: Where, io: Io, arms: Arms): Promise<number> {
  const told = new AbortController();
  const dispose = io.onSignal((name) => {
    if (where.journal === undefined) told.abort(new Error(`ended by ${name}`));
  });
  try {
    await arms.guard({
      ...where,
      tell: (text) => io.stderr.write(`${new Date().toISOString()} ${text}\n`),
      signal: told.signal,
      line: io.stdin(),
      ready: () => io.stdout.write(READY),
    });
    return EXIT.ok;
  } finally {
    dispose();
  }
}

/** As which a run starts its own. */
export function guardCommand(
  journal: string,
  context: string | undefined,
  provider_command: string | undefined,
): readonly [string, ...string[]] {
  const flags = [
    ['journal', resolve(journal)],
    ['context', context],
    ['provider-command', provider_command],
  ].flatMap(([flag, value]) => (value === undefined ? [] : [`--${flag}=${value}`]));
  return [process.execPath, process.argv[1] ?? '', 'guard', ...flags];
}
