/** From a game day's file to a GameDay, or to everything that is wrong with it and the scenarios it names. */
import { basename, dirname, isAbsolute, join } from 'node:path';
import { readDocument } from '../document.ts';
import type { GameDay, GameDayStep } from '../game-day.ts';
import { readNamedScenario } from '../load.ts';
import { nearest } from '../nearest.ts';
import { otherThanGameDay } from '../other-file.ts';
import { Problems } from '../problem.ts';
import { Reporter } from '../reporter.ts';
import { checkSections } from '../sections.ts';
import type { Path, YamlDocument } from '../yaml.ts';
import { type GameDayFile, gameDaySchema } from './schema.ts';

/**
 * @param path as the user named it; errors name it so
 * @throws ScenarioError with everything that is wrong, each with file, line and column
 */
export function loadGameDay(path: string): GameDay {
  const problems = new Problems();
  const wanted = { what: 'game day', page: 'docs/game-day.md', other: otherThanGameDay };
  const document = readDocument(path, wanted, problems);
  const gameDay = document && resolveGameDay(path, document, problems);
  problems.throwIfAny();
  if (gameDay === undefined) throw new Error(`no game day and no problem in ${path}`);
  return gameDay;
}

/** Whether a file is a game day, rather than a scenario; a slip of the key is told as that. */
export function isGameDay({ value }: YamlDocument): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.keys(value).some((key) => nearest(key, ['game_day']) !== undefined);
}

function resolveGameDay(path: string, document: YamlDocument, problems: Problems): GameDay | undefined {
  const file = checkSections(gameDaySchema, document, problems);
  const report = new Reporter(document, problems);
  const steps = file.game_day?.map((step, index) => {
    const at: Path = ['game_day', index];
    return resolveStep(step, file.time_zone ?? 'UTC', { path, at, report, problems });
  });
  if (!problems.none || steps === undefined) return undefined;
  return {
    name: file.name ?? basename(path).replace(/\.ya?ml$/, ''),
    description: file.description ?? '',
    file: path,
    window: file.window && {
      days: file.window.days,
      from_min: file.window.from,
      to_min: file.window.to,
      time_zone: file.time_zone ?? 'UTC',
    },
    steps: steps.filter((step) => step !== undefined),
  };
}

interface Place {
  /** Of the game day's file. */
  readonly path: string;
  /** Of the step, in the file. */
  readonly at: Path;
  readonly report: Reporter;
  readonly problems: Problems;
}

function resolveStep(
  step: GameDayFile['game_day'][number],
  time_zone: string,
  place: Place,
): GameDayStep | undefined {
  const position = place.report.position(place.at);
  if (step.ask !== undefined) return { position, kind: 'ask', question: step.ask };
  if (step.wait !== undefined) return { position, kind: 'wait', duration_ms: step.wait };
  if (step.wait_until !== undefined) {
    return { position, kind: 'wait-until', minute: step.wait_until, time_zone };
  }
  const kind = step.verify === undefined ? 'chaos' : 'verify';
  const experiment = step[kind];
  if (experiment === undefined) return undefined;
  const named = isAbsolute(experiment.scenario)
    ? experiment.scenario
    : join(dirname(place.path), experiment.scenario);
  const scenario = readNamedScenario(named, [...place.at, kind, 'scenario'], place);
  return scenario && { position, kind, scenario, trials: experiment.trials };
}
