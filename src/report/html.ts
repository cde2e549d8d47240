/**
 * The report as one page: self-contained, without a script, without a request to anywhere. What a reader wants
 * first comes first: the verdict, three figures, the picture; then what it rests on.
 */
import type { Judgement, Metric } from '../timeline/verdict.ts';
import { intervalTrack } from './html/interval-chart.ts';
import { type Markup, markup } from './html/markup.ts';
import { pageText } from './html/page.ts';
import {
  againSection,
  assumptionsSection,
  big,
  notesSection,
  objectivesSection,
  partsTable,
  rawSection,
  TONE_CLASS,
  TONE_SIGN,
  toned,
} from './html/parts.ts';
import { STYLE } from './html/style.ts';
import { timelineChart, timelineTables } from './html/timeline-chart.ts';
import { type TimelineSeries, timelineSeries } from './html/timeline-series.ts';
import { type MetricRow, type Report, validTrials } from './model.ts';
import { count } from './number.ts';
import { sentence } from './sentence.ts';
import type { Tone } from './tone.ts';

export function renderHtml(report: Report): string {
  const { verdict, prediction, measurement } = report.results;
  const ignored = report.ignored.map((object) => `${object}: applied as it is, but not modelled`);
  return pageText({
    title: `${sentence(report.headline)}: ${report.scenario}`,
    version: report.version,
    style: STYLE,
    sections: [
      opening(report),
      tiles(report),
      picture(report),
      metrics(report),
      budget(report),
      objectivesSection(report.objectives),
      assumptionsSection(
        report.assumptions.map(({ name, ...rest }) => ({ name: name.replaceAll('_', ' '), ...rest })),
        { kind: 'timer', words: 'Each can be set in the scenario.' },
      ),
      notesSection([...report.notes, ...report.invalid_trials, ...ignored]),
      againSection(report, 'The same seed gives the same prediction and the same victims.'),
      rawSection([
        { name: 'verdict.json', document: verdict },
        { name: 'prediction.json', document: prediction },
        { name: 'measurement.json', document: measurement },
      ]),
    ],
  });
}

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

function budget(report: Report): Markup {
  if (report.budget.length === 0) return markup``;
  return markup`<section class="wide" aria-labelledby="budget">
<h2 id="budget">Where the predicted downtime goes</h2>
<p>What each mechanism costs in a run, on average over the simulated trials.</p>
${partsTable({ kind: 'mechanism', rows: report.budget, total: report.budget_total })}
</section>`;
}

const word = (judgement: Judgement): Markup => toned(JUDGEMENT_TONE[judgement], judgement);

const SWATCH = {
  predicted: markup`<svg width="22" height="12" aria-hidden="true"><line class="predicted-line" x1="0" x2="22" y1="6" y2="6"/></svg>`,
  band: markup`<svg width="22" height="12" aria-hidden="true"><rect class="band" width="22" height="12" rx="2"/></svg>`,
  measured: markup`<svg width="22" height="12" aria-hidden="true"><line class="measured-line" x1="0" x2="22" y1="6" y2="6"/></svg>`,
  fault: markup`<svg width="14" height="12" aria-hidden="true"><g class="fault"><path d="M2 2H12L7 11Z"/></g></svg>`,
};
