/**
 * The report as one page: self-contained, without a script, without a request to anywhere. What a reader wants
 * first comes first: the verdict, three figures, the picture; then what it rests on.
 */
import { createHash } from 'node:crypto';
import type { Judgement, Metric } from '../timeline/verdict.ts';
import { intervalTrack } from './html/interval-chart.ts';
import { type Markup, markup, trusted } from './html/markup.ts';
import { STYLE } from './html/style.ts';
import { timelineChart, timelineTables } from './html/timeline-chart.ts';
import { type TimelineSeries, timelineSeries } from './html/timeline-series.ts';
import { renderJson } from './json.ts';
import { type MetricRow, type Report, type Tone, validTrials } from './model.ts';
import { count } from './number.ts';

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');
/** Nothing may be loaded; `data:` is the empty icon that keeps a browser from asking for one. */
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; img-src data:; base-uri 'none'; form-action 'none'`;

export function renderHtml(report: Report): string {
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="foreshock ${report.version}">
<title>${sentence(report.headline)}: ${report.scenario} - foreshock</title>
<link rel="icon" href="data:,">
<style>${trusted(STYLE)}</style>
</head>
<body>
<main>
${opening(report)}
${tiles(report)}
${picture(report)}
${metrics(report)}
${budget(report)}
${objectives(report)}
${assumptions(report)}
${notes(report)}
${again(report)}
${raw(report)}
<footer>foreshock ${report.version}. Predict how much downtime a failure will cost, then cause it and see.</footer>
</main>
</body>
</html>
`;
  return page.text;
}

const TONE_CLASS = {
  good: 'good',
  bad: 'bad',
  unsure: 'unsure',
  plain: 'plain-tone',
} as const satisfies Record<Tone, string>;
const TONE_SIGN = { good: '✓ ', bad: '✗ ', unsure: '? ', plain: '' } as const satisfies Record<Tone, string>;
const JUDGEMENT_TONE = { agrees: 'good', differs: 'bad', inconclusive: 'unsure' } as const satisfies Record<
  Judgement,
  Tone
>;
const TILES: readonly { readonly metric: Metric; readonly title: string; readonly beside: Metric }[] = [
  { metric: 'downtime_s', title: 'Downtime', beside: 'failed_requests' },
  { metric: 'availability_time', title: 'Availability', beside: 'availability_requests' },
  { metric: 'throughput_rps', title: 'Throughput', beside: 'capacity_rps' },
];

function opening(report: Report): Markup {
  const { measurement, prediction } = report.results;
  const facts = [
    ...(prediction ? [`predicted from ${count(prediction.trials, 'simulated trial')}`] : []),
    ...(measurement
      ? [
          `measured in ${validTrials(measurement) === measurement.trials ? '' : `${validTrials(measurement)} valid of `}${count(measurement.trials, 'trial')} on ${measurement.where}`,
        ]
      : []),
    `${report.window_s} s observed in each`,
    `seed ${report.seed}`,
  ];
  return markup`<header>
<p class="kicker">Scenario <strong>${report.scenario}</strong></p>
<h1 class="${TONE_CLASS[report.tone]}"><span aria-hidden="true">${TONE_SIGN[report.tone]}</span>${sentence(report.headline)}</h1>
<p class="lead">${report.lead}</p>
${report.reason !== '' && markup`<p class="decided">${report.reason}</p>`}
<p class="meta">${sentence(facts.join(' · '))}</p>
</header>`;
}

function tiles(report: Report): Markup {
  return markup`<div class="tiles">${TILES.map(({ metric, title, beside }) => {
    const row = report.metrics.find((candidate) => candidate.metric === metric);
    return row === undefined
      ? ''
      : tile(
          row,
          title,
          report.metrics.find((other) => other.metric === beside),
        );
  })}</div>`;
}

function tile(row: MetricRow, title: string, beside: MetricRow | undefined): Markup {
  const expected = row.expected && `90 % of runs in ${row.expected}`;
  const other =
    beside &&
    `${beside.label}: ${[beside.predicted && `${beside.predicted} predicted`, beside.measured && `${beside.measured} measured`].filter(Boolean).join(', ')}`;
  return markup`<section class="tile" aria-label="${title}">
<h2>${title} ${row.judgement && word(row.judgement)}</h2>
<dl>${row.predicted && markup`<div><dt>${SWATCH.predicted} predicted</dt><dd class="as-predicted">${big(row.predicted)}</dd></div>`}${row.measured && markup`<div><dt>${SWATCH.measured} measured</dt><dd class="as-measured">${big(row.measured)}</dd></div>`}</dl>
${expected && markup`<p>${expected}</p>`}
${other && markup`<p>${other}</p>`}
</section>`;
}

function picture(report: Report): Markup {
  const { prediction, measurement } = report.results;
  const series = timelineSeries(prediction, measurement);
  if (series.predicted.length === 0 && series.measured.length === 0) return markup``;
  const legend = [
    ...(series.predicted.length > 0
      ? [markup`<li>${SWATCH.predicted} predicted share of runs that are up</li>`]
      : []),
    ...(series.band.length > 0
      ? [markup`<li>${SWATCH.band} where 9 in 10 sets of ${series.trials.length} runs are expected</li>`]
      : []),
    ...(series.measured.length > 0
      ? [markup`<li>${SWATCH.measured} measured share, and each outage</li>`]
      : []),
    ...(series.faults.length > 0 ? [markup`<li>${SWATCH.fault} fault</li>`] : []),
  ];
  return markup`<section aria-labelledby="picture">
<h2 id="picture">${prediction && measurement ? 'What was expected, and what happened' : prediction ? 'What is expected' : 'What happened'}</h2>
<ul class="legend">${legend}</ul>
<figure>
${timelineChart(series)}
<figcaption>${caption(series)}</figcaption>
<details><summary>The picture as a table</summary>${timelineTables(series)}</details>
</figure>
</section>`;
}

function caption(series: TimelineSeries): string {
  const cropped = series.from_ms > 0 || series.to_ms < series.window_ms;
  return [
    'Time runs from the start of a trial.',
    ...(cropped
      ? [
          `Drawn from ${series.from_ms / 1000} s to ${series.to_ms / 1000} s; in the rest of the ${series.window_ms / 1000} s nothing was expected and nothing happened.`,
        ]
      : []),
  ].join(' ');
}

function metrics(report: Report): Markup {
  if (report.metrics.length === 0) return markup``;
  const { prediction, measurement } = report.results;
  const both = prediction !== undefined && measurement !== undefined;
  const compared = report.metrics.some((row) => row.judgement !== undefined);
  const columns = [
    '',
    ...(prediction || compared ? ['predicted, 90 % of runs in'] : []),
    ...(measurement || compared ? ['measured (trials)'] : []),
    ...(both ? ['interval and trials'] : []),
    ...(compared ? ['verdict'] : []),
  ];
  return markup`<section class="wide" aria-labelledby="metrics">
<h2 id="metrics">Every measure</h2>
${both && markup`<p>The band is the 90 % prediction interval, drawn equally wide for every measure; the bar in it is the predicted mean, each dot a trial, an arrow a trial beyond the drawing.</p>`}
<table class="metrics" role="table">
<thead role="rowgroup"><tr role="row">${columns.map((column) => markup`<th role="columnheader" scope="col">${column}</th>`)}</tr></thead>
<tbody role="rowgroup">${report.metrics.map(
    (row) => markup`<tr role="row"><th class="name-cell" role="rowheader" scope="row">${row.label}</th>${
      (prediction || compared) &&
      markup`<td class="predicted-cell" role="cell" data-label="predicted"><span class="figure-cell as-predicted">${row.predicted ?? 'none'}</span> <span class="range">${row.expected}</span></td>`
    }${(measurement || compared) && markup`<td class="measured-cell" role="cell" data-label="measured"><span class="figure-cell as-measured">${row.measured ?? 'none'}</span> <span class="range">(${row.measured_trials})</span></td>`}${
      both && markup`<td class="track-cell" role="cell">${intervalTrack(row)}</td>`
    }${compared && markup`<td class="verdict-cell" role="cell">${row.judgement && word(row.judgement)}</td>`}</tr>
${row.reason !== '' && markup`<tr class="why" role="row"><td role="cell" colspan="${columns.length}">${row.reason}</td></tr>`}`,
  )}</tbody></table>
</section>`;
}

/** A waterfall: each mechanism's bar begins where the one before it ends. */
function budget(report: Report): Markup {
  if (report.budget.length === 0) return markup``;
  const total = report.budget.reduce((sum, { seconds }) => sum + seconds, 0);
  let spent = 0;
  const rows = report.budget.map((row) => {
    const from = (spent / total) * 100;
    spent += row.seconds;
    return { ...row, from, width: (row.seconds / total) * 100 };
  });
  const percent = (value: number) => `${Number(value.toFixed(2))}%`;
  return markup`<section class="wide" aria-labelledby="budget">
<h2 id="budget">Where the predicted downtime goes</h2>
<p>What each mechanism costs in a run, on average over the simulated trials.</p>
<table class="budget" role="table">
<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">mechanism</th><th role="columnheader" scope="col" class="number">downtime</th><th role="columnheader" scope="col" class="number">share</th><th role="columnheader" scope="col"></th></tr></thead>
<tbody role="rowgroup">${rows.map(
    (row, index) =>
      markup`<tr role="row"><th class="name-cell" role="rowheader" scope="row">${row.mechanism}</th><td class="number" role="cell">${row.shown}</td><td class="number" role="cell">${row.share}</td><td class="track-cell" role="cell"><svg class="track" height="20" aria-hidden="true">${index > 0 && markup`<line class="join" x1="${percent(row.from)}" x2="${percent(row.from)}" y1="-10" y2="3"/>`}<rect class="bar" x="${percent(row.from)}" width="${percent(row.width)}" y="3" height="14" rx="2"/></svg></td></tr>`,
  )}</tbody>
<tfoot role="rowgroup"><tr role="row"><th class="name-cell" role="rowheader" scope="row">together</th><td class="number" role="cell">${report.budget_total}</td><td class="number" role="cell">100 %</td><td class="track-cell" role="cell"></td></tr></tfoot>
</table>
</section>`;
}

function objectives(report: Report): Markup {
  if (report.objectives.length === 0) return markup``;
  return markup`<section class="wide" aria-labelledby="objectives">
<h2 id="objectives">Objectives</h2>
<table role="table"><thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">objective</th><th role="columnheader" scope="col">value</th><th role="columnheader" scope="col">verdict</th></tr></thead>
<tbody role="rowgroup">${report.objectives.map(
    ({ what, shown, each, met }) =>
      markup`<tr role="row"><th class="name-cell" role="rowheader" scope="row">${what}</th><td role="cell">${[shown, each].filter((words) => words !== '').join('; ')}</td><td role="cell">${toned(met ? 'good' : 'bad', met ? 'met' : 'missed')}</td></tr>`,
  )}</tbody></table>
</section>`;
}

function assumptions(report: Report): Markup {
  if (report.assumptions.length === 0) return markup``;
  return markup`<section class="wide" aria-labelledby="assumptions">
<h2 id="assumptions">What the prediction rests on</h2>
<p>Each can be set in the scenario.</p>
<table role="table"><thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">timer</th><th role="columnheader" scope="col">value</th><th role="columnheader" scope="col">source</th></tr></thead>
<tbody role="rowgroup">${report.assumptions.map(
    ({ name, value, source }) =>
      markup`<tr role="row"><th class="name-cell" role="rowheader" scope="row">${name.replaceAll('_', ' ')}</th><td role="cell">${value}</td><td class="source" role="cell">${source}</td></tr>`,
  )}</tbody></table>
</section>`;
}

function notes(report: Report): Markup {
  const ignored = report.ignored.map((object) => `${object}: applied as it is, but not modelled`);
  const all = [...report.notes, ...report.invalid_trials, ...ignored];
  if (all.length === 0) return markup``;
  return markup`<section aria-labelledby="notes">
<h2 id="notes">Worth knowing</h2>
<ul class="list">${all.map((note) => markup`<li>${sentence(note)}</li>`)}</ul>
</section>`;
}

function again(report: Report): Markup {
  if (report.command === undefined && report.files.length === 0) return markup``;
  return markup`<section aria-labelledby="again">
<h2 id="again">Again</h2>
${report.command && markup`<p>The same seed gives the same prediction and the same victims.</p><pre><code>${report.command}</code></pre>`}
${report.files.length > 0 && markup`<ul class="list">${report.files.map((file) => markup`<li><code>${file}</code></li>`)}</ul>`}
</section>`;
}

function raw(report: Report): Markup {
  const { verdict, prediction, measurement } = report.results;
  const documents = [
    { name: 'verdict.json', document: verdict },
    { name: 'prediction.json', document: prediction },
    { name: 'measurement.json', document: measurement },
  ];
  return markup`<section aria-labelledby="raw">
<h2 id="raw">Raw results</h2>
${documents.map(({ name, document }) => (document === undefined ? '' : markup`<details><summary>${name}</summary><pre class="raw" tabindex="0" aria-label="${name}">${renderJson(document)}</pre></details>`))}
</section>`;
}

const word = (judgement: Judgement): Markup => toned(JUDGEMENT_TONE[judgement], judgement);

function toned(tone: Tone, text: string): Markup {
  return markup`<span class="word ${TONE_CLASS[tone]}"><span aria-hidden="true">${TONE_SIGN[tone]}</span>${text}</span>`;
}

/** "2.58 s" with the unit set smaller. */
function big(shown: string): Markup {
  const [number, ...unit] = shown.split(' ');
  return markup`${number} <small>${unit.join(' ')}</small>`;
}

const sentence = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

const SWATCH = {
  predicted: markup`<svg width="22" height="12" aria-hidden="true"><line class="predicted-line" x1="0" x2="22" y1="6" y2="6"/></svg>`,
  band: markup`<svg width="22" height="12" aria-hidden="true"><rect class="band" width="22" height="12" rx="2"/></svg>`,
  measured: markup`<svg width="22" height="12" aria-hidden="true"><line class="measured-line" x1="0" x2="22" y1="6" y2="6"/></svg>`,
  fault: markup`<svg width="14" height="12" aria-hidden="true"><g class="fault"><path d="M2 2H12L7 11Z"/></g></svg>`,
};
