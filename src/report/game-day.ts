/** A game day, on a terminal: what came of each step. */
import { EXIT } from '../scenario/errors.ts';
import type { GameDayRecord, GameDayStepRecord } from '../timeline/game-day.ts';
import { count } from './number.ts';
import { painter, plain, sectionsText, type TerminalOptions, wrap } from './terminal/text.ts';

interface GameDayReportOptions extends TerminalOptions {
  /** What was written. */
  readonly files: readonly string[];
}

export function renderGameDay(record: GameDayRecord, options: GameDayReportOptions): string {
  const paint = painter(options);
  const { steps, game_day } = record;
  const end = steps.find(({ outcome }) => outcome === 'ended');
  const done = steps.filter(({ outcome }) => outcome === 'done').length;
  const isDry = steps.some(({ outcome }) => outcome === 'dry');
  const title = `GAME DAY ${game_day}: ${isDry ? 'dry, ' : ''}${done} of ${count(steps.length, 'step')} done`;
  return sectionsText([
    [paint(['bold', end === undefined ? 'blue' : 'red'], plain(title))],
    steps.flatMap((step, index) => stepLines(step, index)),
    ...(options.files.length === 0
      ? []
      : [[paint('bold', count(options.files.length, 'file')), ...options.files.map((file) => `  ${file}`)]]),
  ]);
}

function stepLines(step: GameDayStepRecord, index: number): readonly string[] {
  const indent = ' '.repeat(5);
  const more = [
    step.question,
    step.answer === undefined ? undefined : `answer: ${step.answer === '' ? '-' : step.answer}`,
    step.because,
    step.results,
  ].filter((text) => text !== undefined);
  return [
    `${String(index + 1).padStart(3)}. ${plain(step.step)}: ${outcomeText(step)}`,
    ...more.flatMap((text) => wrap(plain(text), indent, indent)),
  ];
}

function outcomeText({ outcome, exit_code }: GameDayStepRecord): string {
  if (outcome === 'not-begun') return 'not begun';
  if (outcome === 'dry') return exit_code === EXIT.ok ? 'could begin' : 'could not begin as things are';
  if (outcome !== 'done' || exit_code === undefined) return outcome;
  return EXIT_TEXT[exit_code] ?? outcome;
}

/** Of an experiment, in the words of the exit codes. */
const EXIT_TEXT: Readonly<Record<number, string>> = {
  [EXIT.ok]: 'held',
  [EXIT.predictionMissed]: 'prediction and measurement differ',
  [EXIT.inconclusive]: 'not enough, or not valid, evidence',
  [EXIT.objectiveMissed]: 'an objective is not met',
};
