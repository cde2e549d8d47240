/**
 * The command line: reads the arguments, runs the command, and turns whatever happens into a message and an
 * exit code. yargs only chooses: a command runs after it is done, so its errors are never mistaken for usage.
 */
import yargs, { type Argv } from 'yargs';
import { EXIT, UserError } from '../scenario/errors.ts';
import { VERSION } from '../version.ts';
import type { Arms } from './arms.ts';
import { addCalibrate } from './calibrate.ts';
import { addChaos } from './chaos.ts';
import { addExport } from './export.ts';
import { addGameDay } from './game-day.ts';
import { addGuard } from './guard.ts';
import { addImport } from './import.ts';
import type { Io } from './io.ts';
import { joinLists, LISTS } from './lists.ts';
import { checkNode } from './node-version.ts';
import { OPTIONS } from './options.ts';
import { addPredict } from './predict.ts';
import { addRbac } from './rbac.ts';
import { addReport } from './report.ts';
import { addRestore } from './restore.ts';
import { addVerify } from './verify.ts';

/** A command with its arguments, ready to run; gives the exit code. */
export type Action = (io: Io, arms: Arms) => Promise<number>;
export type Choose = (action: Action) => void;

/** Which code means what, for `--help`; the README's table has the same words. */
export const EXIT_MEANING: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: 'prediction and measurement agree, every objective is met',
  predictionMissed: 'prediction and measurement differ',
  inconclusive: 'not enough, or not valid, evidence',
  objectiveMissed: 'an objective of the scenario is not met',
  configuration: 'a scenario, a manifest, an option or the cluster is not as it must be',
  aborted: 'ended early, by a person or by a safety rule; what was begun is undone',
  notRestored: 'something could not be put back as it was found; the message and the journal say what',
  internal: 'a bug of foreshock',
};

const WIDTH_MOST = 100;

/** With which a shell asks while a command is being typed: what is not right yet is no mistake, and words stay in place. */
const COMPLETION = '--get-yargs-completions';

/** @param argv without the names of the runtime and the program */
export async function main(argv: readonly string[], io: Io, arms: () => Promise<Arms>): Promise<number> {
  try {
    checkNode(process.versions.node);
    const { action, text } = await parse(argv, io);
    if (action !== undefined) return await action(io, await arms());
    io.stdout.write(`${text}\n`);
    return EXIT.ok;
  } catch (error) {
    if (argv[0] === COMPLETION) return EXIT.ok;
    return explain(error instanceof UsageError ? await usageError(error, argv) : error, io);
  }
}

async function parse(argv: readonly string[], io: Io): Promise<{ action: Action | undefined; text: string }> {
  let action: Action | undefined;
  let text = '';
  const parser = commands(yargs(), (chosen) => {
    action = chosen;
  })
    .scriptName('foreshock')
    .version(VERSION)
    .wrap(Math.min(io.stdout.columns ?? WIDTH_MOST, WIDTH_MOST));
  await parser.parseAsync(
    argv[0] === COMPLETION ? [...argv] : joinLists(argv),
    {},
    (_error, _argv, output) => {
      text = output;
    },
  );
  return { action, text };
}

function commands(parser: Argv, choose: Choose): Argv {
  for (const add of [
    addPredict,
    addChaos,
    addVerify,
    addGameDay,
    addCalibrate,
    addRestore,
    addGuard,
    addRbac,
    addReport,
    addImport,
    addExport,
  ])
    add(parser, choose);
  return parser
    .usage(
      'Predict how much downtime a failure will cost, then cause the failure and see.\n\n$0 <command> [options]',
    )
    .completion('completion', 'Print a completion script for bash or zsh')
    .example('$0 verify scenarios/nginx-x2.yaml', 'the whole of it, on the embedded cluster')
    .example('$0 predict scenarios/nginx-x2.yaml', 'the forecast alone, in seconds')
    .epilogue(
      `Exit codes:\n${Object.entries(EXIT)
        .map(([name, code]) => `  ${String(code).padEnd(4)} ${EXIT_MEANING[name as keyof typeof EXIT]}`)
        .join('\n')}`,
    )
    .parserConfiguration({ 'duplicate-arguments-array': false, 'boolean-negation': false })
    .detectLocale(false)
    .demandCommand(
      1,
      'which command? predict, chaos, verify, game-day, calibrate, rbac, restore, guard, report, import or export',
    )
    .recommendCommands()
    .strict()
    .alias('help', 'h')
    .exitProcess(false)
    .fail((message, error) => {
      throw error === undefined || error.name === 'YError' ? new UsageError(message) : error;
    });
}

/** What yargs finds wrong with the arguments. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

type Command = keyof typeof OPTIONS;
const COMMANDS = Object.keys(OPTIONS) as readonly Command[];

async function usageError({ message }: UsageError, argv: readonly string[]): Promise<UserError> {
  const command = argv.find((word): word is Command => Object.hasOwn(OPTIONS, word));
  const hints = [`see foreshock ${command === undefined ? '' : `${command} `}--help`];
  const isIncomplete = message.startsWith('Not enough non-option arguments');
  const greedy = argv.find((word) => word.startsWith('--') && LISTS[word.slice(2)] === 'many');
  if (isIncomplete && greedy !== undefined)
    hints.unshift(`${greedy} takes all that follows it: name the scenario first;`);
  const unknown = /^Unknown arguments?: (.*)$/.exec(message)?.[1]?.split(', ') ?? [];
  const mistyped = unknown.find((name) => argv.some((word) => word.split('=')[0] === `--${name}`));
  if (mistyped !== undefined) hints.unshift(...(await whatWasMeant(mistyped, command)));
  const [, option, given, choices] = INVALID.exec(message) ?? [];
  if (option !== undefined && given !== undefined && choices !== undefined) {
    const known = choices.split(', ').map(unquoted);
    hints.unshift(...(await didYouMean(unquoted(given), known)));
    return new UserError(`--${option} cannot be ${given}; expected ${known.join(' or ')}`, {
      exitCode: EXIT.configuration,
      hint: hints.join(' '),
    });
  }
  const [, near] = /^Did you mean (.+)\?$/.exec(message) ?? [];
  if (near !== undefined) hints.unshift(`did you mean ${near}?`);
  const words =
    near !== undefined
      ? `unknown command ${argv.find((word) => !word.startsWith('-'))}`
      : mistyped !== undefined
        ? `unknown option --${mistyped}`
        : isIncomplete
          ? `which ${command === 'report' ? 'folder' : command === 'import' ? 'file' : 'scenario'}?`
          : message;
  return new UserError(words, { exitCode: EXIT.configuration, hint: hints.join(' ') });
}

/** What yargs says of a value that is none of the choices. */
const INVALID = /^Invalid values:\s+Argument: ([^,]+), Given: ("[^"]*"), Choices: (.+)$/;

const unquoted = (text: string): string => text.replace(/^"|"$/g, '');

async function didYouMean(given: string, known: readonly string[]): Promise<string[]> {
  const { nearest } = await import('../scenario/nearest.ts');
  const meant = nearest(given, known);
  return meant === undefined ? [] : [`did you mean ${meant}?`];
}

/** Of an option that this command does not have: who has it, else what it is mistyped from. */
async function whatWasMeant(name: string, command: Command | undefined): Promise<string[]> {
  const owners = COMMANDS.filter((each) => Object.hasOwn(OPTIONS[each], name));
  if (owners.length > 0) {
    const list = new Intl.ListFormat('en-GB').format(owners);
    return [`${list} ${owners.length === 1 ? 'has' : 'have'} it;`];
  }
  const { nearest } = await import('../scenario/nearest.ts');
  const own = command === undefined ? [] : Object.keys(OPTIONS[command]);
  const meant = nearest(name, [...own, 'help', 'version']);
  return meant === undefined ? [] : [`did you mean --${meant}?`];
}

/** A person's mistake is told in words; a mistake of ours with all that helps to find it. */
function explain(error: unknown, io: Io): number {
  if (error instanceof UserError) {
    io.stderr.write(`${error.message}\n${error.hint === undefined ? '' : `  ${error.hint}\n`}`);
    return error.exitCode;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  io.stderr.write(`internal error, please report it with the command and the scenario:\n${stack}\n`);
  return EXIT.internal;
}
