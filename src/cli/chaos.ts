import type { Argv } from 'yargs';
import { CHAOS_OPTIONS, measuringOf, scenarioArgument } from './options.ts';
import type { Choose } from './program.ts';

export function addChaos(yargs: Argv, choose: Choose): Argv {
  return yargs.command(
    'chaos <scenario>',
    'Cause a fault on a cluster under load, and measure what it costs',
    (command) =>
      scenarioArgument(command)
        .options(CHAOS_OPTIONS)
        .usage(
          '$0 chaos <scenario>\n\nApplies what the scenario names, sends load, causes the faults, measures, and puts everything back.',
        )
        .example('$0 chaos scenarios/nginx-x2.yaml', 'on the embedded cluster')
        .example(
          '$0 chaos shop.yaml --cluster kubernetes --context staging --trials 5',
          'five trials where the kubeconfig points',
        ),
    (given) =>
      choose(async (io, arms) => {
        const asked = measuringOf(given, io.env);
        if (given.dryRun) {
          const { runDry } = await import('./dry-run.ts');
          return runDry('chaos', asked, io, arms);
        }
        const { run } = await import('./run.ts');
        return run('chaos', { ...asked, yes: given.yes }, io, arms);
      }),
  );
}
