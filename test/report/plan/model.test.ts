import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planReportOf } from '../../../src/report/plan/model.ts';
import type { PlanPrediction, ServicePrediction } from '../../../src/timeline/plan-prediction.ts';
import { calm, curve, exact, PLAN_CONTEXT, short, simulated, split } from './examples.ts';

const report = (prediction: PlanPrediction) => planReportOf({ prediction, curve: undefined }, PLAN_CONTEXT);
const only = (prediction: PlanPrediction) => report(prediction).services[0]!;
const withService = (service: Partial<ServicePrediction>): PlanPrediction => ({
  ...simulated,
  services: [{ ...simulated.services[0]!, ...service }],
});

describe('the line to remember', () => {
  test.each([
    [simulated, 'shop: 52 min of downtime a year (95 %: 48 to 56), 99.990 %'],
    [exact, 'database: 7.742 s of downtime a year, 99.99997 %'],
    [calm, 'shop: no downtime in 1,000 years'],
    [short, 'minimum: 116.1 s of downtime a year, 99.9996 %'],
  ])('has downtime, interval and availability', (prediction, answer) => {
    expect(only(prediction).answer).toBe(answer);
  });

  test('where nothing was seen, says how much it may be', () => {
    const none = { mean: 0, ci95: [0, 3.04] } as const;
    const seen = withService({ downtime_min_per_year: none });
    expect(only(seen).answer).toBe('shop: no downtime in 1,000 years; 3.0 min a year at most (95 %)');
  });

  test('of what can never fail needs no number', () => {
    const none = { mean: 0, ci95: [0, 0] } as const;
    const never = { ...withService({ downtime_min_per_year: none }), method: 'exact' } as const;
    expect(only(never).answer).toBe('shop: no downtime');
  });
});

describe('a single year', () => {
  test('has its range, and the chance to pass without an outage', () => {
    expect(only(simulated).lead).toBe(
      'Nine in ten years lose between nothing and 3.1 h. 41 % of years (95 %: 38 to 44) pass without an outage.',
    );
  });

  test('that mostly loses nothing is not taken for the mean', () => {
    const rare = withService({ downtime_s: { ...simulated.services[0]!.downtime_s, pi90: [0, 0] } });
    expect(only(rare).lead).toContain(
      'Nineteen in twenty years lose nothing: the mean is what the others lose.',
    );
  });

  test('without fail has an outage where all that were simulated had one', () => {
    const always = withService({ outage_chance: { mean: 1, ci95: [0.9962, 1] } });
    expect(only(always).lead).toContain('None of the years (95 %: 0.00 to 0.38) pass without an outage.');
  });

  test('of another length is called by its length', () => {
    expect(only(short).lead).toBe('99.81 % of horizons of 2,000 hours pass without an outage.');
  });
});

describe('the headline', () => {
  test.each([
    [simulated, 'objective missed', 'bad'],
    [exact, 'objective met', 'good'],
    [calm, 'predicted', 'plain'],
    [split, 'objective missed', 'bad'],
  ] as const)('goes by the objectives of all services', (prediction, headline, tone) => {
    expect(report(prediction)).toMatchObject({ headline, tone });
  });
});

describe('an objective', () => {
  test('that lies within the interval is told to be open', () => {
    const [availability, downtime] = only(simulated).objectives;
    expect(availability).toMatchObject({
      met: true,
      what: 'availability at least 99.99 %',
      shown: 'predicted 99.9901 %',
      each: '81 % [78, 83] of simulated years meet it',
      doubt: 'the target lies within the 95 % interval: more trials may differ',
    });
    expect(downtime).toMatchObject({
      met: false,
      what: 'downtime at most 30 min in a year',
      shown: 'predicted 52.0 min',
    });
    expect(downtime).not.toHaveProperty('doubt');
  });

  test('names its service where there are several', () => {
    expect(report(split).services.flatMap(({ objectives }) => objectives.map(({ what }) => what))).toEqual([
      'shop: availability at least 99.99 %',
      'checkout: availability at least 99.99998 %',
    ]);
  });
});

test('the causes keep their sums, of downtime and of outages', () => {
  const part = fc.record({
    downtime_s: fc.double({ min: 0, max: 1e6, noNaN: true }),
    outages: fc.double({ min: 0, max: 100, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 20 }), (parts) => {
      const causes = parts.map((each, index) => ({ cause: `c${index}`, ...each }));
      const whole_s = causes.reduce((sum, { downtime_s }) => sum + downtime_s, 0);
      const minutes = whole_s / 60;
      const rows = only(
        withService({ causes, downtime_min_per_year: { mean: minutes, ci95: [minutes, minutes] } }),
      ).causes;
      const told_s = rows.reduce((sum, { amount }) => sum + amount, 0);
      expect(Math.abs(told_s - whole_s)).toBeLessThanOrEqual(1e-9 * whole_s);
    }),
  );
  const service = only(simulated);
  expect(service.causes.map(({ name, outages }) => [name, outages])).toEqual([
    ['two zones at a time', '0.21'],
    ['bad deployment', '0.90'],
    ['zone lost while a node is repaired', '0.11'],
    ['2 others', '0.014'],
  ]);
  expect([service.causes_total, service.causes_outages]).toEqual(['52.0 min', '1.2']);
});

test('causes of a horizon are told a year, as the downtime is', () => {
  const causes = [{ cause: 'zone', downtime_s: 26.507_328_735_6, outages: 0.5 }];
  const service = { ...short.services[0]!, causes };
  const [row] = only({ ...short, services: [service] }).causes;
  expect(row).toMatchObject({ shown: '116 s', share: '100 %', outages: '2.2' });
});

describe('the curve', () => {
  const told = planReportOf({ prediction: simulated, curve }, PLAN_CONTEXT).curve!;

  test('is called by what was varied', () => {
    expect(told.title).toBe('Downtime a year, by count of zone and replicas of shop');
  });

  test('has a row for every point, and knows which is the plan itself', () => {
    const [service] = told.services;
    expect(service?.rows.map(({ counts }) => counts)).toEqual(curve.points.map(({ counts }) => counts));
    expect(service?.rows.filter(({ is_written }) => is_written).map(({ counts }) => counts)).toEqual([
      [3, 3],
    ]);
  });

  test('has the objectives as downtime a year', () => {
    const [bound, ...others] = told.services[0]!.bounds;
    expect(others).toEqual([]);
    expect(bound?.what).toBe('99.99 %');
    expect(bound?.downtime_s).toBeCloseTo(3153.6, 6);
  });

  test('tells warnings with the counts that they are of', () => {
    const [first, ...rest] = curve.points;
    const warned = { ...curve, points: [{ ...first!, warnings: ['few splits'] }, ...rest] };
    const warningsOf = (points: typeof curve.points) =>
      planReportOf({ prediction: simulated, curve: { ...curve, points } }, PLAN_CONTEXT).curve?.warnings;
    expect(warningsOf(warned.points)).toEqual(['count of zone 1, replicas of shop 2: few splits']);
    expect(warningsOf(curve.points.map((point) => ({ ...point, warnings: ['few splits'] })))).toEqual([
      'at every point of the curve: few splits',
    ]);
  });
});
