/**
 * Downtime a year against the number of units. Static SVG, as the other pictures: places along the axis of counts are
 * in percent, so that the picture takes any width without distorting its text. Lines are told apart by mark and dash.
 */
import type { VariedCount } from '../../timeline/plan-curve.ts';
import { type Markup, markup } from '../html/markup.ts';
import type { CurveRow, ServiceCurve } from './curve.ts';
import { type LogScale, logScale } from './curve-scale.ts';

const TOP = 14;
const HEIGHT = 220;
const AXIS_HEIGHT = 52;
const GUTTER = 62;
const BOTTOM = TOP + HEIGHT;
/** Where the first and the last count stand. */
const EDGE = { from: 6, to: 94 } as const;
/** Between the intervals of lines at the same count, so that they do not hide each other. */
const APART = 7;
const STYLES = 4;

interface Line {
  /** "2 zones"; undefined where only one thing is varied. */
  readonly label: string | undefined;
  readonly points: readonly { readonly count: number; readonly row: CurveRow }[];
}

/** Nothing where there is only one point, or no downtime to draw. @param index of the service, for ids of its own */
export function curveChart(
  { rows, bounds, name }: ServiceCurve,
  varied: readonly VariedCount[],
  index: number,
): Markup {
  const values = [
    ...rows.flatMap(({ values: { mean, ci95 } }) => [mean, ...ci95]),
    ...bounds.map(({ downtime_s }) => downtime_s),
  ];
  if (rows.length < 2 || !rows.some(({ values: { ci95 } }) => ci95[1] > 0)) return markup``;
  const along = widest(varied);
  const lines = linesOf(rows, varied, along);
  const scale = logScale(values);
  const height = BOTTOM + AXIS_HEIGHT;
  return markup`${lines.length > 1 && legend(lines)}<figure>
<div class="plot curve">
<svg class="gutter" width="${GUTTER}" height="${height}" aria-hidden="true">${scale.ticks.map(
    ({ downtime_s, text }) =>
      markup`<text x="${GUTTER - 8}" y="${y(scale, downtime_s) + 4}" text-anchor="end">${text}</text>`,
  )}</svg>
<svg class="canvas" height="${height}" role="img" aria-labelledby="curve-title-${index} curve-desc-${index}">
<title id="curve-title-${index}">Downtime of ${name} a year, by ${varied.map(({ what }) => what).join(' and ')}</title>
<desc id="curve-desc-${index}">${describe(lines, varied[along]!.what)}</desc>
<g class="grid">${scale.ticks.map(({ downtime_s }) => markup`<line x1="0" x2="100%" y1="${y(scale, downtime_s)}" y2="${y(scale, downtime_s)}"/>`)}</g>
${boundLines(bounds, scale)}
${axis(varied[along]!)}
${lines.map((line, place) => drawn(line, place, { scale, along: varied[along]!, lines: lines.length }))}
</svg>
</div>
</figure>`;
}

/** What the objectives allow; of several, the strictest has its words below its line, away from those of the next. */
function boundLines(bounds: ServiceCurve['bounds'], scale: LogScale): Markup {
  const ranked = bounds.toSorted((a, b) => b.downtime_s - a.downtime_s);
  return markup`${ranked.map(({ downtime_s, what }, index) => {
    const at = y(scale, downtime_s);
    const below = ranked.length > 1 && index === ranked.length - 1;
    return markup`<line class="bound" x1="0" x2="100%" y1="${at}" y2="${at}"/><text class="bound-text" x="100%" y="${rounded(at + (below ? 14 : -5))}" text-anchor="end">${what}</text>`;
  })}`;
}

/** Of what is varied, that which has the most counts; the last of equals. */
function widest(varied: readonly VariedCount[]): number {
  const most = Math.max(...varied.map(({ counts }) => counts.length));
  return varied.findLastIndex(({ counts }) => counts.length === most);
}

function linesOf(rows: readonly CurveRow[], varied: readonly VariedCount[], along: number): Line[] {
  const others = (row: CurveRow) =>
    row.counts.flatMap((count, index) => (index === along ? [] : [`${varied[index]!.what}: ${count}`]));
  const byOthers = Map.groupBy(rows, (row) => others(row).join(', '));
  return [...byOthers].map(([label, of]) => ({
    label: label === '' ? undefined : label,
    points: of.map((row) => ({ count: row.counts[along]!, row })),
  }));
}

function legend(lines: readonly Line[]): Markup {
  return markup`<ul class="legend">${lines.map(
    ({ label }, index) =>
      markup`<li><svg class="curve ${styleOf(index)}" width="30" height="12" aria-hidden="true"><line class="join" x1="0" x2="30" y1="6" y2="6"/><svg x="15" y="6" overflow="visible">${mark(index)}</svg></svg> ${label}</li>`,
  )}</ul>`;
}

function axis({ counts, what }: VariedCount): Markup {
  return markup`<g class="axis"><line x1="0" x2="100%" y1="${BOTTOM + 4}" y2="${BOTTOM + 4}"/>${counts.map(
    (count) =>
      markup`<line x1="${x(count, counts)}%" x2="${x(count, counts)}%" y1="${BOTTOM + 4}" y2="${BOTTOM + 9}"/><text x="${x(count, counts)}%" y="${BOTTOM + 24}" text-anchor="middle">${count}</text>`,
  )}<text x="50%" y="${BOTTOM + 44}" text-anchor="middle">${what}</text></g>`;
}

interface Drawing {
  readonly scale: LogScale;
  readonly along: VariedCount;
  readonly lines: number;
}

function drawn({ label, points }: Line, index: number, { scale, along, lines }: Drawing): Markup {
  const aside = (index - (lines - 1) / 2) * APART;
  const at = points.map(({ count, row }) => ({
    row,
    x: x(count, along.counts),
    y: y(scale, row.values.mean),
    high: y(scale, row.values.ci95[1]),
    low: y(scale, row.values.ci95[0]),
    title: `${label === undefined ? '' : `${label}, `}${along.what}: ${count}: ${words(row)}`,
  }));
  return markup`<svg class="${styleOf(index)}" x="${aside}" width="100%" height="${BOTTOM}" overflow="visible">${at
    .slice(1)
    .map((to, from) => {
      const { x: x1, y: y1 } = at[from]!;
      return markup`<line class="join" x1="${x1}%" y1="${y1}" x2="${to.x}%" y2="${to.y}"/>`;
    })}${at.map(
    (point) =>
      markup`<g><title>${point.title}</title><line class="interval" x1="${point.x}%" x2="${point.x}%" y1="${point.high}" y2="${point.low}"/><svg x="${point.x}%" y="${point.y}" overflow="visible">${mark(index)}${point.row.is_written && markup`<circle class="written" r="9"/>`}</svg></g>`,
  )}</svg>`;
}

/** Around the origin. */
function mark(index: number): Markup {
  const shapes = [
    'M-4.5 0A4.5 4.5 0 1 0 4.5 0A4.5 4.5 0 1 0 -4.5 0Z',
    'M-4 -4H4V4H-4Z',
    'M0 -5.5L5 4H-5Z',
    'M0 -6L6 0L0 6L-6 0Z',
  ];
  return markup`<path class="mark" d="${shapes[index % STYLES]}"/>`;
}

const styleOf = (index: number): string => `series-${index % STYLES}`;

/** What the picture shows, for those who do not see it. */
function describe(lines: readonly Line[], what: string): string {
  return lines
    .map(({ label, points }) => {
      const each = points.map(({ count, row }) => `${count}: ${words(row)}`).join('; ');
      return `${label === undefined ? '' : `${label}. `}By ${what}, ${each}.`;
    })
    .join(' ');
}

const words = ({ downtime: { value, interval }, is_written }: CurveRow): string =>
  `${value}${interval === undefined ? '' : ` (95 %: ${interval})`}${is_written ? ', as in the plan' : ''}`;

const x = (count: number, counts: readonly number[]): number => {
  const first = counts[0]!;
  const last = counts.at(-1)!;
  if (last === first) return 50;
  return rounded(EDGE.from + ((count - first) / (last - first)) * (EDGE.to - EDGE.from));
};
const y = (scale: LogScale, downtime_s: number): number => rounded(BOTTOM - scale.place(downtime_s) * HEIGHT);
const rounded = (value: number): number => Number(value.toFixed(2));
