import type { Argv } from 'yargs';
import { PREDICT_OPTIONS, scenarioArgument } from './options.ts';
import type { Choose } from './program.ts';

export function addPredict(yargs: Argv, choose: Choose): Argv {
  return yargs.command(
    'predict <scenario>',
    'Say what a fault will cost, without a cluster',
    (command) =>
      scenarioArgument(command)
        .options(PREDICT_OPTIONS)
        .usage('$0 predict <scenario>\n\nSimulates the scenario many times and says what one run will lose.')
        .example('$0 predict scenarios/nginx-x2.yaml', 'downtime, with the interval for a single run')
        .example('$0 predict shop.yaml --trials 10000 --out out/shop', 'more trials, closer means'),
    (given) =>
      choose(async (io, arms) => {
        const { run } = await import('./run.ts');
        return run(
          'predict',
          {
            scenario: given.scenario,
            seed: given.seed,
            calibration: given.calibration,
            predict_trials: given.trials,
            predict_for: given.cluster,
            out: given.out,
          },
          io,
          arms,
        );
      }),
  );
}
