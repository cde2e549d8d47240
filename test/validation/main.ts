/**
 * `npm run validate`: real failures on the testbed, held against the predictions. What it does is in arguments.ts;
 * docs/validation.md is its result, and test/validation/measured is kept for the next time.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadScenario } from '../../src/scenario/load.ts';
import { whyNotHere } from '../../testbed/requirements.ts';
import { type Arguments, parseArguments, USAGE } from './arguments.ts';
import { type CalibrationInUse, calibrationInUse } from './calibration.ts';
import { SUITE_EXPLANATIONS, scenarioFileOf } from './configurations.ts';
import { isWithinLuck } from './criteria.ts';
import { renderValidation } from './document.ts';
import { type Judged, judge, judgedOf, type Outcome, unexplained } from './judge.ts';
import { FORESHOCK, storedTrials } from './measure.ts';
import { measureAll } from './measure-all.ts';
import { dropTrials, FOLDER, measuredFile } from './measured-trials.ts';
import { amount, checkText, interval, size } from './number-text.ts';
import { plotOf } from './outcome-plot.ts';
import { breadthOf, type SuiteLine, suiteOf } from './suite.ts';

const DOCUMENT = 'docs/validation.md';
const PLOTS = 'docs/validation';

const EXIT = { done: 0, missed: 1, notMeasured: 2, interrupted: 130 } as const;

async function main(args: Arguments): Promise<number> {
  const failures = args.render ? [] : await measure(args);
  for (const failure of failures) console.error(failure);
  if (interruption.signal.aborted) return EXIT.interrupted;

  const calibration = calibrationInUse();
  const outcomes: Outcome[] = [];
  for (const configuration of args.chosen) {
    const scenario = loadScenario(scenarioFileOf(configuration));
    const trials = storedTrials(configuration, FOLDER);
    const outcome = await judge(configuration, scenario, trials, calibration?.calibrate);
    if (outcome === undefined) {
      console.log(`not measured  ${configuration.name}`);
      continue;
    }
    outcomes.push(outcome);
    print(outcome);
  }
  const lines = args.isWhole && outcomes.length > 0 ? conclude(outcomes, calibration) : [];
  if (failures.length > 0) return EXIT.notMeasured;
  const open = [...outcomes.flatMap((outcome) => unexplained(outcome)), ...lines.filter(isUnexplained)];
  return open.length === 0 ? EXIT.done : EXIT.missed;
}

async function measure({ chosen, fresh, trials, jobs }: Arguments): Promise<readonly string[]> {
  const reason = whyNotHere();
  if (reason !== undefined) return [`the testbed cannot be hosted here: ${reason}`];
  if (!existsSync(FORESHOCK)) return ['dist/foreshock.js is not there: npm run build'];
  if (fresh) for (const { name } of chosen) dropTrials(measuredFile(FOLDER, name));
  const onLine = (line: string) => console.error(line);
  return measureAll(chosen, jobs, { trials, folder: FOLDER, onLine, signal: interruption.signal });
}

/** Writes the document and its pictures. */
function conclude(outcomes: readonly Outcome[], calibration: CalibrationInUse | undefined): SuiteLine[] {
  const figures = (judged: readonly (Judged | undefined)[]) => judged.flatMap((each) => each?.figures ?? []);
  // What takes too long for many trials is shown beside the suite.
  const counted = outcomes.filter(({ configuration }) => configuration.trials_max === undefined);
  const ofDefaults = figures(counted.map(({ defaults }) => defaults));
  const ofCalibrated = figures(counted.map(({ calibrated }) => calibrated));
  const breadth = breadthOf(ofDefaults);
  const defaults = suiteOf(ofDefaults, 'defaults', calibration === undefined);
  const calibrated = calibration && suiteOf(ofCalibrated, 'calibrated', true);
  mkdirSync(PLOTS, { recursive: true });
  for (const file of readdirSync(PLOTS)) rmSync(join(PLOTS, file));
  for (const outcome of outcomes) {
    writeFileSync(join(PLOTS, `${outcome.configuration.name}.svg`), plotOf(outcome));
  }
  writeFileSync(
    DOCUMENT,
    renderValidation({ outcomes, breadth, defaults, calibrated, calibration: calibration?.text }),
  );
  console.error(`wrote ${DOCUMENT}`);
  const lines = [...breadth, ...defaults, ...(calibrated ?? [])];
  for (const line of lines.filter(({ target }) => target !== undefined)) {
    console.log(`${line.held ? 'held  ' : 'MISSED'}  ${line.id}: ${size(line.value, line.unit)}`);
  }
  return lines;
}

function print(outcome: Outcome): void {
  const { configuration, missed, stale } = outcome;
  const sides = { defaults: outcome.defaults, calibrated: outcome.calibrated };
  const { metric, measured, trials, inside } = judgedOf(outcome).figures;
  const predicted = Object.entries(sides).flatMap(([basis, side]) =>
    side === undefined ? [] : [`${basis} ${amount(side.figures.predicted.mean, metric)}`],
  );
  console.log(
    `${missed.length === 0 ? 'held  ' : 'MISSED'}  ${configuration.name}: ` +
      `measured ${amount(measured.mean, metric)} (${interval(measured.ci95, metric)}), ` +
      `predicted from ${predicted.join(', ')}; ${inside} of ${trials} inside` +
      `${stale === 0 ? '' : `; ${stale} trials of an earlier scenario not counted`}`,
  );
  for (const check of missed) {
    console.log(`        ${checkText(check)}${isWithinLuck(check) ? ', within luck' : ''}`);
  }
}

const isUnexplained = ({ id, held, configurations }: SuiteLine): boolean =>
  !held && configurations === undefined && SUITE_EXPLANATIONS[id] === undefined;

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => interruption.abort());
}

try {
  const args = parseArguments(process.argv.slice(2));
  if (args === 'help') process.stdout.write(USAGE);
  else process.exitCode = await main(args);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = EXIT.notMeasured;
}
