/**
 * A plan on the terminal: for each service the line to remember first, then what it rests on. Words stand beside every
 * colour and sign, so that it reads the same in a log file.
 */

import { sentence } from '../sentence.ts';
import { endLines, noteLines, objectiveLines, partLines } from '../terminal/parts.ts';
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
import type { CurveReport, CurveRow, ServiceCurve } from './curve.ts';
import type { PlanReport, ServiceReport } from './model.ts';
import type { FigureRow } from './words.ts';

export function renderPlanTerminal(report: PlanReport, options: TerminalOptions): string {
  const paint = painter(options);
  return sectionsText([
    openingLines(report, paint),
    report.warnings.flatMap((warning) =>
      wrap(plain(warning), '! ', '  ').map((line) => paint('yellow', line)),
    ),
    ...report.services.flatMap((service) => [
      figureLines(service, report, paint),
      causeLines(service, report, paint),
    ]),
    ...(report.curve === undefined ? [] : curveSections(report.curve, paint)),
    objectiveLines(
      report.services.flatMap(({ objectives }) => objectives),
      paint,
    ),
    methodLines(report, paint),
    assumptionLines(report, paint),
    noteLines([...report.notes, ...(report.curve?.warnings ?? [])], paint),
    endLines(report, paint),
  ]);
}

function openingLines(report: PlanReport, paint: Paint): string[] {
  const several = report.services.length > 1;
  return report.services.flatMap(({ answer, lead, tone, verdict, name }) => [
    paint(['bold', TONE_COLOR[tone]], plain(`${verdict.toUpperCase()} ${answer}`.trim())),
    ...wrap(plain(several && lead !== '' ? `${name}: ${lead}` : lead), ''),
  ]);
}

function figureLines(service: ServiceReport, report: PlanReport, paint: Paint): string[] {
  const columns: readonly Column<FigureRow>[] = [
    { heading: '', cell: ({ label }) => label },
    { heading: 'predicted', cell: ({ value }) => value },
    ...(service.figures.every(({ interval }) => interval === undefined)
      ? []
      : [{ heading: '95 % interval', cell: ({ interval }: FigureRow) => interval ?? '' }]),
  ];
  const [heading, ...lines] = aligned(columns, service.figures);
  const title =
    report.services.length > 1
      ? `${plain(service.name)}${heading?.slice(plain(service.name).length)}`
      : heading;
  return [paint('bold', title ?? ''), ...lines];
}

function causeLines(service: ServiceReport, report: PlanReport, paint: Paint): string[] {
  if (service.causes.length === 0) return [];
  const of = report.services.length > 1 ? `${plain(service.name)}'s ` : 'the ';
  return [
    paint('bold', `Where ${of}${service.causes_total} of downtime a year go, and in how many outages`),
    ...partLines(service.causes, paint, (_, index) => service.causes[index]?.outages ?? ''),
  ];
}

function curveSections(curve: CurveReport, paint: Paint): string[][] {
  return curve.services.map((service) => [
    paint('bold', plain(`${curve.title}${curve.services.length > 1 ? `: ${service.name}` : ''}`)),
    ...curveLines(curve, service, paint),
  ]);
}

function curveLines({ varied, is_mixed }: CurveReport, { rows }: ServiceCurve, paint: Paint): string[] {
  const judged = rows.some(({ met }) => met !== undefined);
  const columns: readonly Column<CurveRow>[] = [
    ...varied.map(({ name }, index) => ({
      heading: plain(name),
      cell: ({ counts }: CurveRow) => String(counts[index]),
      number: true,
    })),
    { heading: 'downtime', cell: ({ downtime }) => downtime.value },
    { heading: '95 %', cell: ({ downtime }) => downtime.interval ?? '' },
    { heading: 'availability', cell: (row) => row.availability },
    ...(judged ? [{ heading: 'objectives', cell: ({ met }: CurveRow) => (met ? '✓ met' : '✗ missed') }] : []),
    ...(is_mixed ? [{ heading: 'method', cell: ({ method }: CurveRow) => method }] : []),
    { heading: '', cell: ({ is_written }) => (is_written ? 'as in the plan' : '') },
  ];
  const [heading, ...lines] = aligned(columns, rows);
  return [paint('dim', `  ${heading}`), ...lines.map((line) => `  ${line}`)];
}

function methodLines({ method, because }: PlanReport, paint: Paint): string[] {
  return [paint('bold', 'Method'), ...wrap(plain(`${sentence(method)}. ${sentence(because)}.`), '  ')];
}

function assumptionLines({ assumptions }: PlanReport, paint: Paint): string[] {
  if (assumptions.length === 0) return [];
  return [
    paint('bold', 'What it rests on'),
    ...assumptions.flatMap(({ name, value, source }) => [
      ...wrap(plain(value), `  ${plain(name)}  `, '    '),
      ...wrap(plain(source), '    ').map((line) => paint('dim', line)),
    ]),
  ];
}
