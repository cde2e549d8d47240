/** docs/validation.md: what was predicted and what was measured, the misses included. */
import { CONFIGURATIONS, SUITE_EXPLANATIONS } from './configurations.ts';
import { BOUNDS, type Check, type CheckId, checkOf, isWithinLuck } from './criteria.ts';
import { type Judged, judgedOf, type Outcome } from './judge.ts';
import type { MeasuredTrial } from './measured-trials.ts';
import { amount, CHECK_NAMES, checkText, difference, interval, size } from './number-text.ts';
import { measuredPhases, type Part, partsOf } from './parts.ts';
import type { SuiteLine } from './suite.ts';

/** What the whole of it rests on. */
export interface ValidationDocument {
  readonly outcomes: readonly Outcome[];
  readonly breadth: readonly SuiteLine[];
  readonly defaults: readonly SuiteLine[];
  readonly calibrated: readonly SuiteLine[] | undefined;
  /** Which trials the calibration rests on, for people. */
  readonly calibration: string | undefined;
}

export function renderValidation(document: ValidationDocument): string {
  const { outcomes } = document;
  const missing = CONFIGURATIONS.filter(
    ({ name }) => !outcomes.some(({ configuration }) => configuration.name === name),
  );
  return `${[
    INTRODUCTION,
    facts(document),
    '## Every configuration',
    table(
      [
        ...['configuration', 'trials', 'measured (95 % of the mean)'],
        ...['predicted from defaults (90 % of runs)', 'error', 'predicted after calibration', 'error'],
        ...['inside', 'KS p: number, duration', ''],
      ],
      outcomes.map(configurationRow),
    ),
    ...(missing.length === 0 ? [] : [`Not measured yet: ${missing.map(({ title }) => title).join('; ')}.`]),
    '## The suite',
    SUITE_NOTE,
    table(['', 'target', 'from defaults', 'after calibration', ''], suiteRows(document)),
    ...suiteExplanations(document),
    '## Availability and throughput',
    AVAILABILITY_NOTE,
    table(
      ['configuration', 'window', 'by time', 'by requests', 'give or take', 'throughput', 'give or take'],
      outcomes.map(availabilityRow),
    ),
    '## One by one',
    ...outcomes.flatMap(section),
  ].join('\n\n')}\n`;
}

const INTRODUCTION = `# Validation

Written by \`npm run validate\`, which kills pods of a real Kubernetes and holds what was lost against what was
predicted: from the defaults of src/scenario/timing.ts, and after calibration to this cluster, which rests on other
trials than these. Every measured trial is kept in
[test/validation/measured](../test/validation/measured), so that anyone can judge them again
(\`npm run validate -- --render\`) or measure more.

Where the measured downtime is under half a second, failed requests take its place. *Error* is predicted less
measured mean, as a share of the measured one. *Inside* counts the measured trials within the 90 % prediction
interval. KS is the two-sample test of Kolmogorov and Smirnov: p that the outages of a trial, predicted and measured,
come from one distribution. *Inside*, KS and the verdict are those of the calibrated prediction where there is one. *Within luck* is a miss, but one
that so many trials do not bear out: the 95 % interval of the difference reaches into what is allowed.`;

const SUITE_NOTE =
  'Of the calibrated predictions everything is demanded, of the defaults a median error; the defaults are held to all ' +
  'the rest as long as nothing is calibrated.';

const AVAILABILITY_NOTE =
  `Predicted less measured, over ${BOUNDS.span_s} s in which the failure happens once, or the trial's own window where that is longer: ` +
  'a trial is observed little longer than its outage lasts, and outside of it nothing fails. *Give or take* is half of the 95 % interval of the difference: what so many trials cannot tell.';

function facts({ outcomes, calibration }: ValidationDocument): string {
  const trials = outcomes.flatMap(({ measured }) => measured);
  const distinct = (of: (trial: MeasuredTrial) => string) => [...new Set(trials.map(of))].sort();
  const dates = distinct(({ date }) => date.slice(0, 10));
  const invalid = outcomes.reduce((count, outcome) => count + outcome.invalid, 0);
  return [
    `- cluster: ${distinct(({ where }) => where).join('; ')}`,
    `- machine, which cluster and load share: ${distinct(({ machine }) => machine).join('; ')}`,
    `- measured: ${[...new Set([dates[0], dates.at(-1)])].join(' to ')}, by foreshock ${distinct(({ version }) => version).join(', ')}`,
    `- calibration: ${calibration ?? 'none yet'}`,
    ...(invalid === 0 ? [] : [`- not counted, because the sender or the fault lagged: ${invalid} trials`]),
  ].join('\n');
}

function configurationRow(outcome: Outcome): string[] {
  const { configuration, defaults, calibrated } = outcome;
  const { figures } = judgedOf(outcome);
  const { metric, measured, trials, inside } = figures;
  const predicted = (judged: Judged | undefined) =>
    judged === undefined
      ? ['', '']
      : [
          `${amount(judged.figures.predicted.mean, metric)} (${interval(judged.figures.predicted.pi90, metric)})`,
          difference(checkOf(judged.figures, 'downtime')),
        ];
  return [
    `[${configuration.title}](#${configuration.name})`,
    String(trials),
    `${amount(measured.mean, metric)} (${interval(measured.ci95, metric)})`,
    ...predicted(defaults),
    ...predicted(calibrated),
    `${inside} of ${trials}`,
    `${difference(checkOf(figures, 'outage-count'))}, ${difference(checkOf(figures, 'outage-duration'))}`,
    verdict(outcome),
  ];
}

/** A miss by luck is a miss too, and is called one. */
function verdict({ missed }: Outcome): string {
  const names = (checks: readonly Check[]) => checks.map(({ id }) => CHECK_NAMES[id]).join(', ');
  const [lucky, wrong] = [missed.filter(isWithinLuck), missed.filter((check) => !isWithinLuck(check))];
  if (missed.length === 0) return 'held';
  return [
    ...(wrong.length === 0 ? [] : [`**missed**: ${names(wrong)}`]),
    ...(lucky.length === 0 ? [] : [`missed within luck: ${names(lucky)}`]),
  ].join('; ');
}

function suiteRows({ breadth, defaults, calibrated }: ValidationDocument): string[][] {
  const cell = (line: SuiteLine | undefined) => {
    if (line === undefined) return '';
    const { configurations, value, unit, held } = line;
    const share =
      configurations === undefined ? '' : `, ${configurations.held} of ${configurations.of} within`;
    return `${size(value, unit)}${share}${held ? '' : ' (missed)'}`;
  };
  const target = (line: SuiteLine) => {
    const { min, max } = line.target ?? {};
    if (min !== undefined && max !== undefined) return `${size(min, line.unit)} to ${size(max, line.unit)}`;
    if (min !== undefined) return `at least ${size(min, line.unit)}`;
    return max === undefined ? '' : `at most ${size(max, line.unit)}`;
  };
  const held = (lines: readonly (SuiteLine | undefined)[]) => {
    const demanded = lines.filter((line) => line?.target !== undefined);
    if (demanded.length === 0) return '';
    return demanded.every((line) => line?.held) ? 'held' : '**missed**';
  };
  return [
    ...breadth.map((line) => [line.what, target(line), cell(line), '', held([line])]),
    ...defaults.map((line, index) => {
      const after = calibrated?.[index];
      const targets = [...new Set([line, after].flatMap((each) => (each ? target(each) : [])))];
      return [
        line.what,
        targets.filter(Boolean).join(', then '),
        cell(line),
        cell(after),
        held([line, after]),
      ];
    }),
  ];
}

function suiteExplanations({ breadth, defaults, calibrated = [] }: ValidationDocument): string[] {
  return [...breadth, ...defaults, ...calibrated].flatMap(({ id, what, held }) => {
    const explanation = SUITE_EXPLANATIONS[id];
    return held || explanation === undefined ? [] : [`*${what}*: ${explanation}`];
  });
}

function availabilityRow(outcome: Outcome): string[] {
  const { figures } = judgedOf(outcome);
  const check = (id: CheckId): Check => checkOf(figures, id);
  const give = ({ give_or_take = 0, unit }: Check) =>
    Number.isFinite(give_or_take) ? size(give_or_take, unit) : 'one trial';
  const flagged = (each: Check) => `${difference(each)}${each.held ? '' : ' (missed)'}`;
  return [
    outcome.configuration.title,
    `${outcome.measured[0]?.observation.window_s} s`,
    flagged(check('availability-time')),
    flagged(check('availability-requests')),
    give(check('availability-time')),
    flagged(check('throughput')),
    give(check('throughput')),
  ];
}

function section(outcome: Outcome): string[] {
  const { configuration, missed, stale } = outcome;
  const { name, title, explanation } = configuration;
  const lucky = missed.filter(isWithinLuck);
  const wrong = missed.filter((check) => !isWithinLuck(check));
  return [
    `<a id="${name}"></a>\n\n### ${title}`,
    `[scenario](../scenarios/validation/${name}.yaml), [trials](../test/validation/measured/${name}.jsonl)${stale === 0 ? '' : ` (${stale} of them of an earlier scenario, not counted)`}`,
    `![predicted and measured distribution](validation/${name}.svg)`,
    `Predicted to be spent on: ${budgetText(judgedOf(outcome))}.`,
    ...partsTable(outcome),
    ...(wrong.length === 0
      ? []
      : [`Missed: ${wrong.map(checkText).join('; ')}. ${explanation ?? 'No explanation yet.'}`]),
    ...(lucky.length === 0
      ? []
      : [`Missed, though by less than so many trials can tell: ${lucky.map(checkText).join('; ')}.`]),
  ];
}

/** Each part beside what was measured of it. */
function partsTable(outcome: Outcome): string[] {
  const parts = partsOf(judgedOf(outcome).phases, outcome.measured.map(measuredPhases));
  if (parts.length === 0) return [];
  const row = (what: string, of: (part: Part) => string) => [what, ...parts.map(of)];
  return [
    table(
      ['seconds of a trial', ...parts.map(({ phase }) => phase)],
      [
        row('predicted', ({ predicted_s }) => predicted_s.toFixed(2)),
        row('measured', ({ measured_s, held }) => `${measured_s.toFixed(2)}${held ? '' : ' (missed)'}`),
      ],
    ),
  ];
}

/** What is too little to show in the sum is not told. */
const BUDGET_LINE_MIN_S = 0.005;

function budgetText({ budget }: Judged): string {
  const lines = budget.filter(({ seconds }) => seconds >= BUDGET_LINE_MIN_S);
  if (lines.length === 0) return 'next to nothing';
  return lines.map(({ mechanism, seconds }) => `${mechanism} ${seconds.toFixed(2)} s`).join(', ');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
