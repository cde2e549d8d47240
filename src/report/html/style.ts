/**
 * The page's style sheet. Blue is what was predicted, orange what was measured (told apart by every kind of
 * colour vision, and a band is never mistaken for a line or a dot); green, red and amber only ever stand beside
 * the word they colour.
 */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fdfdfb; --raised: #f4f4f0; --ink: #1b1f24; --soft: #565f6a; --line: #dcded9;
  --predicted: #1c5fa8; --band: #c9dcf1; --measured: #b64a06; --fault: #1b1f24;
  --good: #0b6b4c; --bad: #a81437; --unsure: #7d5a00; --plain: #1c5fa8;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #15181b; --raised: #1e2226; --ink: #e9ebed; --soft: #a3adb8; --line: #343a41;
    --predicted: #86b8f0; --band: #274a70; --measured: #f49a57; --fault: #e9ebed;
    --good: #63cda4; --bad: #ff8a9f; --unsure: #e5bf55; --plain: #86b8f0;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "DejaVu Sans", sans-serif;
  font-variant-numeric: tabular-nums;
}
main { max-width: 62rem; margin: 0 auto; padding: 2.75rem 1.5rem 4rem; }
h1, h2, p, ul, dl, figure, table { margin: 0; }
h1 { font-size: clamp(1.9rem, 1.4rem + 2.6vw, 2.9rem); line-height: 1.1; letter-spacing: -0.022em; font-weight: 680; }
h2 { font-size: 1.2rem; line-height: 1.3; letter-spacing: -0.008em; font-weight: 640; }
section { margin-top: 3.25rem; }
section > h2 + p { color: var(--soft); max-width: 44rem; margin-top: 0.2rem; }
a { color: inherit; }
code, pre { font: 0.875em/1.55 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
:focus-visible { outline: 2px solid var(--predicted); outline-offset: 3px; border-radius: 3px; }

.kicker { color: var(--soft); margin-bottom: 0.5rem; overflow-wrap: anywhere; }
.kicker strong { color: var(--ink); font-weight: 640; }
.lead { font-size: 1.2rem; line-height: 1.45; margin-top: 0.8rem; max-width: 44rem; text-wrap: pretty; }
.decided { margin-top: 0.5rem; max-width: 44rem; color: var(--soft); }
.meta { color: var(--soft); font-size: 0.9rem; margin-top: 0.8rem; }
.good { color: var(--good); } .bad { color: var(--bad); } .unsure { color: var(--unsure); } .plain-tone { color: var(--plain); }
.word { white-space: nowrap; font-weight: 600; }

.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 1rem; margin-top: 2.25rem; }
section.tile { margin-top: 0; }
.tile { background: var(--raised); border-radius: 10px; padding: 1.1rem 1.25rem 1.15rem; }
.tile h2 { font-size: 0.95rem; font-weight: 600; display: flex; justify-content: space-between; gap: 0.75rem; flex-wrap: wrap; }
.tile dl { display: flex; flex-wrap: wrap; gap: 0.5rem 1.6rem; margin-top: 0.6rem; }
.tile dt { font-size: 0.8rem; color: var(--soft); display: flex; align-items: center; gap: 0.4rem; }
.tile dd { margin: 0; font-size: 1.7rem; line-height: 1.2; letter-spacing: -0.02em; font-weight: 620; white-space: nowrap; }
.tile dd small { font-size: 0.58em; font-weight: 500; letter-spacing: 0; }
.tile p { margin-top: 0.55rem; font-size: 0.84rem; color: var(--soft); }
.as-predicted { color: var(--predicted); } .as-measured { color: var(--measured); }

.legend { display: flex; flex-wrap: wrap; gap: 0.3rem 1.4rem; list-style: none; padding: 0; margin: 1rem 0 0.4rem; font-size: 0.87rem; color: var(--soft); }
.legend li { display: flex; align-items: center; gap: 0.45rem; }
.legend svg, .tile dt svg { flex: none; }
.plot { display: grid; grid-template-columns: auto minmax(0, 1fr); }
.plot svg.canvas { width: 100%; display: block; overflow: visible; }
.plot text { fill: var(--soft); font-size: 12px; }
.grid line { stroke: var(--line); stroke-width: 1; }
.axis line { stroke: var(--soft); stroke-width: 1; }
.band { fill: var(--band); }
.predicted-line, .measured-line { fill: none; vector-effect: non-scaling-stroke; stroke-linejoin: round; }
.predicted-line { stroke: var(--predicted); stroke-width: 2; stroke-dasharray: 5 3; }
.measured-line { stroke: var(--measured); stroke-width: 2.25; }
.strip line { stroke: var(--line); stroke-width: 1; }
.strip rect { fill: var(--measured); }
.fault line { stroke: var(--fault); stroke-width: 1; stroke-dasharray: 2 3; }
.fault path { fill: var(--fault); }
.plot .fault text { fill: var(--ink); font-weight: 600; }
figcaption { color: var(--soft); font-size: 0.87rem; margin-top: 0.5rem; max-width: 46rem; }

table { border-collapse: collapse; width: 100%; font-size: 0.93rem; }
caption { text-align: left; color: var(--soft); font-size: 0.87rem; padding: 1rem 0 0.3rem; }
th { text-align: left; font-weight: 600; }
thead th { color: var(--soft); font-size: 0.82rem; font-weight: 500; }
th, td { padding: 0.5rem 0.9rem 0.5rem 0; vertical-align: middle; border-bottom: 1px solid var(--line); }
th:last-child, td:last-child { padding-right: 0; }
.figure-cell { white-space: nowrap; }
.range { color: var(--soft); white-space: nowrap; }
.wide table { margin-top: 0.9rem; }
.track { width: 100%; min-width: 9rem; display: block; overflow: visible; }
.track .rail { stroke: var(--line); }
.track .mean { stroke: var(--predicted); stroke-width: 2; }
.dot { fill: var(--measured); stroke: var(--paper); stroke-width: 1; }
.track-cell { width: 30%; }
.why { color: var(--soft); font-size: 0.87rem; }
.metrics .range { display: inline-block; }
.metrics td, .metrics th { border-bottom: 0; padding-bottom: 0; }
.metrics tr.why td { border-bottom: 1px solid var(--line); padding: 0.1rem 0 0.55rem; }
.number { text-align: right; white-space: nowrap; }
.budget .bar { fill: var(--predicted); }
.budget .join { stroke: var(--line); }
.budget .track-cell { width: 50%; }
tfoot th, tfoot td { border-bottom: 0; font-weight: 640; }
.source { color: var(--soft); overflow-wrap: anywhere; }
.list { padding-left: 1.1rem; margin-top: 0.7rem; } .list li { margin-top: 0.3rem; max-width: 46rem; overflow-wrap: anywhere; }
.list li::marker { color: var(--soft); }

details { margin-top: 0.9rem; }
summary { cursor: pointer; color: var(--soft); font-size: 0.9rem; width: fit-content; }
summary:hover { color: var(--ink); }
pre { background: var(--raised); border-radius: 8px; padding: 0.85rem 1rem; margin: 0.8rem 0 0; white-space: pre-wrap; overflow-wrap: anywhere; }
pre.raw { max-height: 28rem; overflow-y: auto; font-size: 0.78rem; }
footer { margin-top: 4rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--soft); font-size: 0.85rem; }

@media screen and (max-width: 44rem) {
  main { padding: 1.75rem 1rem 3rem; }
  section { margin-top: 2.5rem; }
  .axis .odd { display: none; }
  .wide table, .wide tbody, .wide tfoot { display: block; }
  .wide thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  .wide tr { display: flex; flex-wrap: wrap; gap: 0 1.1rem; padding: 0.65rem 0; border-bottom: 1px solid var(--line); align-items: baseline; }
  .wide th, .wide td, .wide tr.why td { display: block; padding: 0; border: 0; width: auto; }
  .wide .name-cell { flex: 1 0 100%; }
  .metrics .name-cell { flex: 1 0 auto; }
  .metrics .verdict-cell { order: 1; }
  .metrics .predicted-cell, .metrics .measured-cell { order: 2; }
  .wide .track-cell { order: 3; flex: 1 0 100%; width: 100%; padding-top: 0.3rem; }
  .metrics .break { order: 1; flex: 1 0 100%; }
  .metrics tr:has(+ tr.why) { border-bottom: 0; padding-bottom: 0; }
  .metrics tr.why { padding-top: 0.15rem; }
  .wide [data-label]::before { content: attr(data-label) " "; color: var(--soft); font-weight: 400; font-size: 0.84rem; }
  .number { text-align: left; }
}
@media print {
  @page { size: A4; margin: 16mm 15mm; }
  :root { color-scheme: light; }
  body { font-size: 10pt; background: none; }
  main { max-width: none; padding: 0; }
  section { margin-top: 1.8rem; }
  figure, .tile, tr, .budget { break-inside: avoid; }
  h2 { break-after: avoid; }
  details:not([open]) { display: none; }
  pre.raw { max-height: none; overflow: visible; }
  .tiles { grid-template-columns: repeat(3, 1fr); gap: 0.6rem; margin-top: 1.2rem; }
  .tile { border: 1px solid var(--line); padding: 0.7rem 0.8rem; }
  .tile dl { gap: 0.3rem 1rem; }
  .tile dd { font-size: 1.3rem; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
