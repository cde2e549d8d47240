import type { Outcome } from './configurations.ts';

/** docs/validation.md: what was predicted and what was measured, the misses included. */
export function renderValidation(
  outcomes: readonly Outcome[],
  facts: Readonly<Record<string, string>>,
): string {
  const rows = outcomes.map(
    (o) =>
      `| ${o.configuration.title} | ${unit(o)} | ${mean(o.predicted.mean, o)} | ${interval(o.predicted.pi90, o)} | ` +
      `${mean(o.measured.mean, o)} | ${interval(o.measured.ci95, o)} | ${signed(o)} | ${mean(o.allowed, o)} | ` +
      `${o.inside} of ${o.measured.values.length} | ${o.withinBound && o.withinInterval ? 'held' : 'MISSED'} |`,
  );
  const values = outcomes.map(
    (o) => `- ${o.configuration.title}: ${o.measured.values.map((value) => mean(value, o)).join(', ')}`,
  );
  const invalid = outcomes.filter((o) => o.invalid > 0);
  return `# Validation

Written by \`npm run validate\`. Predictions rest on the defaults of src/scenario/timing.ts and the scenarios' stated
start times; nothing is fitted to these trials. The timers among the defaults are Kubernetes' own, but the delays of
the machine were timed on a testbed of this make, so another cluster is a harder test. A configuration is held when the measured mean lies within the bound of the
predicted one, and at least 80 % of the measured trials lie within the 90 % prediction interval.

${Object.entries(facts)
  .map(([name, value]) => `- ${name}: ${value}`)
  .join('\n')}

| configuration | of | predicted mean | 90 % of runs | measured mean | 95 % of the mean | difference | allowed | inside | |
|---|---|---|---|---|---|---|---|---|---|
${rows.join('\n')}

Every measured trial:

${values.join('\n')}
${
  invalid.length === 0
    ? ''
    : `
Trials in which the sender lagged are not counted; they were repeated:

${invalid.map((o) => `- ${o.configuration.title}: ${o.invalid}`).join('\n')}
`
}`;
}

const unit = ({ metric }: Outcome): string => (metric === 'downtime_s' ? 'downtime, s' : 'failed requests');
const mean = (value: number, { metric }: Outcome): string => value.toFixed(metric === 'downtime_s' ? 2 : 1);
const interval = ([low, high]: readonly [number, number], o: Outcome): string =>
  `${mean(low, o)} to ${mean(high, o)}`;
const signed = (o: Outcome): string => `${o.difference < 0 ? '' : '+'}${mean(o.difference, o)}`;
