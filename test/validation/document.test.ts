import { describe, expect, it } from 'vitest';
import { CONFIGURATIONS, type Configuration } from './configurations.ts';
import { figuresOf, missedOf } from './criteria.ts';
import { renderValidation } from './document.ts';
import { type Judged, type Outcome, unexplained } from './judge.ts';
import type { MeasuredTrial } from './measured-trials.ts';
import { observed } from './observations.ts';
import { plotOf } from './outcome-plot.ts';
import { breadthOf, suiteOf } from './suite.ts';

const spread = (mean: number, trials: number, width = 100) =>
  Array.from({ length: trials }, (_, index) =>
    observed([mean - width / 2 + Math.round((width * index) / (trials - 1))], index),
  );

const NOTHING = { reaction: 0, scheduling: 0, start: 0, readiness: 0, endpoint: 0, route: 0, other: 0 };

const trialOf = (observation: MeasuredTrial['observation']): MeasuredTrial => ({
  schema: 'foreshock.measured-trial/v1',
  date: '2026-11-21T10:00:00.000Z',
  version: '0.1.0',
  where: 'kubernetes v1.35.4, 2 nodes',
  machine: '2 cores',
  fingerprint: 'today',
  seed: 'validation-1',
  trial: observation.trial,
  observation,
  events: [],
});

function outcomeOf(
  configuration: Configuration,
  means: { measured: number; defaults: number; calibrated?: number; width?: number },
): Outcome {
  const measured = spread(means.measured, 21, means.width);
  const judged = (mean: number): Judged => {
    const observations = spread(mean, 101, means.width);
    return {
      observations,
      phases: observations.map(({ downtime_s }) => ({ ...NOTHING, start: 1000 * downtime_s })),
      figures: figuresOf(observations, measured),
      budget: [
        { mechanism: 'application start', seconds: 2.04 },
        { mechanism: 'next request', seconds: 0.001 },
      ],
    };
  };
  const defaults = judged(means.defaults);
  const calibrated = means.calibrated === undefined ? undefined : judged(means.calibrated);
  return {
    configuration,
    measured: measured.map(trialOf),
    invalid: 1,
    stale: 2,
    defaults,
    calibrated,
    missed: missedOf((calibrated ?? defaults).figures),
  };
}

function documentOf(outcomes: readonly Outcome[]): string {
  const figures = outcomes.map(({ defaults }) => defaults.figures);
  const after = outcomes.flatMap(({ calibrated }) => calibrated?.figures ?? []);
  return renderValidation({
    outcomes,
    breadth: breadthOf(figures),
    defaults: suiteOf(figures, 'defaults', after.length === 0),
    calibrated: after.length === 0 ? undefined : suiteOf(after, 'calibrated', true),
    calibration: after.length === 0 ? undefined : 'forty trials of another day',
  });
}

const [first] = CONFIGURATIONS as [Configuration];
const rowsOf = (document: string, title: string) =>
  document.split('\n').filter((line) => line.includes(`| [${title}]`));

describe('renderValidation', () => {
  it('shows predicted and measured side by side, with their intervals', () => {
    const document = documentOf([outcomeOf(first, { measured: 300, defaults: 330, calibrated: 300 })]);
    const [row] = rowsOf(document, first.title);
    expect(row).toContain('| 21 | 3.00 s (2.86 to 3.14) | 3.30 s (2.85 to 3.75) | +10.0 % |');
    expect(row).toContain('| 3.00 s (2.55 to 3.45) | +0.0 % | 19 of 21 |');
    expect(row?.endsWith('| held |')).toBe(true);
    expect(document).toContain('- cluster: kubernetes v1.35.4, 2 nodes');
    expect(document).toContain('- calibration: forty trials of another day');
    expect(document).toContain('not counted, because the sender or the fault lagged: 1 trials');
    expect(document).toContain(`(validation/${first.name}.svg)`);
    expect(document).toContain('application start 2.04 s.');
    expect(document).toContain('| seconds of a trial | start | other |');
    expect(document).toContain('| measured | 0.00 (missed) | 3.00 (missed) |');
  });

  it('has rows of as many cells as their head', () => {
    const document = documentOf([outcomeOf(first, { measured: 300, defaults: 330 })]);
    for (const table of document.split('\n\n').filter((block) => block.startsWith('|'))) {
      const widths = table.split('\n').map((line) => line.split('|').length);
      expect(new Set(widths).size, table).toBe(1);
    }
  });

  it('hides no miss: not in the row, not in the suite, not below', () => {
    const configuration = { ...first, explanation: 'The moon was full.' };
    const outcome = outcomeOf(configuration, { measured: 300, defaults: 400 });
    const document = documentOf([outcome]);
    expect(rowsOf(document, first.title)[0]).toContain('| **missed**: mean, ');
    expect(document).toMatch(/Missed: mean \+33\.3 % \(allowed 25\.0 %, known to .*\. The moon was full\./);
    expect(document).toMatch(/\| at least 12 \| 1 \(missed\) \|.*\*\*missed\*\*/);
    expect(unexplained(outcome)).toEqual([]);
    const silent = outcomeOf(first, { measured: 300, defaults: 400 });
    expect(unexplained(silent).map(({ id }) => id)).toContain('downtime');
    expect(documentOf([silent])).toContain('No explanation yet.');
  });

  it('does not call a miss a hit because the trials are too few to tell', () => {
    const outcome = outcomeOf(first, { measured: 900, defaults: 932, width: 400 });
    expect(outcome.missed.map(({ id }) => id)).toEqual(['availability-time', 'availability-requests']);
    expect(unexplained(outcome)).toEqual([]);
    const document = documentOf([outcome]);
    expect(rowsOf(document, first.title)[0]).toContain(
      '| missed within luck: availability by time, availability by requests |',
    );
    expect(document).toContain(
      'Missed, though by less than so many trials can tell: availability by time -0.11 points',
    );
  });

  it('names what is not measured yet, and the trials of earlier scenarios', () => {
    const document = documentOf([outcomeOf(first, { measured: 300, defaults: 300 })]);
    expect(document).toContain(`Not measured yet: ${CONFIGURATIONS[1]?.title}; `);
    expect(document).toContain('(2 of them of an earlier scenario, not counted)');
  });
});

describe('plotOf', () => {
  it('has all three distributions where there are three', () => {
    const plot = plotOf(outcomeOf(first, { measured: 300, defaults: 330, calibrated: 300 }));
    expect(plot).toContain('measured, 21 trials');
    expect(plot).toContain('predicted, calibrated');
    expect(plotOf(outcomeOf(first, { measured: 300, defaults: 330 }))).not.toContain('predicted, calibrated');
  });
});
