/**
 * A picture of one configuration: which share of trials lost at most so much, predicted as lines and measured as
 * points. Plain SVG, readable on light and on dark ground.
 */
import { quantile } from '../../src/timeline/quantile.ts';

export interface Curve {
  readonly kind: 'defaults' | 'calibrated' | 'measured';
  readonly label: string;
  /** One of each trial, in any order. */
  readonly values: readonly number[];
}

export interface Plot {
  /** For those who do not see it. */
  readonly title: string;
  /** What is on the horizontal axis. */
  readonly axis: string;
  readonly curves: readonly Curve[];
}

const WIDTH = 640;
const HEIGHT = 200;
const FRAME = { left: 48, right: 12, top: 30, bottom: 40 } as const;

/** A line needs no more steps than there are pixels; a point is a trial. */
const STEPS_MAX = 300;

const STYLE = `text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.grid { stroke: #d1d9e0 }
.line { fill: none; stroke-width: 1.8 }
.defaults { stroke: #6e7781; stroke-dasharray: 5 3 }
.calibrated { stroke: #0969da }
.measured { stroke: #bc4c00; stroke-width: 1 }
.point { fill: #bc4c00 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .grid { stroke: #3d444d }
  .defaults { stroke: #9198a1 }
  .calibrated { stroke: #58a6ff }
  .measured { stroke: #f0883e }
  .point { fill: #f0883e }
}`;

/** @throws RangeError where a curve has no values */
export function renderPlot({ title, axis, curves }: Plot): string {
  const scale = scaleOf(curves.flatMap(({ values }) => extent(values)));
  const x = (value: number) =>
    round(FRAME.left + ((value - scale.min) / (scale.max - scale.min)) * (WIDTH - FRAME.left - FRAME.right));
  const y = (share: number) => round(HEIGHT - FRAME.bottom - share * (HEIGHT - FRAME.top - FRAME.bottom));
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}</style>`,
    ...[0, 0.5, 1].flatMap((share) => [
      `<line class="grid" x1="${FRAME.left}" x2="${WIDTH - FRAME.right}" y1="${y(share)}" y2="${y(share)}"/>`,
      `<text x="${FRAME.left - 6}" y="${y(share) + 4}" text-anchor="end">${100 * share} %</text>`,
    ]),
    ...scale.ticks.flatMap((tick) => [
      `<line class="grid" x1="${x(tick)}" x2="${x(tick)}" y1="${y(0)}" y2="${y(0) + 4}"/>`,
      `<text x="${x(tick)}" y="${y(0) + 17}" text-anchor="middle">${tick}</text>`,
    ]),
    `<text x="${WIDTH - FRAME.right}" y="${HEIGHT - 6}" text-anchor="end">${escaped(axis)}</text>`,
    ...curves.map((curve) => renderCurve(curve, x, y, scale.max)),
    ...legend(curves),
    '</svg>',
  ].join('\n')}\n`;
}

function renderCurve(
  { kind, values }: Curve,
  x: (value: number) => number,
  y: (share: number) => number,
  end: number,
): string {
  const steps = stepsOf(values);
  const [first] = steps;
  const path = steps.map(({ value, share }) => `H${x(value)}V${y(share)}`).join('');
  const line = `<path class="line ${kind}" d="M${x(first?.value ?? 0)} ${y(0)}${path}H${x(end)}"/>`;
  if (kind !== 'measured') return line;
  const sorted = [...values].sort((a, b) => a - b);
  const points = sorted.map(
    (value, index) =>
      `<circle class="point" cx="${x(value)}" cy="${y((index + 1) / sorted.length)}" r="2.4"/>`,
  );
  return [line, ...points].join('\n');
}

interface Step {
  readonly value: number;
  /** Of the values that are at most `value`. */
  readonly share: number;
}

/** The empirical distribution function, thinned out to what can be seen. */
export function stepsOf(values: readonly number[]): readonly Step[] {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length > STEPS_MAX) {
    return Array.from({ length: STEPS_MAX }, (_, index) => {
      const share = (index + 1) / STEPS_MAX;
      return { value: quantile(sorted, share), share };
    });
  }
  return Array.from(sorted, (value, index) => ({ value, share: (index + 1) / sorted.length }));
}

interface Scale {
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly number[];
}

/** Round ends that hold all values, and ticks at 1, 2 or 5 times a power of ten; some 5 to 10 of them. */
export function scaleOf(values: readonly number[]): Scale {
  const low = Math.min(...values);
  const high = Math.max(...values, low + SPAN_MIN);
  const raw = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5].find((each) => each * power >= raw / 1.5) ?? 10);
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  const ticks = Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toFixed(6)),
  );
  return { min: ticks[0] ?? 0, max: ticks.at(-1) ?? 1, ticks };
}

/** Where all values are alike there would be no width. */
const SPAN_MIN = 0.1;

function extent(values: readonly number[]): [number, number] {
  if (values.length === 0) throw new RangeError('a curve without values');
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}

const LEGEND_ENTRY = 150;

function legend(curves: readonly Curve[]): string[] {
  const begin = WIDTH - FRAME.right - curves.length * LEGEND_ENTRY;
  return curves.flatMap(({ kind, label }, index) => {
    const left = begin + index * LEGEND_ENTRY;
    const mark =
      kind === 'measured'
        ? `<circle class="point" cx="${left + 12}" cy="12" r="3"/>`
        : `<path class="line ${kind}" d="M${left} 12h24"/>`;
    return [mark, `<text x="${left + 30}" y="16">${escaped(label)}</text>`];
  });
}

const round = (value: number): number => Math.round(value * 10) / 10;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
