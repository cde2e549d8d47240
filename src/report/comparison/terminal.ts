/** A comparison of two scenarios on the terminal: what the one saves, or costs, on the first line. */
import { endLines, noteLines } from '../terminal/parts.ts';
import {
  aligned,
  type Column,
  type Paint,
  painter,
  plain,
  sectionsText,
  type TerminalOptions,
  TONE_COLOR,
  wrap,
} from '../terminal/text.ts';
import {
  type BudgetDifferenceRow,
  COMPARISON_COLUMNS,
  type ComparisonReport,
  type ComparisonRow,
} from './model.ts';

export function renderComparisonTerminal(report: ComparisonReport, options: TerminalOptions): string {
  const paint = painter(options);
  return sectionsText([
    [
      ...wrap(plain(report.summary), '').map((line) => paint(['bold', TONE_COLOR[report.tone]], line)),
      ...wrap(plain(report.lead), ''),
    ],
    report.warnings.flatMap((warning) =>
      wrap(plain(warning), '! ', '  ').map((line) => paint('yellow', line)),
    ),
    metricLines(report, paint),
    budgetLines(report, paint),
    noteLines(report.notes, paint),
    endLines(report, paint),
  ]);
}

function metricLines(report: ComparisonReport, paint: Paint): string[] {
  const columns: readonly Column<ComparisonRow>[] = [
    { heading: '', cell: ({ label }) => label },
    { heading: 'this', cell: ({ scenario }) => scenario, number: true },
    { heading: 'against', cell: ({ against }) => against, number: true },
    { heading: COMPARISON_COLUMNS.difference, cell: ({ difference }) => difference, number: true },
    { heading: COMPARISON_COLUMNS.interval, cell: ({ interval }) => interval, near: true },
    { heading: COMPARISON_COLUMNS.gain, cell: ({ gain }) => gain, number: true },
  ];
  const [heading, ...lines] = aligned(columns, report.metrics);
  return [paint('bold', heading ?? ''), ...lines];
}

function budgetLines({ budget }: ComparisonReport, paint: Paint): string[] {
  if (budget.length === 0) return [];
  const columns: readonly Column<BudgetDifferenceRow>[] = [
    { heading: 'Where downtime changes', cell: ({ mechanism }) => plain(mechanism) },
    { heading: 'this', cell: ({ scenario }) => scenario, number: true },
    { heading: 'against', cell: ({ against }) => against, number: true },
    { heading: 'difference', cell: ({ difference }) => difference, number: true },
  ];
  const [heading, ...lines] = aligned(columns, budget);
  return [paint('bold', heading ?? ''), ...lines];
}
