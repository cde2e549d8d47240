import type { Argv } from 'yargs';
import type { Wanted } from '../chaos/safety/rights.ts';
import type { Survey } from '../chaos/wanted-rights.ts';
import { EXIT, UserError } from '../scenario/errors.ts';
import type { Io } from './io.ts';
import type { Choose } from './program.ts';
import { RBAC_OPTIONS, type RbacPurpose } from './rbac-options.ts';

interface RbacOptions {
  readonly file: string;
  readonly purpose: RbacPurpose;
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
    'rbac <file>',
    'Print the least rights that a scenario takes on a cluster, for kubectl apply',
    (command) =>
      command
        .positional('file', {
          type: 'string',
          demandOption: true,
          normalize: true,
          describe: 'Scenario, or game day (YAML)',
        })
        .options(RBAC_OPTIONS)
        .usage(
          '$0 rbac <file>\n\nPrints an account with the rights that chaos or verify of the scenario use, or all experiments of the game day, and no others; touches nothing.',
        )
        .example('$0 rbac shop.yaml | kubectl apply -f -', 'the account, its Roles, and what binds them')
        .example('$0 rbac shop.yaml --deployed', 'where what is to be hit is there already')
        .example('$0 rbac shop.yaml --for restore', 'to put back what a run has left that died')
        .example(
          '$0 rbac shop.yaml --job --image registry.example/foreshock:0.1.0 | kubectl apply -f -',
          'the run itself, as a Job in the cluster',
        ),
    (given) =>
      choose((io) =>
        printRbac(
          {
            file: given.file,
            purpose: given.for,
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
  const { purpose, required_only, job, image, claim } = options;
  const { readSubject } = await import('./rbac-subject.ts');
  const { accountComment, accountDocuments, accountOf, toBeThere } = await import('../chaos/rbac/account.ts');
  const isRun = purpose !== 'restore';
  const { subject, command, command_line, rights } = await readSubject(
    options.file,
    purpose,
    options.deployed,
  );
  const account = accountOf(subject, options, isRun ? undefined : purpose);
  const wanted = (await withSurvey(options, rights)).filter(
    ({ without }) => !required_only || without === undefined,
  );
  // The namespaces of a run's manifests are there when something is to be put back in them.
  const documents = [...accountDocuments(account, isRun ? subject : { objects: [] }, wanted)];
  if (job && image !== undefined && command !== undefined) {
    const { jobDocuments } = await import('../chaos/rbac/job.ts');
    documents.push(...jobDocuments({ account, subject, command, image, claim }));
  }
  const texts = documents.map((document) =>
    document.toString({ lineWidth: 0, flowCollectionPadding: false }),
  );
  const comment = [...accountComment(command_line, subject), ...(isRun ? toBeThere(subject) : [])];
  io.stdout.write(`${comment.map((line) => `# ${line}`).join('\n')}\n---\n${texts.join('---\n')}`);
  return EXIT.ok;
}

/** @throws UserError where one option makes no sense without another */
function checkTogether({ purpose, job, image, claim, cluster, context, deployed }: RbacOptions): void {
  const problems = [
    ...(job && purpose === 'restore'
      ? [
          [
            '--job is of a run, not of what puts back what it left',
            'docs/faults.md has a guard in the cluster',
          ],
        ]
      : []),
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

async function withSurvey(
  { cluster: kind, context, deployed }: RbacOptions,
  ask: (survey: Survey) => Promise<readonly Wanted[]>,
): Promise<readonly Wanted[]> {
  const { surveyOf, surveyOnPaper } = await import('../chaos/rbac/survey.ts');
  if (kind === undefined) return ask(surveyOnPaper(deployed));
  const { connectKubernetes } = await import('../chaos/cluster/kubernetes.ts');
  const cluster = connectKubernetes({ context });
  try {
    return await ask(surveyOf(cluster));
  } finally {
    await cluster.close();
  }
}
