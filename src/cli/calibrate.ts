import { appendFileSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import type { Argv } from 'yargs';
import type { Kill } from '../calibrate/observation.ts';
import type { RunSamples, SamplesHeader } from '../calibrate/samples.ts';
import type { Subject } from '../calibrate/subject.ts';
import { EXIT, UserError } from '../scenario/errors.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { VERSION } from '../version.ts';
import type { Arms } from './arms.ts';
import type { Io } from './io.ts';
import { CALIBRATE_OPTIONS, scenarioArgument } from './options.ts';
import type { Choose } from './program.ts';

interface CalibrateOptions {
  readonly scenario: string;
  readonly kills: number;
  readonly from: readonly string[];
  readonly seed: string | undefined;
  readonly context: string | undefined;
  readonly source_addresses: string | undefined;
  readonly no_guard: boolean;
  readonly yes: boolean;
  readonly out: string | undefined;
}

export function addCalibrate(yargs: Argv, choose: Choose): Argv {
  return yargs.command(
    'calibrate <scenario>',
    'Measure the delays of your cluster and application, for predict and verify',
    (command) =>
      scenarioArgument(command)
        .options(CALIBRATE_OPTIONS)
        .usage(
          '$0 calibrate <scenario>\n\nKills single pods under the rules of a chaos run, sees how long every step of their replacement takes, and writes what predict and verify take with --calibration.',
        )
        .example('$0 calibrate shop.yaml --out cal.json', 'twenty kills: about five minutes')
        .example('$0 predict shop.yaml --calibration cal.json', 'a forecast that knows your cluster')
        .example('$0 calibrate shop.yaml --from cal.samples.jsonl', 'twenty more, and those of last time'),
    (given) =>
      choose((io, arms) =>
        runCalibrate(
          {
            scenario: given.scenario,
            kills: given.kills,
            from: given.from ?? [],
            seed: given.seed,
            context: given.context,
            source_addresses: given.sourceAddresses ?? io.env.FORESHOCK_SOURCE_ADDRESSES,
            no_guard: given.noGuard === true,
            yes: given.yes,
            out: given.out,
          },
          io,
          arms,
        ),
      ),
  );
}

/** @returns the exit code */
async function runCalibrate(options: CalibrateOptions, io: Io, arms: Arms): Promise<number> {
  const { refusePlan } = await import('./plan-file.ts');
  await refusePlan(options.scenario, 'calibrate');
  const { loadScenario } = await import('../scenario/load.ts');
  const { calibrate } = await import('../calibrate/calibrate.ts');
  const { calibrationText } = await import('../calibrate/calibration-file.ts');
  const { poolNotes } = await import('../calibrate/samples.ts');
  const { readEarlier } = await import('../calibrate/earlier.ts');
  const { subjectOf } = await import('../calibrate/subject.ts');
  const { calibrationTable } = await import('../calibrate/table.ts');

  const scenario = loadScenario(options.scenario, { seed: options.seed });
  const subject = subjectOf(scenario);
  const files = filesBeside(options.out ?? join('out', scenario.name, 'calibration.json'));
  checkFiles(options, files);
  const earlier = options.from.map((path) => readEarlier(path, subject));
  const taken = options.kills === 0 ? [] : await takeSamples({ scenario, subject, options, files, io, arms });
  const runs = [...earlier, ...taken];
  if (runs.every(({ kills }) => kills.length === 0)) {
    throw new UserError('there is nothing to calibrate from: no kill was seen', {
      exitCode: EXIT.inconclusive,
      hint: options.kills === 0 ? 'give other files with --from, or a number of --kills' : 'run it again',
    });
  }
  const calibrated = calibrate(scenario, subject, runs);
  write(files.calibration, calibrationText(calibrated.calibration));
  io.stdout.write(calibrationTable(calibrated, poolNotes(runs)));
  const written = [files.calibration, ...(taken.length > 0 ? [files.samples] : [])];
  io.stdout.write(`\nWritten: ${written.join(', ')}\n`);
  return EXIT.ok;
}

interface Files {
  readonly calibration: string;
  readonly samples: string;
  readonly journal: string;
}

function filesBeside(calibration: string): Files {
  const stem = calibration.replace(/\.json$/, '');
  return { calibration, samples: `${stem}.samples.jsonl`, journal: `${stem}.journal.jsonl` };
}

/** Samples are never written over those that are to be taken, too; nor are pods killed for what nothing comes of. */
function checkFiles({ from, kills }: CalibrateOptions, { calibration, samples }: Files): void {
  if (kills === 0 && from.length === 0) {
    throw new UserError('there is nothing to calibrate from: --kills 0 takes no samples', {
      exitCode: EXIT.configuration,
      hint: 'give files with --from, or a number of --kills',
    });
  }
  if (calibration.endsWith(sep) || statSync(calibration, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UserError(`${calibration} is a folder, and a calibration is a file`, {
      exitCode: EXIT.configuration,
      hint: `name a file with --out, such as ${join(calibration, 'calibration.json')}`,
    });
  }
  if (kills === 0 || !from.some((file) => resolve(file) === resolve(samples))) return;
  throw new UserError(`${samples} is where the new samples go, so it cannot be taken with --from`, {
    exitCode: EXIT.configuration,
    hint: 'choose another --out',
  });
}

interface Taking {
  readonly scenario: Scenario;
  readonly subject: Subject;
  readonly options: CalibrateOptions;
  readonly files: Files;
  readonly io: Io;
  readonly arms: Arms;
}

/** What was seen until an interruption or a failure is kept, too. */
async function takeSamples(taking: Taking): Promise<readonly RunSamples[]> {
  const { scenario, subject, options, files, io, arms } = taking;
  const { consent } = await import('./consent.ts');
  const { listenForInterrupt } = await import('./interrupt.ts');
  const { progressOn } = await import('./progress.ts');
  const progress = progressOn(io.stderr);
  const { kind, namespace, name } = subject.workload;
  const mayAct = consent(
    {
      scenario,
      yes: options.yes,
      cluster: 'kubernetes',
      what: [`${options.kills} pods of ${kind} ${namespace}/${name}, one after the other`],
    },
    io,
  );
  const interrupt = listenForInterrupt(io);
  const kills: Kill[] = [];
  let cluster: SamplesHeader['cluster'] | undefined;
  let run: RunSamples | undefined;
  try {
    claim(files.samples);
    const release = interrupt.guard(files.journal);
    await arms.observe({
      scenario,
      subject,
      kills: options.kills,
      context: options.context,
      source_addresses: options.source_addresses,
      no_guard: options.no_guard,
      journal: files.journal,
      progress,
      async confirm(place) {
        progress.end();
        await mayAct(place, interrupt.signal);
      },
      signal: interrupt.signal,
      reached: (reached) => {
        cluster = reached;
      },
      seen: (kill) => kills.push(kill),
    });
    release();
  } finally {
    interrupt.dispose();
    progress.end();
    if (cluster !== undefined && kills.length > 0) run = await keep(taking, cluster, kills);
    else if (statSync(files.samples, { throwIfNoEntry: false })?.size === 0) rmSync(files.samples);
  }
  return run === undefined ? [] : [run];
}

async function keep(
  { scenario, subject, files }: Taking,
  cluster: SamplesHeader['cluster'],
  kills: readonly Kill[],
): Promise<RunSamples> {
  const { samplesOf } = await import('../calibrate/samples-of.ts');
  const { headerLine, killLine } = await import('../calibrate/samples-file.ts');
  const header: SamplesHeader = {
    date: `${new Date().toISOString().slice(0, 19)}Z`,
    foreshock: VERSION,
    scenario: scenario.name,
    application: subject.application,
    cluster,
  };
  const run = { header, kills: samplesOf(kills, scenario, subject) };
  write(files.samples, [headerLine(header), ...run.kills.map(killLine)].join(''));
  return run;
}

function write(file: string, text: string): void {
  orRefuse(file, () => writeFileSync(file, text));
}

/** Finds out before anything is killed whether it can be written; what is in it stays until then. */
function claim(file: string): void {
  orRefuse(file, () => appendFileSync(file, ''));
}

function orRefuse(file: string, act: () => void): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    act();
  } catch (cause) {
    throw new UserError(`${file}: cannot be written: ${cause instanceof Error ? cause.message : cause}`, {
      exitCode: EXIT.configuration,
      hint: 'choose another file with --out',
      cause,
    });
  }
}
