/** A calibration for people: a line a timing, its warning under it. */
import { type Distribution, mean_ms } from '../scenario/distribution.ts';
import type { Calibrated, CalibratedTiming } from './calibrate.ts';

const COLUMNS = ['timing', 'n', 'mean', 'sd', 'distribution', 'fit', 'default mean'] as const;
/** Of the columns that hold figures. */
const RIGHT: readonly string[] = ['n', 'mean', 'sd', 'fit', 'default mean'];
const WIDTH = 100;

/** @param notes that concern all of it */
export function calibrationTable({ calibration, timings }: Calibrated, notes: readonly string[]): string {
  const { cluster, kills, scenario, date } = calibration;
  const measured = timings.filter(({ entry }) => entry !== undefined);
  const rows = measured.map(cellsOf);
  const widths = COLUMNS.map((name, column) =>
    Math.max(name.length, ...rows.map((cells) => cells[column]!.length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        RIGHT.includes(COLUMNS[column]!) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join('  ')
      .trimEnd();
  const left = timings.filter(({ because }) => because !== undefined);
  return [
    `Calibrated on ${cluster.where}, Kubernetes ${cluster.version}, ${counted(cluster.nodes, 'node')}, ${date.slice(0, 10)}:`,
    `${counted(kills, 'kill')} of scenario ${scenario}. Times in milliseconds.`,
    '',
    line(COLUMNS),
    ...measured.flatMap(({ entry }, index) => [
      line(rows[index]!),
      ...(entry?.warning === undefined ? [] : wrapped(`! ${entry.warning}`, '    ')),
    ]),
    ...(left.length === 0 ? [] : ['', 'Not measured, so left as they are:']),
    ...left.flatMap((each) => wrapped(`${labelOf(each)}: ${each.because}`, '  ')),
    ...(notes.length === 0 ? [] : ['', 'Notes:']),
    ...notes.flatMap((note) => wrapped(note, '  ')),
    '',
    'fit: how likely samples that fit no better are, were the distribution the true one (Anderson-Darling);',
    'below 0.05 the measured values themselves are used, where there are enough.',
    '',
  ].join('\n');
}

function cellsOf(timing: CalibratedTiming): readonly string[] {
  const { entry } = timing;
  if (entry === undefined) return [];
  return [
    labelOf(timing),
    String(entry.n),
    figure(entry.mean_ms),
    figure(entry.sd_ms),
    shapeOf(entry.distribution),
    entry.goodness === undefined ? '-' : `p ${entry.goodness.p.toFixed(2)}`,
    figure(mean_ms(timing.default)),
  ];
}

const labelOf = ({ name, application }: CalibratedTiming): string =>
  application === undefined ? name : `${application} ${name}`;

/** In fewer digits than the file has. */
function shapeOf(distribution: Distribution): string {
  switch (distribution.kind) {
    case 'constant':
      return 'constant';
    case 'uniform':
      return `uniform, ${figure(distribution.min_ms)} to ${figure(distribution.max_ms)}`;
    case 'normal':
      return 'normal';
    case 'lognormal':
      return `lognormal, median ${figure(distribution.median_ms)}, sigma ${distribution.sigma.toFixed(2)}`;
    case 'exponential':
      return 'exponential';
    case 'weibull':
      return `weibull, scale ${figure(distribution.scale_ms)}, shape ${distribution.shape.toFixed(2)}`;
    case 'erlang':
      return `erlang, ${counted(distribution.phases, 'phase')}`;
    case 'hyperexponential':
      return `hyperexponential, ${counted(distribution.branches.length, 'mean')}`;
    case 'empirical':
      return `empirical, ${distribution.values_ms.length} values`;
  }
}

/** Three digits, but never less than whole milliseconds. */
const figure = (value_ms: number): string =>
  value_ms >= 100 ? value_ms.toFixed(0) : Number(value_ms.toPrecision(3)).toString();

const counted = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

function wrapped(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(' ')) {
    if (line.length + word.length > WIDTH && line.trim() !== '') {
      lines.push(line.trimEnd());
      line = `${indent}  `;
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()];
}
