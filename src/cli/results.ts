/** The folder of a run: what is written there, under which names, and how it is read again. */
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { type Results, trialName } from '../report/model.ts';
import type { PlanResults } from '../report/plan/model.ts';
import { EXIT, UserError } from '../scenario/errors.ts';
import type { Comparison } from '../timeline/comparison.ts';
import { TimelineWriter } from '../timeline/jsonl.ts';
import { isStored, misfit, type Stored } from './stored.ts';

const FILES = {
  timelines: 'timelines',
  prediction: 'prediction.json',
  measurement: 'measurement.json',
  verdict: 'verdict.json',
  // A folder holds one run, so that both kinds of prediction have the name that programs look for.
  'plan-prediction': 'prediction.json',
  'plan-curve': 'curve.json',
  comparison: 'comparison.json',
  run: 'run.json',
  page: 'report.html',
  'dry-run': 'dry-run.json',
  'game-day': 'game-day.json',
  journal: 'journal.jsonl',
} as const;

const OF_ONE_RUN = [
  FILES.prediction,
  FILES.measurement,
  FILES.verdict,
  FILES['plan-curve'],
  FILES.comparison,
  FILES.run,
  FILES.page,
] as const;

/** How the results came about: what a report needs beside them. */
export interface Run {
  readonly schema: 'foreshock.run/v1';
  readonly command: string;
}

export class ResultsFolder {
  readonly path: string;
  readonly #written = new Set<string>();
  readonly #timelines: TimelineWriter[] = [];
  /** How often each timeline was begun, by its first file's name. */
  readonly #attempts = new Map<string, number>();

  /**
   * Makes the folder, for one run: the results of an earlier one there are removed, because `report` would take them
   * for a part of this one. The journal stays, for it may say what is still to be undone; so do the timelines of an arm
   * that does not run, which `calibrate --from` may want.
   */
  static prepare(path: string): ResultsFolder {
    if (path === '') {
      throw new UserError('the folder for the results has no name', {
        exitCode: EXIT.configuration,
        hint: 'name one with --out, or leave it out',
      });
    }
    try {
      mkdirSync(path, { recursive: true });
      accessSync(path, constants.W_OK);
      for (const name of OF_ONE_RUN) rmSync(join(path, name), { force: true });
    } catch (cause) {
      throw cannotBeWritten(path, cause);
    }
    return new ResultsFolder(path);
  }

  /**
   * Of what goes beside the results of runs: nothing that an earlier one has left is taken away.
   *
   * @returns where the result of a dry run goes, that of a game day, and the journal of those that were not dry
   */
  static beside(path: string): {
    readonly dry_run: string;
    readonly game_day: string;
    readonly journal: string;
  } {
    try {
      mkdirSync(path, { recursive: true });
    } catch (cause) {
      throw new UserError(`${path}: cannot be written: ${reason(cause)}`, {
        exitCode: EXIT.configuration,
        hint: 'choose another folder with --out',
        cause,
      });
    }
    return {
      dry_run: join(path, FILES['dry-run']),
      game_day: join(path, FILES['game-day']),
      journal: join(path, FILES.journal),
    };
  }

  private constructor(path: string) {
    this.path = path;
  }

  get journal(): string {
    return join(this.path, FILES.journal);
  }

  /** All written so far, in the order of writing. */
  get files(): readonly string[] {
    return [...this.#written];
  }

  /** Takes the timelines of an earlier run of this arm away, so that trials of two runs never mix. */
  clearTimelines(arm: 'predicted' | 'measured'): void {
    const folder = join(this.path, FILES.timelines);
    if (!existsSync(folder)) return;
    for (const name of readdirSync(folder)) {
      if (name.startsWith(`${arm}-`) && name.endsWith('.jsonl')) rmSync(join(folder, name));
    }
  }

  /** Of a trial that is run again, each attempt has a file of its own: measured-002.jsonl, measured-002-again-1.jsonl. */
  timeline(arm: 'predicted' | 'measured', trial: number): TimelineWriter {
    const first = `${arm}-${trialName(trial).padStart(3, '0')}`;
    const attempts = this.#attempts.get(first) ?? 0;
    this.#attempts.set(first, attempts + 1);
    const name = attempts === 0 ? `${first}.jsonl` : `${first}-again-${attempts}.jsonl`;
    const folder = join(this.path, FILES.timelines);
    mkdirSync(folder, { recursive: true });
    const writer = new TimelineWriter(join(folder, name));
    this.#timelines.push(writer);
    this.#written.add(join(folder, '/'));
    return writer;
  }

  closeTimelines(): void {
    for (const timeline of this.#timelines.splice(0)) timeline.close();
  }

  async write<Kind extends keyof Stored>(kind: Kind, result: Stored[Kind]): Promise<void> {
    const { renderJson } = await import('../report/json.ts');
    this.#put(FILES[kind], renderJson(result));
  }

  writeRun(command: string): void {
    const run: Run = { schema: 'foreshock.run/v1', command };
    this.#put(FILES.run, `${JSON.stringify(run, undefined, 2)}\n`);
  }

  /** The page names itself among the files. */
  writePage<Report>(
    reportWith: (files: readonly string[]) => Report,
    render: (report: Report) => string,
  ): Report {
    this.#written.add(join(this.path, FILES.page));
    const report = reportWith(this.files);
    this.#put(FILES.page, render(report));
    return report;
  }

  #put(name: string, text: string): void {
    const file = join(this.path, name);
    try {
      writeFileSync(file, text);
    } catch (cause) {
      throw cannotBeWritten(file, cause);
    }
    this.#written.add(file);
  }
}

const cannotBeWritten = (path: string, cause: unknown): UserError =>
  new UserError(`${path}: cannot be written: ${reason(cause)}`, {
    exitCode: EXIT.configuration,
    hint: 'choose another folder with --out',
    cause,
  });

/** What a run left behind. */
export type StoredRun = StoredResults & {
  readonly command: string | undefined;
  readonly files: readonly string[];
};

type StoredResults =
  | { readonly kind: 'experiment'; readonly results: Results }
  | { readonly kind: 'plan'; readonly results: PlanResults }
  | { readonly kind: 'comparison'; readonly results: Comparison };

/** @throws UserError where the folder has no results, or one of them cannot be read */
export function readResults(path: string): StoredRun {
  const results = readPlan(path) ?? readComparison(path) ?? readExperiment(path);
  const present = new Set(readdirSync(path));
  const files = [...new Set<string>(Object.values(FILES))]
    .filter((name) => present.has(name))
    .map((name) => join(path, name === FILES.timelines ? `${name}/` : name));
  return { ...results, command: readCommand(path), files };
}

/** Undefined where the folder does not hold the prediction of a plan. */
function readPlan(path: string): StoredResults | undefined {
  if (!hasSchema(readJson(join(path, FILES['plan-prediction'])), 'foreshock.plan-prediction/v1'))
    return undefined;
  const prediction = readResult(path, 'plan-prediction');
  const curve = readResult(path, 'plan-curve');
  return prediction && { kind: 'plan', results: { prediction, curve } };
}

function readComparison(path: string): StoredResults | undefined {
  const results = readResult(path, 'comparison');
  return results && { kind: 'comparison', results };
}

function readExperiment(path: string): StoredResults {
  const prediction = readResult(path, 'prediction');
  const measurement = readResult(path, 'measurement');
  const verdict = readResult(path, 'verdict');
  if (prediction === undefined && measurement === undefined && verdict === undefined) {
    throw new UserError(`${path}: no results of a run`, {
      exitCode: EXIT.configuration,
      hint: `expected ${FILES.verdict}, ${FILES.prediction} or ${FILES.measurement}, as predict, chaos and verify write them to out/NAME, or where --out says`,
    });
  }
  return { kind: 'experiment', results: { prediction, measurement, verdict } };
}

function readResult<Kind extends keyof Stored>(path: string, kind: Kind): Stored[Kind] | undefined {
  const file = join(path, FILES[kind]);
  const value = readJson(file);
  if (value === undefined || isStored(kind, value)) return value;
  const schema = `foreshock.${kind}/v1`;
  const message = hasSchema(value, schema)
    ? `\`${misfit(kind, value)}\` is missing, or not what a ${schema} has there`
    : `not a ${schema}`;
  throw new UserError(`${file}: ${message}`, {
    exitCode: EXIT.configuration,
    hint: 'run the scenario again, or use the foreshock that wrote it',
  });
}

function readCommand(path: string): string | undefined {
  const value = readJson(join(path, FILES.run));
  const isRun = hasSchema(value, 'foreshock.run/v1') && 'command' in value;
  return isRun && typeof value.command === 'string' ? value.command : undefined;
}

function hasSchema(value: unknown, schema: string): value is object {
  return typeof value === 'object' && value !== null && 'schema' in value && value.schema === schema;
}

function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
      return undefined;
    }
    throw new UserError(`${file}: cannot be read: ${reason(error)}`, { exitCode: EXIT.configuration });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(`${file}: not JSON: ${reason(error)}`, {
      exitCode: EXIT.configuration,
      hint: `${basename(file)} was cut short or changed; run the scenario again`,
    });
  }
}

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));
