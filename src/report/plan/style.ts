/** What a plan's page adds to the style sheet of src/report/html/style.ts. */
export const PLAN_STYLE = `
.tile-figure { font-size: 1.7rem; line-height: 1.2; letter-spacing: -0.02em; font-weight: 620; }
.tile p.tile-figure { margin-top: 0.6rem; font-size: 1.7rem; color: var(--predicted); }
.tile-figure small { font-size: 0.58em; font-weight: 500; letter-spacing: 0; }
.kicker .word { margin-left: 0.6rem; }
h1 { text-wrap: balance; }
ul.lead { font-size: 1.05rem; }
.warnings { border-left: 3px solid var(--unsure); padding-left: 1rem; }
.curve .interval { stroke: var(--series); stroke-width: 1.5; }
.curve .join { stroke: var(--series); stroke-width: 1.75; }
.curve .mark { fill: var(--series); stroke: var(--paper); stroke-width: 1; }
.curve .written { fill: none; stroke: var(--ink); stroke-width: 1.5; }
.curve .bound { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 6 3; }
.curve .bound-text { fill: var(--soft); font-size: 12px; }
.series-0 { --series: var(--predicted); }
.series-1 { --series: color-mix(in oklab, var(--predicted) 66%, var(--ink)); }
.series-2 { --series: color-mix(in oklab, var(--predicted) 33%, var(--ink)); }
.series-3 { --series: var(--ink); }
.series-1 .join { stroke-dasharray: 7 3; } .series-2 .join { stroke-dasharray: 2 3; } .series-3 .join { stroke-dasharray: 8 3 2 3; }
.curve-table .written { background: var(--raised); }
.curve-table th:first-child, .curve-table td:first-child { padding-left: 0.5rem; }
@media screen and (max-width: 44rem) {
  .kicker .word { display: block; margin-left: 0; }
  .curve-table tr { padding-left: 0.5rem; padding-right: 0.5rem; }
  .curve-table th:first-child { padding-left: 0; }
}
`;
