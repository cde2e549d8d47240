import type { Argv } from 'yargs';
import type { Wanted } from '../chaos/safety/rights.ts';
import { EXIT, UserError } from '../scenario/errors.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Io } from './io.ts';
import { scenarioArgument } from './options.ts';
import type { Choose } from './program.ts';
import { type CausingCommand, RBAC_OPTIONS } from './rbac-options.ts';

interface RbacOptions {
  readonly scenario: string;
  readonly command: CausingCommand;
  readonly account: string | undefined;
  readonly namespace: string | undefined;
  readonly deployed: boolean;
  readonly required_only: boolean;
  readonly cluster: 'kubernetes' | undefined;
  readonly context: string | undefined;
  readonly job: boolean;
  readonly image: string | undefined;
  readonly claim: string | undefined;
}

export function addRbac(yargs: Argv, choose: Choose): Argv {
  return yargs.command(
    'rbac <scenario>',
    'Print the least rights that a scenario takes on a cluster, for kubectl apply',
    (command) =>
      scenarioArgument(command)
        .options(RBAC_OPTIONS)
        .usage(
          '$0 rbac <scenario>\n\nPrints an account with the rights that chaos or verify of the scenario use, and no others; touches nothing.',
        )
        .example('$0 rbac shop.yaml | kubectl apply -f -', 'the account, its Roles, and what binds them')
        .example('$0 rbac shop.yaml --deployed', 'where what is to be hit is there already')
        .example(
          '$0 rbac shop.yaml --job --image registry.example/foreshock:0.1.0 | kubectl apply -f -',
          'the run itself, as a Job in the cluster',
        ),
    (given) =>
      choose((io) =>
        printRbac(
          {
            scenario: given.scenario,
            command: given.for,
            account: given.account,
            namespace: given.namespace,
            deployed: given.deployed,
            required_only: given.requiredOnly,
            cluster: given.cluster,
            context: given.context,
            job: given.job,
            image: given.image,
            claim: given.claim,
          },
          io,
        ),
      ),
  );
}

/** @returns the exit code */
async function printRbac(options: RbacOptions, io: Io): Promise<number> {
  checkTogether(options);
  const { command, required_only, job, image, claim } = options;
  const { refusePlan } = await import('./plan-file.ts');
  await refusePlan(options.scenario, command);
  const { loadScenario } = await import('../scenario/load.ts');
  const { checkScenario } = await import('../chaos/safety/protection.ts');
  const { accountComment, accountDocuments, accountOf } = await import('../chaos/rbac/account.ts');
  const written = loadScenario(options.scenario);
  checkScenario(written);
  const { scenario, further } = await asRun(written, command);
  const account = accountOf(scenario, options);
  const wanted = [...(await rightsOf(scenario, options)), ...further].filter(
    ({ without }) => !required_only || without === undefined,
  );
  const documents = [...accountDocuments(account, scenario, wanted)];
  if (job && image !== undefined) {
    const { jobDocuments } = await import('../chaos/rbac/job.ts');
    documents.push(...jobDocuments({ account, scenario, command, image, claim }));
  }
  const texts = documents.map((document) =>
    document.toString({ lineWidth: 0, flowCollectionPadding: false }),
  );
  const comment = accountComment(command, scenario).replaceAll(/^/gm, '#');
  io.stdout.write(`${comment}\n---\n${texts.join('---\n')}`);
  return EXIT.ok;
}

/** @throws UserError where one option makes no sense without another */
function checkTogether({ job, image, claim, cluster, context, deployed }: RbacOptions): void {
  const problems = [
    ...(job && image === undefined ? [['--job needs the image that it runs', 'give --image']] : []),
    ...(!job && (image ?? claim) !== undefined
      ? [['--image and --claim are of the Job', 'give --job, too']]
      : []),
    ...(context !== undefined && cluster === undefined
      ? [['--context is of a cluster that is asked', 'give --cluster kubernetes, too']]
      : []),
    ...(deployed && cluster !== undefined
      ? [['--deployed says what --cluster asks for', 'leave one of them away']]
      : []),
  ];
  for (const [message = '', hint = ''] of problems) {
    throw new UserError(message, { exitCode: EXIT.configuration, hint });
  }
}

/** What the command does with the scenario, and what it takes beside that. */
async function asRun(scenario: Scenario, command: CausingCommand) {
  if (command !== 'calibrate') return { scenario, further: [] };
  const { killingOf, rightsToObserve } = await import('../calibrate/observe/killing.ts');
  const { subjectOf } = await import('../calibrate/subject.ts');
  return {
    scenario: killingOf(scenario, subjectOf(scenario), true),
    further: rightsToObserve(scenario),
  };
}

async function rightsOf(
  scenario: Scenario,
  { cluster: kind, context, deployed }: RbacOptions,
): Promise<readonly Wanted[]> {
  const { surveyOf, surveyOnPaper } = await import('../chaos/rbac/survey.ts');
  const { allRights } = await import('../chaos/wanted-rights.ts');
  if (kind === undefined) return allRights(surveyOnPaper(deployed), scenario);
  const { openCluster } = await import('../chaos/cluster/open.ts');
  const cluster = await openCluster(kind, scenario, { context });
  try {
    return await allRights(surveyOf(cluster), scenario);
  } finally {
    await cluster.close();
  }
}
