import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Results, reportOf } from '../../src/report/model.ts';
import { agrees, CONTEXT, differs, flawless, inconclusive, measuredOnly, predictedOnly } from './examples.ts';

const report = (results: Results) => reportOf(results, CONTEXT);

describe('the headline', () => {
  test.each([
    ['agrees', agrees, 'good'],
    ['differs, objective missed', differs, 'bad'],
    ['inconclusive', inconclusive, 'unsure'],
    ['objectives met', predictedOnly, 'good'],
    ['objectives met', measuredOnly, 'good'],
    ['agrees', flawless, 'good'],
  ] as const)('is "%s"', (headline, results, tone) => {
    expect(report(results)).toMatchObject({ headline, tone });
  });

  test('is bad where the two agree that an objective is missed', () => {
    const objectives = agrees.verdict!.objectives.map((objective) => ({ ...objective, met: false }));
    const missed = { ...agrees, verdict: { ...agrees.verdict!, objectives } };
    expect(report(missed)).toMatchObject({ headline: 'agrees, objective missed', tone: 'bad' });
  });

  test('calls a measurement without a valid trial invalid, not met', () => {
    const invalid = { ...measuredOnly, measurement: inconclusive.measurement };
    expect(report(invalid)).toMatchObject({ headline: 'invalid', tone: 'unsure' });
  });

  test('of neither objective nor measurement claims nothing', () => {
    const bare = { ...predictedOnly, prediction: { ...agrees.prediction!, objectives: [] } };
    expect(report(bare)).toMatchObject({ headline: 'predicted', tone: 'plain' });
  });
});

describe('the summary line', () => {
  test('has verdict, scenario, both downtimes and the availability', () => {
    expect(report(agrees).summary).toBe(
      'AGREES nginx-x2: downtime 2.72 s, predicted 2.58 s; availability 90.93 %',
    );
  });

  test('fits 80 columns, whatever the scenario is called', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 90 }),
        fc.constantFrom(agrees, differs),
        (name, of) => {
          const named = { ...of, verdict: { ...of.verdict!, scenario: name } };
          expect(report(named).summary.length).toBeLessThanOrEqual(80);
        },
      ),
    );
  });
});

test('the budget is ranked, and what is under one percent is told together', () => {
  const budget = [
    { mechanism: 'scheduler', seconds: 0.004 },
    { mechanism: 'kubelet PLEG', seconds: 0.4 },
    { mechanism: 'next request', seconds: 0.005 },
    { mechanism: 'sandbox start', seconds: 0.6 },
    { mechanism: 'not met', seconds: 0 },
  ];
  const rows = report({ ...predictedOnly, prediction: { ...agrees.prediction!, budget } }).budget;
  expect(rows.map(({ name }) => name)).toEqual(['sandbox start', 'kubelet PLEG', '2 others']);
  expect(rows.reduce((sum, { amount }) => sum + amount, 0)).toBeCloseTo(1.009, 12);
});

test('a budget keeps its sum', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 100, noNaN: true })), (seconds) => {
      const budget = seconds.map((value, index) => ({ mechanism: `m${index}`, seconds: value }));
      const rows = report({ ...predictedOnly, prediction: { ...agrees.prediction!, budget } }).budget;
      const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
      expect(sum(rows.map((row) => row.amount))).toBeCloseTo(sum(seconds), 6);
    }),
  );
});

test('trials that are invalid for the same reason share a line', () => {
  expect(report(inconclusive).invalid_trials).toEqual([
    'trials 1, 2, 3 are not counted: 12 of 3,000 requests were not sent; the sender was up to 5,003 ms late',
  ]);
});

test('a trial that was repeated is counted: only an earlier attempt at it is not', () => {
  const measurement = agrees.measurement!;
  const late = { because: ['the sender was late'] };
  const lines = (invalid: readonly number[], counted: readonly number[]) =>
    report({
      prediction: undefined,
      verdict: undefined,
      measurement: {
        ...measurement,
        invalid_trials: invalid.map((trial) => ({ trial, ...late })),
        outages: counted.map((trial) => ({ trial, outages: [] })),
      },
    }).invalid_trials;
  expect(lines([0], [0, 1, 2])).toEqual([
    'an earlier attempt at trial 1 is not counted: the sender was late',
  ]);
  expect(lines([0, 0, 2], [0, 1, 2])).toEqual([
    'earlier attempts at trials 1, 3 are not counted: the sender was late',
  ]);
  expect(lines([1, 1], [0, 2])).toEqual([
    'an earlier attempt at trial 2 is not counted: the sender was late',
    'trial 2 is not counted: the sender was late',
  ]);
});

describe('the lead sentence', () => {
  test('puts the measured beside the predicted, and counts the runs inside the interval', () => {
    expect(report(agrees).lead).toBe(
      'A run lost 2.72 s on average, where 2.58 s were predicted; inside the 90 % prediction interval [1.98, 3.31] s: 3 of 3 runs.',
    );
    expect(report(differs).lead).toContain('[1.98, 3.31] s: 0 of 3 runs.');
  });

  test('says what is expected where nothing was measured', () => {
    expect(report(predictedOnly).lead).toBe(
      'Nine runs in ten are expected to lose between 1.98 s and 3.31 s of the 30 s observed.',
    );
  });

  test('claims nothing of invalid runs', () => {
    expect(report(inconclusive).lead).toBe(
      'None of the 3 trials is valid, so nothing can be said of what was measured.',
    );
  });
});

test('metrics go by their names for people in the reasons, too', () => {
  const verdict = { ...agrees.verdict!, reason: 'downtime_s: 3 of 3; also latency_p99_ms' };
  expect(report({ ...agrees, verdict }).reason).toBe('Downtime: 3 of 3; also latency, p99');
});

test('nothing at all is refused', () => {
  const nothing = { prediction: undefined, measurement: undefined, verdict: undefined };
  expect(() => report(nothing)).toThrow('a report needs');
});
