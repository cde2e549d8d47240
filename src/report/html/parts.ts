/** Parts that the pages of experiments and of plans have in common. */
import { type Result, renderJson } from '../json.ts';
import type { ObjectiveRow } from '../objective.ts';
import type { PartRow } from '../parts-of-whole.ts';
import { sentence } from '../sentence.ts';
import type { Tone } from '../tone.ts';
import { type Markup, markup } from './markup.ts';

export const TONE_CLASS = {
  good: 'good',
  bad: 'bad',
  unsure: 'unsure',
  plain: 'plain-tone',
} as const satisfies Record<Tone, string>;

export const TONE_SIGN = { good: '✓ ', bad: '✗ ', unsure: '? ', plain: '' } as const satisfies Record<
  Tone,
  string
>;

/** A word in its colour, with its sign. */
export function toned(tone: Tone, text: string): Markup {
  return markup`<span class="word ${TONE_CLASS[tone]}"><span aria-hidden="true">${TONE_SIGN[tone]}</span>${text}</span>`;
}

/** "2.58 s" with the unit set smaller. */
export function big(shown: string): Markup {
  const [number, ...unit] = shown.split(' ');
  return markup`${number} <small>${unit.join(' ')}</small>`;
}

export interface PartsTable {
  /** What the parts are: "mechanism". */
  readonly kind: string;
  readonly rows: readonly PartRow[];
  /** The whole: "2.58 s". */
  readonly total: string | undefined;
  /** A further column, before the bars. */
  readonly more?: { readonly heading: string; readonly cells: readonly string[]; readonly total: string };
}

/** A waterfall: each part's bar begins where the one before it ends. */
export function partsTable({ kind, rows: parts, total, more }: PartsTable): Markup {
  const whole = parts.reduce((sum, { amount }) => sum + amount, 0);
  let spent = 0;
  const rows = parts.map((row, index) => {
    const from = (spent / whole) * 100;
    spent += row.amount;
    return { ...row, more: more?.cells[index], from, width: (row.amount / whole) * 100 };
  });
  const percent = (value: number) => `${Number(value.toFixed(2))}%`;
  return markup`<table class="budget" role="table">
<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">${kind}</th><th role="columnheader" scope="col" class="number">downtime</th><th role="columnheader" scope="col" class="number">share</th>${more && markup`<th role="columnheader" scope="col" class="number">${more.heading}</th>`}<th role="columnheader" scope="col"></th></tr></thead>
<tbody role="rowgroup">${rows.map(
    (row, index) =>
      markup`<tr role="row"><th class="name-cell" role="rowheader" scope="row">${row.name}</th><td class="number" role="cell">${row.shown}</td><td class="number" role="cell">${row.share}</td>${more && markup`<td class="number" role="cell" data-label="${more.heading}">${row.more}</td>`}<td class="track-cell" role="cell"><svg class="track" height="20" aria-hidden="true">${index > 0 && markup`<line class="join" x1="${percent(row.from)}" x2="${percent(row.from)}" y1="-10" y2="3"/>`}<rect class="bar" x="${percent(row.from)}" width="${percent(row.width)}" y="3" height="14" rx="2"/></svg></td></tr>`,
  )}</tbody>
<tfoot role="rowgroup"><tr role="row"><th class="name-cell" role="rowheader" scope="row">together</th><td class="number" role="cell">${total}</td><td class="number" role="cell">100 %</td>${more && markup`<td class="number" role="cell" data-label="${more.heading}">${more.total}</td>`}<td class="track-cell" role="cell"></td></tr></tfoot>
</table>`;
}

export function objectivesSection(objectives: readonly ObjectiveRow[]): Markup {
  if (objectives.length === 0) return markup``;
  return markup`<section class="wide" aria-labelledby="objectives">
<h2 id="objectives">Objectives</h2>
<table role="table"><thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">objective</th><th role="columnheader" scope="col">value</th><th role="columnheader" scope="col">verdict</th></tr></thead>
<tbody role="rowgroup">${objectives.map(
    ({ what, shown, each, doubt = '', met }) =>
      markup`<tr role="row"><th class="name-cell" role="rowheader" scope="row">${what}</th><td role="cell">${[shown, each, doubt].filter((words) => words !== '').join('; ')}</td><td role="cell">${toned(met ? 'good' : 'bad', met ? 'met' : 'missed')}</td></tr>`,
  )}</tbody></table>
</section>`;
}

export interface Assumption {
  readonly name: string;
  readonly value: string;
  readonly source: string;
}

/** @param kind what is named: "timer"; `words` what can be done about them */
export function assumptionsSection(
  assumptions: readonly Assumption[],
  { kind, words }: { readonly kind: string; readonly words: string },
): Markup {
  if (assumptions.length === 0) return markup``;
  return markup`<section class="wide" aria-labelledby="assumptions">
<h2 id="assumptions">What the prediction rests on</h2>
<p>${words}</p>
<table role="table"><thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">${kind}</th><th role="columnheader" scope="col">value</th><th role="columnheader" scope="col">source</th></tr></thead>
<tbody role="rowgroup">${assumptions.map(
    ({ name, value, source }) =>
      markup`<tr role="row"><th class="name-cell" role="rowheader" scope="row">${name}</th><td role="cell">${value}</td><td class="source" role="cell">${source}</td></tr>`,
  )}</tbody></table>
</section>`;
}

export function notesSection(notes: readonly string[]): Markup {
  if (notes.length === 0) return markup``;
  return markup`<section aria-labelledby="notes">
<h2 id="notes">Worth knowing</h2>
<ul class="list">${notes.map((note) => markup`<li>${sentence(note)}</li>`)}</ul>
</section>`;
}

/** @param words what the command gives again */
export function againSection(
  { files, command }: { readonly files: readonly string[]; readonly command: string | undefined },
  words: string,
): Markup {
  if (command === undefined && files.length === 0) return markup``;
  return markup`<section aria-labelledby="again">
<h2 id="again">Again</h2>
${command && markup`<p>${words}</p><pre><code>${command}</code></pre>`}
${files.length > 0 && markup`<ul class="list">${files.map((file) => markup`<li><code>${file}</code></li>`)}</ul>`}
</section>`;
}

export interface RawDocument {
  readonly name: string;
  /** Undefined where the run has none. */
  readonly document: Result | undefined;
}

export function rawSection(documents: readonly RawDocument[]): Markup {
  return markup`<section aria-labelledby="raw">
<h2 id="raw">Raw results</h2>
${documents.map(({ name, document }) => (document === undefined ? '' : markup`<details><summary>${name}</summary><pre class="raw" tabindex="0" aria-label="${name}">${renderJson(document)}</pre></details>`))}
</section>`;
}
