/** A game day, step by step: each experiment as its own command would run it, and what people answer in between. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { renderGameDay } from '../report/game-day.ts';
import { EXIT, UserError } from '../scenario/errors.ts';
import { loadGameDay } from '../scenario/game-day/load.ts';
import type { GameDay, GameDayStep } from '../scenario/game-day.ts';
import { clockText, nextAt_ms, opensAt_ms } from '../scenario/time-window.ts';
import { msToDuration } from '../scenario/units.ts';
import type { GameDayRecord, GameDayStepRecord } from '../timeline/game-day.ts';
import { VERSION } from '../version.ts';
import type { Arms } from './arms.ts';
import { runDry } from './dry-run.ts';
import { listenForInterrupt } from './interrupt.ts';
import { type Io, mayColor } from './io.ts';
import type { RunOptions, Target } from './options.ts';
import { progressOn } from './progress.ts';
import { ResultsFolder } from './results.ts';
import { run } from './run.ts';

export interface GameDayOptions extends Pick<RunOptions, 'seed' | 'calibration' | 'workers' | 'yes'> {
  readonly file: string;
  /** Whether the experiments are only predicted: nothing is touched, and nobody asked. */
  readonly predict: boolean;
  /** Whether it is only said what the experiments would do: nothing is touched, and nobody asked. */
  readonly dry_run: boolean;
  /** Whether questions are passed over where nobody is at the terminal. */
  readonly unattended: boolean;
  readonly target: Target;
  readonly out: string | undefined;
}

/** What decides how the steps are done. */
interface Day {
  readonly options: GameDayOptions;
  readonly gameDay: GameDay;
  readonly folder: string;
  readonly io: Io;
  readonly arms: Arms;
}

/** What came of a step: one that ends the day says with what. */
interface StepEnd {
  readonly record: Omit<GameDayStepRecord, 'step' | 'began' | 'ended'>;
  readonly error?: unknown;
}

/** @returns the exit code: of the experiments' the one that says most */
export async function runGameDay(options: GameDayOptions, io: Io, arms: Arms): Promise<number> {
  const gameDay = loadGameDay(options.file);
  checkFlags(options);
  checkSomebodyIsThere(gameDay, options, io);
  await checkBeforehand(gameDay, options, arms);
  const folder = options.out ?? join('out', gameDay.name);
  const { game_day: file } = ResultsFolder.beside(folder);
  const day: Day = { options, gameDay, folder, io, arms };
  const steps: GameDayStepRecord[] = gameDay.steps.map((step) => ({
    step: nameOf(step),
    outcome: 'not-begun',
  }));
  const record: GameDayRecord = {
    schema: 'foreshock.game-day/v1',
    foreshock: VERSION,
    game_day: gameDay.name,
    steps,
  };
  let end: StepEnd | undefined;
  for (const [index, step] of gameDay.steps.entries()) {
    const name = nameOf(step);
    io.stderr.write(`step ${index + 1} of ${gameDay.steps.length}: ${name}\n`);
    const began = new Date().toISOString();
    end = await doStep(day, step, index);
    steps[index] = { step: name, began, ended: new Date().toISOString(), ...end.record };
    // After every step: what people have answered is not to be lost with the process. What is dry leaves that of the day.
    if (!options.dry_run) writeFileSync(file, `${JSON.stringify(record, undefined, 2)}\n`);
    if (end.error !== undefined) break;
  }
  const files = options.dry_run ? [] : [file];
  io.stdout.write(renderGameDay(record, { color: mayColor(io.stdout, io.env), files }));
  if (end?.error !== undefined) throw end.error;
  return worstOf(steps.flatMap(({ exit_code }) => exit_code ?? []));
}

function checkFlags({ predict, dry_run }: GameDayOptions): void {
  if (!predict || !dry_run) return;
  throw new UserError('--predict asks no cluster, and --dry-run asks one whom the day would hit', {
    exitCode: EXIT.configuration,
    hint: 'say one of the two',
  });
}

/** Whether nothing is to be done: then nobody is asked either, and nothing waited for. */
const isIdle = ({ predict, dry_run }: GameDayOptions): boolean => predict || dry_run;

function checkSomebodyIsThere({ steps }: GameDay, options: GameDayOptions, io: Io): void {
  const question = steps.find(({ kind }) => kind === 'ask');
  if (question === undefined || io.ask !== undefined || options.unattended || isIdle(options)) return;
  const { file, line, column } = question.position;
  throw new UserError(`${file}:${line}:${column}: a question, and there is no terminal to ask it at`, {
    exitCode: EXIT.configuration,
    hint: 'run it where somebody is, or pass over its questions with --unattended',
  });
}

/** Hours may lie between the first experiment and the one that cannot be, or whose rights are missing. */
async function checkBeforehand({ steps }: GameDay, options: GameDayOptions, arms: Arms): Promise<void> {
  const scenarios = steps.flatMap((step) => ('scenario' in step ? step.scenario : []));
  const { target } = options;
  if (isIdle(options) || scenarios.length === 0) return;
  await arms.preflight({ scenarios, target });
}

async function doStep(day: Day, step: GameDayStep, index: number): Promise<StepEnd> {
  try {
    switch (step.kind) {
      case 'verify':
      case 'chaos':
        return await experiment(day, step, index);
      case 'ask':
        return await askPerson(day, step.question);
      case 'wait':
        return await waitUntil(day, Date.now() + step.duration_ms);
      case 'wait-until':
        return await waitUntil(day, nextAt_ms(step.minute, step.time_zone, Date.now()));
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { record: { outcome: 'ended', exit_code: error.exitCode, because: error.message }, error };
  }
}

async function experiment(
  day: Day,
  { kind, scenario, trials }: Extract<GameDayStep, { readonly scenario: unknown }>,
  index: number,
): Promise<StepEnd> {
  const { options, gameDay, folder, io, arms } = day;
  const { predict, target, seed, calibration, workers, yes } = options;
  const out = join(folder, `${String(index + 1).padStart(2, '0')}-${scenario.name}`);
  const common: RunOptions = { scenario: scenario.file, seed, calibration, workers, out };
  if (predict) {
    const exit_code = await run('predict', { ...common, predict_for: target.cluster }, io, arms);
    return { record: { outcome: 'done', exit_code, results: out } };
  }
  if (options.dry_run) {
    const exit_code = await runDry(
      kind,
      { scenario: scenario.file, seed, measure_trials: trials, target, out },
      io,
      arms,
    );
    return { record: { outcome: 'dry', exit_code, results: out } };
  }
  const { window } = gameDay;
  if (window !== undefined) {
    const opens_ms = opensAt_ms(window, Date.now());
    if (opens_ms > Date.now()) {
      io.stderr.write(`outside of the window, which opens at ${new Date(opens_ms).toISOString()}\n`);
      await sleepUntil(day, opens_ms);
    }
  }
  const measured: RunOptions = {
    ...common,
    ...(kind === 'chaos' ? { calibration: undefined } : {}),
    measure_trials: trials,
    ...(yes === undefined ? {} : { yes }),
    target,
  };
  const exit_code = await run(kind, measured, io, arms);
  return { record: { outcome: 'done', exit_code, results: out } };
}

async function askPerson({ options, io }: Day, question: string): Promise<StepEnd> {
  if (isIdle(options) || io.ask === undefined) return { record: { outcome: 'skipped', question } };
  const interrupt = listenForInterrupt(io);
  try {
    const answer = (await io.ask(`${question}\n(an answer to keep, or "stop") `, interrupt.signal)).trim();
    if (/^stop$/i.test(answer)) throw ended('ended by a person');
    return { record: { outcome: 'done', question, answer } };
  } catch (error) {
    if (interrupt.signal.aborted) throw ended('ended while a person was asked');
    throw error;
  } finally {
    interrupt.dispose();
  }
}

async function waitUntil(day: Day, until_ms: number): Promise<StepEnd> {
  if (isIdle(day.options)) return { record: { outcome: 'skipped' } };
  await sleepUntil(day, until_ms);
  return { record: { outcome: 'done' } };
}

/** Timers of Node hold no more than 25 days, and a machine may have slept: so it is looked at the clock again. */
const LOOK_MS = 1000;

async function sleepUntil({ io }: Day, until_ms: number): Promise<void> {
  const interrupt = listenForInterrupt(io);
  const progress = progressOn(io.stderr);
  try {
    progress.phase(`waiting until ${new Date(until_ms).toISOString()}`);
    for (let left_ms = until_ms - Date.now(); left_ms > 0; left_ms = until_ms - Date.now()) {
      progress.update(`${msToDuration(Math.ceil(left_ms / 1000) * 1000)} left`);
      await sleep(Math.min(left_ms, LOOK_MS), undefined, { signal: interrupt.signal });
    }
  } catch (error) {
    if (interrupt.signal.aborted) throw ended('ended while it waited');
    throw error;
  } finally {
    progress.end();
    interrupt.dispose();
  }
}

const ended = (message: string): UserError =>
  new UserError(`${message}; what was begun before is undone`, { exitCode: EXIT.aborted });

function nameOf(step: GameDayStep): string {
  switch (step.kind) {
    case 'verify':
    case 'chaos':
      return `${step.kind} ${step.scenario.name}`;
    case 'ask':
      return 'ask';
    case 'wait':
      return `wait ${msToDuration(step.duration_ms)}`;
    case 'wait-until':
      return `wait until ${clockText(step.minute)} ${step.time_zone}`;
  }
}

/** As one experiment's: a wrong prediction says most, then evidence that is missing, then an objective; dry, what is in the way. */
const RANK: readonly number[] = [
  EXIT.ok,
  EXIT.objectiveMissed,
  EXIT.inconclusive,
  EXIT.predictionMissed,
  EXIT.configuration,
];

const worstOf = (codes: readonly number[]): number =>
  codes.reduce((worst, code) => (RANK.indexOf(code) > RANK.indexOf(worst) ? code : worst), EXIT.ok);
