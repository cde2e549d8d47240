/**
 * The main picture: predicted band and measured line on one time axis, and under them each measured trial with
 * its outages. Static SVG; places along the time axis are in percent, so the picture takes any width without
 * distorting its text.
 */
import { trialName } from '../model.ts';
import { count } from '../number.ts';
import { type Markup, markup } from './markup.ts';
import { type Point, type TimelineSeries, valueAt } from './timeline-series.ts';

const TOP = 30;
const SHARE_HEIGHT = 170;
const GAP = 26;
const AXIS_HEIGHT = 34;
const GUTTER = 52;
/** Height of the vertical scale inside the stretched drawing; 1 is the top. */
const SCALE = 1000;
const TICKS_MOST = 8;
const TABLE_ROWS = 20;

export function timelineChart(series: TimelineSeries): Markup {
  const row = series.trials.length > 40 ? 5 : series.trials.length > 12 ? 10 : 18;
  const strips = TOP + SHARE_HEIGHT + GAP;
  const bottom = series.trials.length === 0 ? TOP + SHARE_HEIGHT : strips + series.trials.length * row;
  const height = bottom + AXIS_HEIGHT;
  return markup`<div class="plot">
<svg class="gutter" width="${GUTTER}" height="${height}" aria-hidden="true">${gutter(series, strips, row)}</svg>
<svg class="canvas" height="${height}" role="img" aria-labelledby="timeline-title timeline-desc">
<title id="timeline-title">Share of runs that are up, over time</title>
<desc id="timeline-desc">${describe(series)}</desc>
${grid(series, bottom)}
${shares(series)}
${series.trials.map((trial, index) => strip(series, trial, strips + index * row, row))}
${faultMarks(series, bottom)}
</svg>
</div>`;
}

/** What the picture shows, in a sentence or two, for those who do not see it. */
function describe(series: TimelineSeries): string {
  const lowest = (points: readonly { up: number }[]) => Math.min(1, ...points.map(({ up }) => up));
  const down = (points: readonly Point[]) => points.filter(({ up }) => up < 1).map(({ at_ms }) => at_ms);
  const of = (name: string, points: readonly Point[]) => {
    if (points.length === 0) return [];
    const times = down(points);
    if (times.length === 0) return [`${name}: all runs stay up.`];
    const last = points.at(-1)!;
    const end =
      last.up < 1
        ? `at the end ${percent(last.up)} are`
        : `all are up again after ${seconds(Math.max(...times))}`;
    return [
      `${name}: from ${seconds(Math.min(...times))} on, at worst ${percent(lowest(points))} of the runs are up; ${end}.`,
    ];
  };
  return [...of('Predicted', series.predicted), ...of('Measured', series.measured)].join(' ');
}

function grid(series: TimelineSeries, bottom: number): Markup {
  const ticks = timeTicks(series.from_ms, series.to_ms);
  return markup`<g class="grid">${[0, 0.5, 1].map(
    (up) => markup`<line x1="0" x2="100%" y1="${y(up)}" y2="${y(up)}"/>`,
  )}</g>
<g class="axis"><line x1="0" x2="100%" y1="${bottom + 4}" y2="${bottom + 4}"/>${ticks.map((at_ms, index) => {
    const x = place(series, at_ms);
    const anchor = x < 3 ? 'start' : x > 97 ? 'end' : 'middle';
    return markup`<g${index % 2 === 1 && markup` class="odd"`}><line x1="${fixed(x)}%" x2="${fixed(x)}%" y1="${bottom + 4}" y2="${bottom + 9}"/><text x="${fixed(x)}%" y="${bottom + 24}" text-anchor="${anchor}">${seconds(at_ms)}</text></g>`;
  })}</g>`;
}

/** The drawing that stretches with the page: x in milliseconds, y in thousandths. */
function shares(series: TimelineSeries): Markup {
  const width = series.to_ms - series.from_ms;
  const x = (at_ms: number) => Math.round(Math.min(Math.max(at_ms - series.from_ms, 0), width));
  const v = (up: number) => Math.round((1 - up) * SCALE);
  const path = (points: readonly Point[], stepped: boolean) =>
    points
      .map(({ at_ms, up }, index) =>
        index === 0
          ? `M${x(at_ms)} ${v(up)}`
          : `${stepped ? `H${x(at_ms)}V${v(up)}` : `L${x(at_ms)} ${v(up)}`}`,
      )
      .join('') + (points.length > 0 ? `H${width}` : '');
  const band = series.band;
  const edge = (side: 'low' | 'high') => band.map((point) => ({ at_ms: point.at_ms, up: point[side] }));
  const back = edge('low')
    .toReversed()
    .map(({ up }, index, points) => {
      const after = points[index - 1];
      return `${after === undefined ? '' : `H${x(after.at_ms)}`}V${v(up)}`;
    })
    .join('');
  const outline = band.length > 0 ? `${path(edge('high'), true)}${back}H0Z` : undefined;
  const under = series.predicted.length > 0 ? `${path(series.predicted, false)}V0H0Z` : undefined;
  const area = outline ?? under;
  return markup`<svg y="${TOP}" width="100%" height="${SHARE_HEIGHT}" viewBox="0 0 ${width} ${SCALE}" preserveAspectRatio="none" overflow="visible">
${area && markup`<path class="band" d="${area}"/>`}
${series.predicted.length > 0 && markup`<path class="predicted-line" d="${path(series.predicted, false)}"/>`}
${series.measured.length > 0 && markup`<path class="measured-line" d="${path(series.measured, true)}"/>`}
</svg>`;
}

function strip(
  series: TimelineSeries,
  { trial, outages }: TimelineSeries['trials'][number],
  top: number,
  height: number,
): Markup {
  const thick = Math.max(3, height - 6);
  const middle = top + height / 2;
  return markup`<g class="strip"><line x1="0" x2="100%" y1="${middle}" y2="${middle}"/>${outages.map(
    ({ begin_ms, end_ms, failed_requests }) => {
      const left = place(series, begin_ms);
      const width = Math.max(place(series, end_ms) - left, 0.15);
      return markup`<rect x="${fixed(left)}%" width="${fixed(width)}%" y="${middle - thick / 2}" height="${thick}" rx="1.5"><title>trial ${trialName(trial)}: down from ${seconds(begin_ms, 2)} to ${seconds(end_ms, 2)}, ${count(failed_requests, 'failed request')}</title></rect>`;
    },
  )}</g>`;
}

/** One mark for all trials whose fault came at nearly the same moment. */
function faultMarks(series: TimelineSeries, bottom: number): Markup {
  const near = (series.to_ms - series.from_ms) / 100;
  const marks: { at_ms: number; name: string }[] = [];
  for (const { begin_ms, name } of series.faults.toSorted((a, b) => a.begin_ms - b.begin_ms)) {
    const known = marks.some((mark) => mark.name === name && begin_ms - mark.at_ms < near);
    if (!known) marks.push({ at_ms: begin_ms, name });
  }
  return markup`<g class="fault">${marks.map(({ at_ms, name }, index) => {
    const x = place(series, at_ms);
    const left = x > 60;
    const same = marks[index - 1]?.name === name;
    return markup`<line x1="${fixed(x)}%" x2="${fixed(x)}%" y1="${TOP - 10}" y2="${bottom}"/><svg x="${fixed(x)}%" y="${TOP - 20}" overflow="visible"><path d="M-5 0H5L0 9Z"/>${!same && markup`<text x="${left ? -10 : 10}" y="7" text-anchor="${left ? 'end' : 'start'}">${name}</text>`}</svg>`;
  })}</g>`;
}

function gutter(series: TimelineSeries, strips: number, row: number): Markup {
  const labels = [1, 0.5, 0].map((up) => ({ y: y(up) + 4, text: percent(up) }));
  const every = row >= 14 ? 1 : Math.ceil(14 / row);
  const trials = series.trials
    .map(({ trial }, index) => ({ y: strips + index * row + row / 2 + 4, text: trialName(trial), index }))
    .filter(({ index }) => index % every === 0);
  const heading = series.trials.length > 0 ? [{ y: strips - 7, text: 'trial' }] : [];
  return markup`${[...labels, ...heading, ...trials].map(
    (label) => markup`<text x="${GUTTER - 8}" y="${label.y}" text-anchor="end">${label.text}</text>`,
  )}`;
}

/** The same numbers as tables. */
export function timelineTables(series: TimelineSeries): Markup {
  const step = (series.to_ms - series.from_ms) / TABLE_ROWS;
  const moments = Array.from({ length: TABLE_ROWS + 1 }, (_, index) => series.from_ms + index * step);
  const outages = series.trials.flatMap(({ trial, outages: list }) =>
    list.map((outage) => ({ trial, ...outage })),
  );
  return markup`<table class="plain"><caption>Share of runs that are up</caption>
<thead><tr><th scope="col">at</th>${series.predicted.length > 0 && markup`<th scope="col">predicted</th>`}${series.band.length > 0 && markup`<th scope="col">90 % band</th>`}${series.measured.length > 0 && markup`<th scope="col">measured</th>`}</tr></thead>
<tbody>${moments.map((at_ms) => {
    const predicted = valueAt(series.predicted, at_ms);
    const band = valueAt(series.band, at_ms);
    const measured = valueAt(series.measured, at_ms);
    return markup`<tr><th scope="row">${seconds(at_ms, 2)}</th>${predicted && markup`<td>${percent(predicted.up)}</td>`}${band && markup`<td>${percent(band.low)} to ${percent(band.high)}</td>`}${measured && markup`<td>${percent(measured.up)}</td>`}</tr>`;
  })}</tbody></table>
${
  outages.length > 0 &&
  markup`<table class="plain"><caption>Measured outages</caption>
<thead><tr><th scope="col">trial</th><th scope="col">from</th><th scope="col">to</th><th scope="col">failed</th></tr></thead>
<tbody>${outages.map(({ trial, begin_ms, end_ms, failed_requests }) => markup`<tr><th scope="row">${trialName(trial)}</th><td>${seconds(begin_ms, 2)}</td><td>${seconds(end_ms, 2)}</td><td>${failed_requests}</td></tr>`)}</tbody></table>`
}`;
}

const y = (up: number): number => TOP + (1 - up) * SHARE_HEIGHT;
const place = (series: TimelineSeries, at_ms: number): number =>
  ((at_ms - series.from_ms) / (series.to_ms - series.from_ms)) * 100;
const fixed = (value: number): string => String(Number(value.toFixed(3)));
const percent = (fraction: number): string => `${Math.round(fraction * 100)} %`;
const seconds = (at_ms: number, decimals?: number): string =>
  `${decimals === undefined ? Number((at_ms / 1000).toFixed(3)) : (at_ms / 1000).toFixed(decimals)} s`;

/** Round times, at most eight. */
export function timeTicks(from_ms: number, to_ms: number): number[] {
  const rough = (to_ms - from_ms) / TICKS_MOST;
  const power = 10 ** Math.floor(Math.log10(Math.max(rough, 1)));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? power * 10;
  const first = Math.ceil(from_ms / step);
  return Array.from({ length: Math.floor(to_ms / step) - first + 1 }, (_, index) => (first + index) * step);
}
