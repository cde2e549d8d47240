import { renderPlot } from './ecdf-plot.ts';
import { judgedOf, type Outcome } from './judge.ts';

const AXES = {
  downtime_s: 'downtime of a trial, s',
  failed_requests: 'failed requests of a trial',
} as const;

/** The distribution that was predicted, both ways, and the one that was measured. */
export function plotOf(outcome: Outcome): string {
  const { configuration, measured, defaults, calibrated } = outcome;
  const { metric } = judgedOf(outcome).figures;
  return renderPlot({
    title: `${configuration.title}: share of trials that lost at most so much`,
    axis: AXES[metric],
    curves: [
      {
        kind: 'defaults',
        label: 'predicted, defaults',
        values: defaults.observations.map((each) => each[metric]),
      },
      ...(calibrated === undefined
        ? []
        : [
            {
              kind: 'calibrated' as const,
              label: 'predicted, calibrated',
              values: calibrated.observations.map((each) => each[metric]),
            },
          ]),
      {
        kind: 'measured',
        label: `measured, ${measured.length} trials`,
        values: measured.map(({ observation }) => observation[metric]),
      },
    ],
  });
}
