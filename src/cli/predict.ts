import type { Argv } from 'yargs';
import { EXIT, UserError } from '../scenario/errors.ts';
import type { StoppingLimits } from '../sim/estimate/stopping.ts';
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
        .example('$0 predict shop.yaml --trials 10000 --out out/shop', 'more trials, closer means')
        .example('$0 predict shop.yaml --precision 1% --max-time 60s', 'as many as it takes, for a minute'),
    (given) =>
      choose(async (io, arms) => {
        const limits: StoppingLimits = {
          precision: given.precision,
          max_trials: given.maxTrials,
          max_time_ms: given.maxTime,
        };
        if (given.trials !== undefined && Object.values(limits).some((limit) => limit !== undefined)) {
          throw new UserError('--trials says how many; --precision, --max-trials and --max-time until when', {
            exitCode: EXIT.configuration,
            hint: 'leave --trials away, and say --max-trials for the most there may be',
          });
        }
        const { run } = await import('./run.ts');
        return run(
          'predict',
          {
            scenario: given.scenario,
            seed: given.seed,
            calibration: given.calibration,
            predict_trials: given.trials,
            limits,
            workers: given.workers,
            predict_for: given.cluster,
            out: given.out,
          },
          io,
          arms,
        );
      }),
  );
}
