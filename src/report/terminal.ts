/**
 * The summary on the terminal: the verdict on the first line, then what it rests on. Words stand beside every
 * colour and sign, so that it reads the same in a log file.
 */
import { stripVTControlCharacters, styleText } from 'node:util';
import type { Judgement } from '../timeline/verdict.ts';
import type { MetricRow, Report, Tone } from './model.ts';
import { count } from './number.ts';

type Style = Parameters<typeof styleText>[0];

/** @param options.color whether ANSI colours may be used (the caller knows the stream and NO_COLOR) */
export function renderTerminal(report: Report, options: { readonly color: boolean }): string {
  const paint = (style: Style, text: string) =>
    options.color ? styleText(style, text, { validateStream: false }) : text;
  const sections = [
    [
      paint(['bold', TONE_COLOR[report.tone]], plain(report.summary)),
      ...wrap(plain(report.lead), ''),
      ...wrap(plain(report.reason), '').map((line) => paint('dim', line)),
    ],
    metricLines(report, paint),
    budgetLines(report, paint),
    objectiveLines(report, paint),
    noteLines(report, paint),
    endLines(report, paint),
  ];
  const text = sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  return `${text.join('\n\n')}\n`;
}

type Paint = (style: Style, text: string) => string;

const COLUMNS = 80;
const BAR_COLUMNS = 24;
const TONE_COLOR = { good: 'green', bad: 'red', unsure: 'yellow', plain: 'blue' } as const satisfies Record<
  Tone,
  Style
>;
const JUDGEMENT = {
  agrees: { sign: '✓', color: 'green' },
  differs: { sign: '✗', color: 'red' },
  inconclusive: { sign: '?', color: 'yellow' },
} as const satisfies Record<Judgement, { sign: string; color: Style }>;

function metricLines(report: Report, paint: Paint): string[] {
  const { prediction, measurement, verdict } = report.results;
  const predicted = prediction !== undefined || verdict !== undefined;
  const measured = measurement !== undefined || verdict !== undefined;
  const columns: readonly Column[] = [
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

interface Column {
  readonly heading: string;
  readonly cell: (row: MetricRow) => string;
  /** Set close to the column before it. */
  readonly near?: boolean;
}

const measuredCell = (row: MetricRow): string =>
  row.measured === undefined ? '-' : `${row.measured} (${row.measured_trials})`;

const verdictCell = ({ judgement }: MetricRow): string =>
  judgement === undefined ? '-' : `${JUDGEMENT[judgement].sign} ${judgement}`;

/** The heading and a line a row. */
function aligned(columns: readonly Column[], rows: readonly MetricRow[]): string[] {
  const cells = columns.map(({ heading, cell }) => [heading, ...rows.map(cell)]);
  const widths = cells.map((column) => Math.max(...column.map((text) => text.length)));
  return [undefined, ...rows].map((_, line) =>
    columns
      .map(({ near }, column) => {
        const gap = column === 0 ? '' : near ? ' ' : '  ';
        return gap + (cells[column]?.[line] ?? '').padEnd(widths[column] ?? 0);
      })
      .join('')
      .trimEnd(),
  );
}

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
  const name = Math.max(...report.budget.map((row) => row.mechanism.length));
  const seconds = Math.max(...report.budget.map((row) => row.shown.length));
  const most = report.budget[0]?.seconds ?? 1;
  return [
    paint('bold', `Where the predicted ${report.budget_total} of downtime go`),
    ...report.budget.map((row) => {
      const bar = '█'.repeat(Math.max(1, Math.round((row.seconds / most) * BAR_COLUMNS)));
      return `  ${row.mechanism.padEnd(name)}  ${row.shown.padStart(seconds)}  ${row.share.padStart(4)}  ${paint('blue', bar)}`;
    }),
  ];
}

function objectiveLines(report: Report, paint: Paint): string[] {
  if (report.objectives.length === 0) return [];
  return [
    paint('bold', 'Objectives'),
    ...report.objectives.flatMap(({ met, what, shown, each }) => {
      const sign = met ? paint('green', '✓ met   ') : paint('red', '✗ missed');
      const lines = [shown, each].filter((line) => line !== '');
      return [`  ${sign}  ${what}`, ...lines.map((line) => `            ${line}`)];
    }),
  ];
}

function noteLines(report: Report, paint: Paint): string[] {
  const notes = [
    ...(report.where === undefined ? [] : [`measured on ${report.where}`]),
    ...report.notes,
    ...report.invalid_trials,
    ...report.ignored.map((object) => `not modelled: ${object}`),
  ];
  if (notes.length === 0) return [];
  return [paint('bold', 'Notes'), ...notes.flatMap((note) => wrap(plain(note), '  - ', '    '))];
}

function endLines(report: Report, paint: Paint): string[] {
  return [
    ...(report.files.length === 0
      ? []
      : [paint('bold', count(report.files.length, 'file')), ...report.files.map((file) => `  ${file}`)]),
    ...(report.command === undefined ? [] : [paint('bold', 'Again'), `  ${report.command}`]),
  ];
}

/** Names and messages come from manifests and clusters: none of them may steer the terminal. */
function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
  return stripVTControlCharacters(text).replace(/[\u0000-\u001f\u007f]+/g, ' ');
}

function wrap(text: string, first: string, rest = first): string[] {
  const lines: string[] = [];
  let line = first;
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const blank = line === first || line === rest;
    if (!blank && line.length + 1 + word.length > COLUMNS) {
      lines.push(line);
      line = rest + word;
    } else {
      line += blank ? word : ` ${word}`;
    }
  }
  if (line.trim() !== '') lines.push(line);
  return lines;
}
