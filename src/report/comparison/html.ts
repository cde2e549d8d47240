/** A comparison of two scenarios as one page. */
import { type Markup, markup } from '../html/markup.ts';
import { pageText } from '../html/page.ts';
import { againSection, notesSection, rawSection, TONE_CLASS, TONE_SIGN } from '../html/parts.ts';
import { STYLE } from '../html/style.ts';
import { sentence } from '../sentence.ts';
import { COMPARISON_COLUMNS, type ComparisonReport } from './model.ts';

export function renderComparisonHtml(report: ComparisonReport): string {
  return pageText({
    title: `${report.scenario} against ${report.against}`,
    version: report.version,
    style: STYLE,
    sections: [
      opening(report),
      metrics(report),
      budget(report),
      notesSection([...report.warnings, ...report.notes]),
      againSection(report, 'The same seed gives the same comparison.'),
      rawSection([{ name: 'comparison.json', document: report.comparison }]),
    ],
  });
}

function opening(report: ComparisonReport): Markup {
  return markup`<header>
<p class="kicker"><strong>${report.scenario}</strong> against <strong>${report.against}</strong></p>
<h1 class="${TONE_CLASS[report.tone]}"><span aria-hidden="true">${TONE_SIGN[report.tone]}</span>${sentence(report.headline)}</h1>
<p class="lead">${report.lead}</p>
${report.known !== '' && markup`<p class="decided">${report.known}</p>`}
<p class="meta">seed ${report.seed}</p>
</header>`;
}

function metrics({ metrics: rows, scenario, against }: ComparisonReport): Markup {
  const { difference, interval, gain } = COMPARISON_COLUMNS;
  return markup`<section class="wide" aria-labelledby="metrics">
<h2 id="metrics">Every measure</h2>
${table(
  ['', scenario, against, difference, interval, gain],
  rows.map((row) => [row.label, row.scenario, row.against, row.difference, row.interval, row.gain]),
)}
</section>`;
}

function budget({ budget: rows, scenario, against }: ComparisonReport): Markup {
  if (rows.length === 0) return markup``;
  return markup`<section class="wide" aria-labelledby="budget">
<h2 id="budget">Where the downtime changes</h2>
<p>What each mechanism costs in a run, on average over the simulated trials.</p>
${table(
  ['mechanism', scenario, against, COMPARISON_COLUMNS.difference],
  rows.map((row) => [row.mechanism, row.scenario, row.against, row.difference]),
)}
</section>`;
}

/** The first column names the row. */
function table(columns: readonly string[], rows: readonly (readonly string[])[]): Markup {
  return markup`<table role="table">
<thead role="rowgroup"><tr role="row">${columns.map((column) => markup`<th role="columnheader" scope="col">${column}</th>`)}</tr></thead>
<tbody role="rowgroup">${rows.map(
    ([name, ...cells]) =>
      markup`<tr role="row"><th class="name-cell" role="rowheader" scope="row">${name}</th>${cells.map((cell, index) => markup`<td role="cell" data-label="${columns[index + 1]}">${cell}</td>`)}</tr>`,
  )}</tbody></table>`;
}
