import type { Argv } from 'yargs';
import { EXIT, UserError } from '../scenario/errors.ts';
import type { StoppingLimits } from '../sim/estimate/stopping.ts';
import type { MethodChoice } from '../sim/method.ts';
import { type ClusterKind, PREDICT_OPTIONS, scenarioArgument } from './options.ts';
import type { Choose } from './program.ts';
import type { PlanOptions } from './run-plan.ts';
import type { Vary } from './vary.ts';

export function addPredict(yargs: Argv, choose: Choose): Argv {
  return yargs.command(
    'predict <scenario>',
    'Say what a fault, or a year of them, will cost, without a cluster',
    (command) =>
      scenarioArgument(command)
        .options(PREDICT_OPTIONS)
        .usage(
          '$0 predict <scenario>\n\nSimulates the scenario many times and says what one run will lose; of a plan, what a year will.',
        )
        .example('$0 predict scenarios/nginx-x2.yaml', 'downtime, with the interval for a single run')
        .example('$0 predict shop.yaml --trials 10000 --out out/shop', 'more trials, closer means')
        .example('$0 predict shop.yaml --precision 1% --max-time 60s', 'as many as it takes, for a minute')
        .example('$0 predict B.yaml --against A.yaml', 'what a change costs or saves, and how sure that is')
        .example(
          '$0 predict scenarios/plans/shop-3-zones.yaml',
          'of a plan: downtime a year, and what it is due to',
        )
        .example(
          '$0 predict PLAN --vary zone=1,2,3 --vary web=2,3,4',
          'the curve against zones and replicas',
        ),
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
        const asked = {
          scenario: given.scenario,
          seed: given.seed,
          calibration: given.calibration,
          predict_trials: given.trials,
          limits,
          workers: given.workers,
          out: given.out,
        };
        const { isPlanFile } = await import('./plan-file.ts');
        const { method, vary = [], cluster, against } = given;
        if (isPlanFile(given.scenario)) {
          checkForPlan(given.scenario, { cluster, against });
          if (method === 'exact') checkForExact(asked);
          const { runPlan } = await import('./run-plan.ts');
          return runPlan({ ...asked, method, vary }, io, arms);
        }
        checkForExperiment(given.scenario, { method, vary });
        if (against !== undefined) {
          const { runAgainst } = await import('./run-against.ts');
          return runAgainst({ ...asked, against, predict_for: cluster }, io, arms);
        }
        const { run } = await import('./run.ts');
        return run('predict', { ...asked, predict_for: cluster }, io, arms);
      }),
  );
}

/** @throws UserError where an option is given that a plan has no use for */
function checkForPlan(
  file: string,
  { cluster, against }: { readonly cluster: ClusterKind; readonly against: string | undefined },
): void {
  const refused = (option: string, hint: string) =>
    new UserError(`${option} is for experiments, and ${file} is a plan`, {
      exitCode: EXIT.configuration,
      hint,
    });
  if (cluster !== 'kubernetes') {
    throw refused(`--cluster ${cluster}`, 'a plan is for a real Kubernetes; leave --cluster away');
  }
  if (against !== undefined) {
    throw refused('--against', '--vary predicts a plan with other numbers of units');
  }
}

/** @throws UserError where it is said how many trials there are to be, for there are none */
function checkForExact({ predict_trials, limits }: Pick<PlanOptions, 'predict_trials' | 'limits'>): void {
  if ([predict_trials, ...Object.values(limits)].every((limit) => limit === undefined)) return;
  throw new UserError('--method exact simulates nothing, so there are no trials to be counted or timed', {
    exitCode: EXIT.configuration,
    hint: 'leave --trials, --precision, --max-trials and --max-time away, or --method',
  });
}

/** @throws UserError where an option is given that an experiment has no use for */
function checkForExperiment(
  file: string,
  { method, vary }: { readonly method: MethodChoice; readonly vary: readonly Vary[] },
): void {
  if (method === 'auto' && vary.length === 0) return;
  throw new UserError(`--${vary.length > 0 ? 'vary' : 'method'} is for plans, and ${file} is none`, {
    exitCode: EXIT.configuration,
    hint: 'a plan is a scenario with a section `infrastructure` (docs/plan.md)',
  });
}
