import type { Argv } from 'yargs';
import { EXIT, UserError } from '../scenario/errors.ts';
import { measuringOf, scenarioArgument, VERIFY_OPTIONS } from './options.ts';
import type { Choose } from './program.ts';

export function addVerify(yargs: Argv, choose: Choose): Argv {
  return yargs.command(
    'verify <scenario>',
    'Predict, then cause the fault and measure, and say whether the two agree',
    (command) =>
      scenarioArgument(command)
        .options(VERIFY_OPTIONS)
        .usage(
          '$0 verify <scenario>\n\nPredicts, causes the faults on a cluster, measures the same quantities in the same way, and compares.',
        )
        .example('$0 verify scenarios/nginx-x2.yaml', 'on the embedded cluster; nothing to install')
        .example('$0 verify shop.yaml --cluster kubernetes --trials 10', 'on your cluster, ten trials')
        .example('$0 verify shop.yaml --measured results.json', 'against what vegeta has measured already'),
    (given) =>
      choose(async (io, arms) => {
        const { measured } = given;
        if (measured !== undefined) checkForMeasured(given);
        if (given.dryRun) {
          const { runDry } = await import('./dry-run.ts');
          return runDry('verify', measuringOf(given, io.env), io, arms);
        }
        const { run } = await import('./run.ts');
        return run(
          'verify',
          {
            ...(measured === undefined
              ? measuringOf(given, io.env)
              : { scenario: given.scenario, seed: given.seed, out: given.out, measured }),
            calibration: given.calibration,
            predict_trials: given.predictTrials,
            workers: given.workers,
            yes: given.yes,
          },
          io,
          arms,
        );
      }),
  );
}

/** @throws UserError where an option is given that what was measured elsewhere has no use for */
function checkForMeasured({
  trials,
  dryRun,
}: {
  readonly trials?: unknown;
  readonly dryRun?: unknown;
}): void {
  const option = trials !== undefined ? '--trials' : dryRun === true ? '--dry-run' : undefined;
  if (option === undefined) return;
  throw new UserError(`${option} is about measuring, and --measured brings what was measured already`, {
    exitCode: EXIT.configuration,
    hint: `leave ${option} away`,
  });
}
