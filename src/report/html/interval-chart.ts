/**
 * One metric on one track: the 90 % prediction interval as a band and each measured trial as a dot. The band is
 * drawn at the same place and width for every metric, so a look down the column shows what fell outside.
 */
import type { MetricRow } from '../model.ts';
import { type Markup, markup } from './markup.ts';

const HEIGHT = 30;
const MIDDLE = HEIGHT / 2;
/** The band takes the middle third; a value further out than its own width is drawn at the edge as an arrow. */
const BAND = { from: 33, to: 67 } as const;
const EDGE = { from: 3, to: 97 } as const;

export function intervalTrack(row: MetricRow): Markup {
  const { predicted, measured } = row.values;
  if (predicted === undefined) return markup``;
  const [low, high] = predicted.pi90;
  const place = (value: number): number => {
    if (high > low) return BAND.from + ((value - low) / (high - low)) * (BAND.to - BAND.from);
    return value === low ? 50 : value < low ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  };
  const band =
    high > low
      ? markup`<rect class="band" x="${BAND.from}%" width="${BAND.to - BAND.from}%" y="5" height="${HEIGHT - 10}" rx="3"/>`
      : markup``;
  const mean = fixed(Math.min(Math.max(place(predicted.mean), EDGE.from), EDGE.to));
  const values = measured?.values ?? [];
  return markup`<svg class="track" height="${HEIGHT}" role="img"><title>${title(row)}</title><line class="rail" x1="0" x2="100%" y1="${MIDDLE}" y2="${MIDDLE}"/>${band}<line class="mean" x1="${mean}%" x2="${mean}%" y1="5" y2="${HEIGHT - 5}"/>${values.map((value, index) => mark(place(value), index))}</svg>`;
}

function title(row: MetricRow): string {
  const values =
    row.measured_values.length === 0 ? 'nothing measured' : `measured ${row.measured_values.join(', ')}`;
  return `${row.label}: predicted ${row.predicted}, 90 % of runs in ${row.expected}; ${values}`;
}

/** Trials are set a little apart vertically, so equal values stay visible. */
function mark(x: number, index: number): Markup {
  const y = MIDDLE + ((index % 3) - 1) * 5;
  if (x < EDGE.from) return arrow(EDGE.from, y, -1);
  if (x > EDGE.to) return arrow(EDGE.to, y, 1);
  return markup`<circle class="dot" cx="${fixed(x)}%" cy="${y}" r="3.5"/>`;
}

function arrow(x: number, y: number, direction: 1 | -1): Markup {
  return markup`<svg x="${x}%" y="${y}" overflow="visible"><path class="dot" d="M${-4 * direction} -4L${4 * direction} 0L${-4 * direction} 4Z"/></svg>`;
}

const fixed = (value: number): string => String(Number(value.toFixed(2)));
