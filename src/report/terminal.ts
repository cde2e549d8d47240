/**
 * The summary on the terminal: the verdict on the first line, then what it rests on. Words stand beside every
 * colour and sign, so that it reads the same in a log file.
 */
import type { Judgement } from '../timeline/verdict.ts';
import type { MetricRow, Report } from './model.ts';
import { endLines, noteLines, objectiveLines, partLines } from './terminal/parts.ts';
import {
  aligned,
  type Column,
  type Paint,
  painter,
  plain,
  type Style,
  sectionsText,
  type TerminalOptions,
  TONE_COLOR,
  wrap,
} from './terminal/text.ts';

export function renderTerminal(report: Report, options: TerminalOptions): string {
  const paint = painter(options);
  return sectionsText([
    [
      paint(['bold', TONE_COLOR[report.tone]], plain(report.summary)),
      ...wrap(plain(report.lead), ''),
      ...wrap(plain(report.reason), '').map((line) => paint('dim', line)),
    ],
    metricLines(report, paint),
    budgetLines(report, paint),
    objectiveLines(report.objectives, paint),
    noteLines(
      [
        ...(report.where === undefined ? [] : [`measured on ${report.where}`]),
        ...report.notes,
        ...report.invalid_trials,
        ...report.ignored.map((object) => `not modelled: ${object}`),
      ],
      paint,
    ),
    endLines(report, paint),
  ]);
}

const JUDGEMENT = {
  agrees: { sign: '✓', color: 'green' },
  differs: { sign: '✗', color: 'red' },
  inconclusive: { sign: '?', color: 'yellow' },
} as const satisfies Record<Judgement, { sign: string; color: Style }>;

function metricLines(report: Report, paint: Paint): string[] {
  const { prediction, measurement, verdict } = report.results;
  const predicted = prediction !== undefined || verdict !== undefined;
  const measured = measurement !== undefined || verdict !== undefined;
  const columns: readonly Column<MetricRow>[] = [
    { heading: '', cell: (row) => row.label },
    ...(predicted
      ? [
          { heading: 'predicted', cell: (row: MetricRow) => row.predicted ?? '-' },
          { heading: '90 % of runs', cell: (row: MetricRow) => row.expected ?? '-', near: true },
        ]
      : []),
    ...(measured ? [{ heading: 'measured (n)', cell: measuredCell }] : []),
    ...(verdict ? [{ heading: 'verdict', cell: verdictCell }] : []),
  ];
  const [heading, ...lines] = aligned(columns, report.metrics);
  return [
    paint('bold', heading ?? ''),
    ...report.metrics.flatMap((row, index) => {
      const text = lines[index] ?? '';
      const sameReasonFollows = report.metrics[index + 1]?.reason === row.reason;
      return [
        row.judgement ? paintTail(text, row.judgement, paint) : text,
        ...(sameReasonFollows ? [] : reasonLines(row, paint)),
      ];
    }),
  ];
}

const measuredCell = (row: MetricRow): string =>
  row.measured === undefined ? '-' : `${row.measured} (${row.measured_trials})`;

const verdictCell = ({ judgement }: MetricRow): string =>
  judgement === undefined ? '-' : `${JUDGEMENT[judgement].sign} ${judgement}`;

/** Only where prediction and measurement do not agree does the terminal say why; the other formats always do. */
function reasonLines(row: MetricRow, paint: Paint): string[] {
  if (row.judgement === undefined || row.judgement === 'agrees' || row.reason === '') return [];
  return wrap(plain(row.reason), '    ').map((line) => paint('dim', line));
}

function paintTail(text: string, judgement: Judgement, paint: Paint): string {
  const { sign, color } = JUDGEMENT[judgement];
  const tail = `${sign} ${judgement}`;
  return text.endsWith(tail) ? text.slice(0, -tail.length) + paint(color, tail) : text;
}

function budgetLines(report: Report, paint: Paint): string[] {
  if (report.budget.length === 0) return [];
  return [
    paint('bold', `Where the predicted ${report.budget_total} of downtime go`),
    ...partLines(report.budget, paint),
  ];
}
