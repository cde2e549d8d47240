/**
 * A plan as one page. What a reader wants first comes first: downtime a year, three figures, what it becomes with more
 * or fewer units; then what it is due to, and what it rests on.
 */
import { type Markup, markup } from '../html/markup.ts';
import { pageText } from '../html/page.ts';
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
} from '../html/parts.ts';
import { STYLE } from '../html/style.ts';
import { sentence } from '../sentence.ts';
import type { CurveReport, CurveRow, ServiceCurve } from './curve.ts';
import { curveChart } from './curve-chart.ts';
import { horizon } from './figures.ts';
import type { PlanReport, ServiceReport } from './model.ts';
import { PLAN_STYLE } from './style.ts';

export function renderPlanHtml(report: PlanReport): string {
  const { prediction, curve } = report.results;
  return pageText({
    title: `${report.services.map(({ name, downtime }) => `${name}: ${downtime.value} a year`).join(', ')}: ${report.plan}`,
    version: report.version,
    style: STYLE + PLAN_STYLE,
    sections: [
      opening(report),
      warnings(report),
      ...report.services.map((service) => tiles(service, report)),
      ...(report.curve?.services.map((service, index) => curveSection(service, index, report.curve!)) ?? []),
      ...report.services.map((service, index) => causes(service, index, report)),
      ...report.services.map((service, index) => figures(service, index, report)),
      objectivesSection(report.services.flatMap(({ objectives }) => objectives)),
      assumptionsSection(report.assumptions, { kind: 'what', words: 'Each can be set in the plan.' }),
      notesSection([...report.notes, ...(report.curve?.warnings ?? [])]),
      againSection(report, 'The same seed gives the same prediction.'),
      rawSection([
        { name: 'prediction.json', document: prediction },
        { name: 'curve.json', document: curve },
      ]),
    ],
  });
}

function opening(report: PlanReport): Markup {
  const [only, ...others] = report.services;
  const judged = report.tone !== 'plain';
  const several = others.length > 0;
  const heading = several ? sentence(report.headline) : (only?.heading ?? '');
  return markup`<header>
<p class="kicker">Plan <strong>${report.plan}</strong>${judged && !several && markup` ${toned(report.tone, report.headline)}`}</p>
<h1 class="${TONE_CLASS[report.tone]}">${several && markup`<span aria-hidden="true">${TONE_SIGN[report.tone]}</span>`}${heading}</h1>
${
  several
    ? markup`<ul class="list lead">${report.services.map(({ answer, lead }) => markup`<li>${unbroken(`${answer}. ${lead}`)}</li>`)}</ul>`
    : markup`<p class="lead">${unbroken(only?.lead ?? '')}</p>`
}
<p class="decided">${sentence(report.method)}. ${sentence(report.because)}.</p>
<p class="meta">${sentence(horizon(report.results.prediction.horizon_s).one)}, from all units new · seed ${report.seed}</p>
</header>`;
}

/** With figures and their units on one line. */
const unbroken = (text: string): string => text.replaceAll(/(\d) (?=%|(?:ms|s|min|h|days)\b)/g, '$1\u00a0');

function warnings({ warnings: all }: PlanReport): Markup {
  if (all.length === 0) return markup``;
  return markup`<section class="warnings" aria-labelledby="warnings">
<h2 id="warnings">${toned('unsure', 'The figures may be off')}</h2>
<ul class="list">${all.map((warning) => markup`<li>${sentence(warning)}</li>`)}</ul>
</section>`;
}

function tiles(service: ServiceReport, report: PlanReport): Markup {
  const { downtime, availability, unavailability, single, calm } = service;
  const { many } = horizon(report.results.prediction.horizon_s);
  const of = report.services.length > 1 ? ` of ${service.name}` : '';
  return markup`<div class="tiles">
${tile(`Downtime a year${of}`, downtime.value, [
  downtime.interval === undefined ? report.method : `95 %: ${downtime.interval}`,
])}
${tile(`Availability${of}`, availability, [
  ...(unavailability.value === '0' ? [] : [`unavailability ${unavailability.value}`]),
  ...(unavailability.interval === undefined ? [] : [`95 %: ${unavailability.interval}`]),
])}
${single !== undefined && tile(`Nine in ten ${many}${of}`, single, calm === undefined ? [] : [`without an outage: ${calm.value} of ${many}`])}
${single === undefined && calm !== undefined && tile(`Without an outage${of}`, calm.value, [`of ${many}`])}
</div>`;
}

function tile(title: string, figure: string, beside: readonly string[]): Markup {
  return markup`<section class="tile" aria-label="${title}">
<h2>${title}</h2>
<p class="tile-figure">${/^[\d,.e-]+ \S+$/.test(figure) ? big(figure) : figure}</p>
${beside.map((words) => markup`<p>${words}</p>`)}
</section>`;
}

function curveSection(service: ServiceCurve, index: number, curve: CurveReport): Markup {
  const several = curve.services.length > 1;
  const hasWritten = service.rows.some(({ is_written }) => is_written);
  return markup`<section class="wide" aria-labelledby="curve-${index}">
<h2 id="curve-${index}">${curve.title}${several && `: ${service.name}`}</h2>
<p>${unbroken(`Each point is predicted with the same seed, so that they share their luck; bars are 95 % intervals${hasWritten ? ', and the ring is the plan as it is' : ''}. The scale of downtime is logarithmic.`)}</p>
${curveChart(service, curve.varied, index)}
${curveTable(service, curve)}
</section>`;
}

function curveTable({ rows }: ServiceCurve, { varied, is_mixed }: CurveReport): Markup {
  const judged = rows.some(({ met }) => met !== undefined);
  const columns = [
    ...varied.map(({ what }) => what),
    'downtime a year',
    'availability',
    ...(judged ? ['objectives'] : []),
    ...(is_mixed ? ['method'] : []),
  ];
  return markup`<table class="curve-table" role="table">
<thead role="rowgroup"><tr role="row">${columns.map((column) => markup`<th role="columnheader" scope="col">${column}</th>`)}</tr></thead>
<tbody role="rowgroup">${rows.map((row) => curveRow(row, { varied, judged, is_mixed }))}</tbody>
</table>`;
}

function curveRow(
  { counts, is_written, downtime, availability, met, method }: CurveRow,
  { varied, judged, is_mixed }: Pick<CurveReport, 'varied' | 'is_mixed'> & { readonly judged: boolean },
): Markup {
  return markup`<tr role="row"${is_written && markup` class="written"`}>${counts.map((count, index) => {
    const what = varied[index]?.what;
    return index === 0
      ? markup`<th role="rowheader" scope="row" data-label="${what}">${count}</th>`
      : markup`<td role="cell" data-label="${what}">${count}</td>`;
  })}<td role="cell"><span class="figure-cell as-predicted">${downtime.value}</span> ${downtime.interval && markup`<span class="range">[${downtime.interval}]</span>`}${is_written && markup` <span class="range">as in the plan</span>`}</td><td role="cell">${availability}</td>${judged && markup`<td role="cell">${toned(met ? 'good' : 'bad', met ? 'met' : 'missed')}</td>`}${is_mixed && markup`<td role="cell">${method}</td>`}</tr>`;
}

function causes(service: ServiceReport, index: number, report: PlanReport): Markup {
  if (service.causes.length === 0) return markup``;
  const of = report.services.length > 1 ? ` of ${service.name}` : '';
  return markup`<section class="wide" aria-labelledby="causes-${index}">
<h2 id="causes-${index}">Where the downtime${of} goes</h2>
<p>What each cause costs in a year, on average.</p>
${partsTable({
  kind: 'cause',
  rows: service.causes,
  total: service.causes_total,
  more: {
    heading: 'outages a year',
    cells: service.causes.map(({ outages }) => outages),
    total: service.causes_outages,
  },
})}
</section>`;
}

function figures(service: ServiceReport, index: number, report: PlanReport): Markup {
  const of = report.services.length > 1 ? ` of ${service.name}` : '';
  const rows = service.figures;
  const isExact = rows.every(({ interval }) => interval === undefined);
  return markup`<section class="wide" aria-labelledby="figures-${index}">
<h2 id="figures-${index}">Every figure${of}</h2>
<table role="table">
<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col"></th><th role="columnheader" scope="col">predicted</th>${!isExact && markup`<th role="columnheader" scope="col">95 % interval</th>`}</tr></thead>
<tbody role="rowgroup">${rows.map(
    ({ label, value, interval }) =>
      markup`<tr role="row"><th class="name-cell" role="rowheader" scope="row">${label}</th><td role="cell"><span class="figure-cell as-predicted">${value}</span></td>${!isExact && markup`<td class="range" role="cell"${interval !== undefined && markup` data-label="95 %:"`}>${interval}</td>`}</tr>`,
  )}</tbody></table>
</section>`;
}
