/** Options that several commands share, and their types once read. */
import type { Argv, Options } from 'yargs';
import { EXIT, UserError } from '../scenario/errors.ts';
import { TRIALS_MAX } from '../scenario/trials.ts';
import { DURATION, durationToMs, PERCENTAGE, percentageToFraction } from '../scenario/units.ts';
import { MAX_TRIALS_DEFAULT, type StoppingLimits } from '../sim/estimate/stopping.ts';
import type { MethodChoice } from '../sim/method.ts';
import { EXPORT_OPTIONS, IMPORT_OPTIONS } from './interchange-options.ts';
import { RBAC_OPTIONS } from './rbac-options.ts';
import { CONTEXT, GUARD_OPTIONS, PROVIDER_COMMAND, RESTORE_OPTIONS } from './restore-options.ts';
import { readVary } from './vary.ts';

export const CLUSTERS = ['embedded', 'kubernetes'] as const;
export type ClusterKind = (typeof CLUSTERS)[number];

const METHODS = ['auto', 'exact', 'simulation', 'splitting'] as const satisfies readonly MethodChoice[];

export const REPORT_FORMATS = ['terminal', 'html', 'json'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** What `predict`, `chaos` and `verify` are given. */
export interface RunOptions {
  readonly scenario: string;
  readonly seed: string | undefined;
  readonly predict_trials?: number | undefined;
  readonly measure_trials?: number | undefined;
  /** Instead of a number of trials to predict from: until when. */
  readonly limits?: StoppingLimits;
  /** Threads that predict, at most. */
  readonly workers?: number | undefined;
  /** File of delays that were measured, for the prediction. */
  readonly calibration?: string | undefined;
  /** Whether a real cluster may be hit without asking. */
  readonly yes?: boolean;
  /** Where to measure; `predict` touches nothing and has none. */
  readonly target?: Target;
  /** Instead of a target: files of other tools, each of which has measured a trial. */
  readonly measured?: readonly string[] | undefined;
  /** The kind of cluster `predict` predicts for; where something is measured, that is predicted for. */
  readonly predict_for?: ClusterKind;
  readonly out: string | undefined;
}

export interface Target {
  readonly cluster: ClusterKind;
  /** Of the kubeconfig; its current one where not given. */
  readonly context: string | undefined;
  /** As given: addresses and ranges, with commas between. */
  readonly source_addresses: string | undefined;
  readonly container_kill_command: string | undefined;
  readonly provider_command: string | undefined;
  /** Whether nobody is to undo everything should this process be killed. */
  readonly no_guard?: boolean;
}

const SEED = {
  type: 'string',
  requiresArg: true,
  describe: "Same seed: same prediction, same victims [default: the scenario's]",
} as const satisfies Options;

const OUT = {
  type: 'string',
  requiresArg: true,
  defaultDescription: 'out/NAME',
  describe: 'Folder for the results',
} as const satisfies Options;

const YES = {
  type: 'boolean',
  alias: 'y',
  default: false,
  describe: 'Do not ask before faults hit a real cluster; must be said where there is no terminal',
} as const satisfies Options;

const CALIBRATION = {
  type: 'string',
  requiresArg: true,
  describe: 'Delays of your cluster and application, as calibrate wrote them; what the scenario says holds',
} as const satisfies Options;

function wholeNumber(flag: string, describe: string, most = Number.POSITIVE_INFINITY) {
  return {
    type: 'number',
    requiresArg: true,
    describe,
    coerce(value: number | undefined) {
      if (value === undefined || (Number.isInteger(value) && value > 0 && value <= most)) return value;
      const range = Number.isFinite(most) ? `from 1 to ${most}` : 'above 0';
      throw new UserError(`--${flag} must be a whole number ${range}`, { exitCode: EXIT.configuration });
    },
  } as const satisfies Options;
}

const trials = (flag: string, what: string) => wholeNumber(flag, `${what} [default: the scenario's]`);

/** A text that `read` understands; undefined is what it does not. */
function written<T>(flag: string, expected: string, describe: string, read: (text: string) => T | undefined) {
  return {
    type: 'string',
    requiresArg: true,
    describe,
    coerce(text: string | undefined) {
      if (text === undefined) return undefined;
      const value = read(text);
      if (value !== undefined) return value;
      throw new UserError(`--${flag} must be ${expected}, not ${text}`, { exitCode: EXIT.configuration });
    },
  } as const satisfies Options;
}

/** A share above 0 and below all. */
function readShare(text: string): number | undefined {
  const share = PERCENTAGE.test(text) ? percentageToFraction(text) : Number(text);
  return share > 0 && share < 1 ? share : undefined;
}

function readDuration(text: string): number | undefined {
  const duration_ms = DURATION.test(text) ? durationToMs(text) : 0;
  return duration_ms > 0 ? duration_ms : undefined;
}

const WORKERS = wholeNumber('workers', 'Threads that simulate, where it pays [default: one a core]');

export const PREDICT_OPTIONS = {
  trials: trials('trials', 'Trials to simulate'),
  precision: written(
    'precision',
    'a share such as 5%',
    'Simulate until half of the 95 % interval of mean downtime is this share of it, such as 5%',
    readShare,
  ),
  'max-trials': wholeNumber(
    'max-trials',
    `Trials at most with --precision or --max-time [default: ${MAX_TRIALS_DEFAULT}]`,
    TRIALS_MAX.predict,
  ),
  'max-time': written(
    'max-time',
    'a duration such as 60s',
    'Simulate for this long at most, such as 60s',
    readDuration,
  ),
  workers: WORKERS,
  method: {
    choices: METHODS,
    default: 'auto' as MethodChoice,
    describe: 'Of a plan: how it is answered; auto: exactly where that is within reach',
  },
  vary: {
    type: 'string',
    array: true,
    requiresArg: true,
    describe:
      'Of a plan: other numbers of units or replicas, as zone=1,2,3, for a curve; given twice, every combination',
    coerce(texts: readonly string[]) {
      return texts.map((text) => {
        const vary = readVary(text);
        if (vary !== undefined) return vary;
        throw new UserError(`--vary must be a name and counts such as zone=1,2,3, not ${text}`, {
          exitCode: EXIT.configuration,
        });
      });
    },
  },
  against: {
    type: 'string',
    normalize: true,
    requiresArg: true,
    describe: 'Another scenario, to say what differs between the two under the same luck',
  },
  cluster: {
    choices: CLUSTERS,
    default: 'kubernetes' as ClusterKind,
    describe: 'What to predict for: a real Kubernetes, or the one in this process',
  },
  calibration: CALIBRATION,
  seed: SEED,
  out: OUT,
} as const satisfies Record<string, Options>;

export const CHAOS_OPTIONS = {
  trials: trials('trials', 'Trials to run on the cluster'),
  seed: SEED,
  cluster: {
    choices: CLUSTERS,
    default: 'embedded' as ClusterKind,
    describe: 'Where the fault is caused: in this process, or where the kubeconfig points',
  },
  context: CONTEXT,
  'source-addresses': {
    type: 'string',
    requiresArg: true,
    describe:
      'Local addresses to send from, as 198.18.0.1,198.18.1.0/24, where one has too few ports [env: FORESHOCK_SOURCE_ADDRESSES]',
  },
  'container-kill-command': {
    type: 'string',
    requiresArg: true,
    describe:
      'Program that kills a container from its node, for container-kill on Kubernetes [env: FORESHOCK_CONTAINER_KILL_COMMAND]',
  },
  'provider-command': PROVIDER_COMMAND,
  'no-guard': {
    type: 'boolean',
    describe:
      'On Kubernetes: start no second process that undoes everything should this one be killed; what it did then stays until the next run, or restore',
  },
  'dry-run': {
    type: 'boolean',
    default: false,
    describe: 'Say what would be done, and to whom, and change nothing',
  },
  yes: YES,
  out: OUT,
} as const satisfies Record<string, Options>;

export const VERIFY_OPTIONS = {
  ...CHAOS_OPTIONS,
  measured: {
    type: 'string',
    array: true,
    requiresArg: true,
    describe:
      'Instead of measuring: what vegeta, k6, Prometheus or Chaos Toolkit has measured, as JSON, a file a trial',
  },
  'predict-trials': trials('predict-trials', 'Trials to simulate'),
  workers: WORKERS,
  calibration: CALIBRATION,
} as const satisfies Record<string, Options>;

export const GAME_DAY_OPTIONS = {
  predict: {
    type: 'boolean',
    default: false,
    describe: 'Only predict each experiment: nothing is touched, nobody asked, nothing waited for',
  },
  unattended: {
    type: 'boolean',
    default: false,
    describe: 'Pass over questions where nobody is at the terminal',
  },
  cluster: CHAOS_OPTIONS.cluster,
  context: CHAOS_OPTIONS.context,
  'source-addresses': CHAOS_OPTIONS['source-addresses'],
  'container-kill-command': CHAOS_OPTIONS['container-kill-command'],
  'provider-command': CHAOS_OPTIONS['provider-command'],
  'no-guard': CHAOS_OPTIONS['no-guard'],
  'dry-run': {
    ...CHAOS_OPTIONS['dry-run'],
    describe:
      'Say what each experiment would do, and to whom: nothing is changed, nobody asked, nothing waited for',
  },
  calibration: CALIBRATION,
  workers: WORKERS,
  seed: { ...SEED, describe: "Same seed: same prediction, same victims [default: each scenario's]" },
  yes: YES,
  out: OUT,
} as const satisfies Record<string, Options>;

/** Of the mean of most delays this leaves a tenth in doubt. */
const KILLS_DEFAULT = 20;

export const CALIBRATE_OPTIONS = {
  kills: {
    type: 'number',
    requiresArg: true,
    default: KILLS_DEFAULT,
    describe: 'Pods to kill, one after the other, half of them by force; 0: only what --from has',
    coerce(value: number) {
      if (Number.isInteger(value) && value >= 0) return value;
      throw new UserError('--kills must be a whole number, 0 or more', { exitCode: EXIT.configuration });
    },
  },
  from: {
    type: 'string',
    array: true,
    requiresArg: true,
    describe: 'Earlier runs to be taken, too: files ending in .samples.jsonl, or folders of chaos and verify',
  },
  seed: { ...SEED, describe: "Same seed: same victims [default: the scenario's]" },
  cluster: {
    choices: ['kubernetes'],
    default: 'kubernetes',
    describe: 'Where the kubeconfig points; the one in this process needs no calibration',
  },
  context: CHAOS_OPTIONS.context,
  'source-addresses': CHAOS_OPTIONS['source-addresses'],
  'no-guard': CHAOS_OPTIONS['no-guard'],
  yes: YES,
  out: {
    type: 'string',
    requiresArg: true,
    defaultDescription: 'out/NAME/calibration.json',
    describe: 'File for the calibration; its samples and the journal go beside it',
  },
} as const satisfies Record<string, Options>;

export const REPORT_OPTIONS = {
  format: {
    choices: REPORT_FORMATS,
    default: 'terminal' as ReportFormat,
    describe: 'terminal: the summary; html: the page; json: the verdict, or the half there is',
  },
} as const satisfies Record<string, Options>;

/** By command; what a mistyped option is compared with. */
export const OPTIONS = {
  predict: PREDICT_OPTIONS,
  chaos: CHAOS_OPTIONS,
  verify: VERIFY_OPTIONS,
  calibrate: CALIBRATE_OPTIONS,
  restore: RESTORE_OPTIONS,
  guard: GUARD_OPTIONS,
  report: REPORT_OPTIONS,
  'game-day': GAME_DAY_OPTIONS,
  rbac: RBAC_OPTIONS,
  import: IMPORT_OPTIONS,
  export: EXPORT_OPTIONS,
} as const satisfies Record<string, Record<string, Options>>;

export function scenarioArgument<T>(yargs: Argv<T>) {
  return yargs.positional('scenario', {
    type: 'string',
    demandOption: true,
    normalize: true,
    describe: 'Scenario file (YAML)',
  });
}

/** What only a real Kubernetes has a use for. */
const OF_KUBERNETES = ['context', 'source-addresses', 'container-kill-command', 'provider-command'] as const;

type TargetFlags = Readonly<Record<(typeof OF_KUBERNETES)[number], string | undefined>> & {
  readonly cluster: ClusterKind;
  readonly noGuard?: boolean | undefined;
};

/**
 * What a flag does not say, the environment may: it belongs to the machine, not to the run.
 *
 * @throws UserError where a flag is given that the cluster has no use for
 */
export function targetOf(given: TargetFlags, env: NodeJS.ProcessEnv): Target {
  const { cluster } = given;
  if (cluster === 'embedded') {
    checkForEmbedded(given);
    return {
      cluster,
      context: undefined,
      source_addresses: undefined,
      container_kill_command: undefined,
      provider_command: undefined,
    };
  }
  return {
    cluster,
    context: given.context,
    source_addresses: given['source-addresses'] ?? env.FORESHOCK_SOURCE_ADDRESSES,
    container_kill_command: given['container-kill-command'] ?? env.FORESHOCK_CONTAINER_KILL_COMMAND,
    provider_command: given['provider-command'] ?? env.FORESHOCK_PROVIDER_COMMAND,
    no_guard: given.noGuard === true,
  };
}

/** What `chaos` and `verify` are told of the measuring, be it dry. @throws as `targetOf` */
export function measuringOf(
  given: TargetFlags & {
    readonly scenario: string;
    readonly seed: string | undefined;
    readonly trials: number | undefined;
    readonly out: string | undefined;
  },
  env: NodeJS.ProcessEnv,
) {
  const { scenario, seed, trials: measure_trials, out } = given;
  return { scenario, seed, measure_trials, target: targetOf(given, env), out };
}

function checkForEmbedded(given: TargetFlags): void {
  const flag = OF_KUBERNETES.find((name) => given[name] !== undefined);
  if (flag === undefined) return;
  throw new UserError(`--${flag} is for a real Kubernetes, and this run is on the embedded cluster`, {
    exitCode: EXIT.configuration,
    hint: `say --cluster kubernetes, or leave --${flag} away`,
  });
}
