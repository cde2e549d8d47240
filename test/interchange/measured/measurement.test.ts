import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { epochMs } from '../../../src/interchange/measured/lines.ts';
import { importMeasurement } from '../../../src/interchange/measured/measurement.ts';
import { EXIT, UserError } from '../../../src/scenario/errors.ts';
import { loadScenario } from '../../../src/scenario/load.ts';
import { stream } from '../../../src/scenario/random.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import { schedule } from '../../../src/scenario/schedule.ts';
import type { Outcome } from '../../../src/timeline/event.ts';
import { headerOf } from '../../../src/timeline/header.ts';
import { Score } from '../../../src/timeline/score.ts';
import { filesWith, folderWith } from '../../scenario/files.ts';

/** 100/s for 10 s, with a timeout of 1 s. */
function scenarioOf(): { scenario: Scenario; folder: string } {
  const folder = folderWith(
    filesWith({
      'scenario.yaml': `version: foreshock/v1
manifests: [deployment.yaml, service.yaml]
load: {rate: 100, duration: 10s, latency_limit: 500ms}
faults: [{pod-kill: {at: 2s}}]
objectives: {availability_requests: 99%}
`,
    }),
  );
  return { scenario: loadScenario(join(folder, 'scenario.yaml')), folder };
}

const BEGIN_MS = Date.parse('2026-11-21T21:15:46Z');
/** As Go writes times, to the nanosecond. */
function goTime(ms: number): string {
  const whole = Math.floor(ms);
  const rest = Math.round((ms - whole) * 1e6);
  return new Date(whole).toISOString().replace('Z', `${String(rest).padStart(6, '0')}Z`);
}

interface Answer {
  readonly at_ms: number;
  readonly lag_ms: number;
  readonly latency_ms: number;
  readonly outcome: Outcome;
}

const STATUS: Partial<Record<Outcome, number>> = { ok: 200, slow: 200, 'bad-status': 503 };
const VEGETA_ERROR: Partial<Record<Outcome, string>> = {
  'bad-status': '503 Service Unavailable',
  refused: 'Get "http://10.0.0.1/": dial tcp 10.0.0.1:80: connect: connection refused',
  reset: 'Get "http://10.0.0.1/": read tcp 10.0.0.2:1->10.0.0.1:80: read: connection reset by peer',
  timeout:
    'Get "http://10.0.0.1/": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
  unreachable: 'Get "http://10.0.0.1/": dial tcp 10.0.0.1:80: connect: no route to host',
};
const K6_ERROR: Partial<Record<Outcome, string>> = {
  refused: '1212',
  reset: '1220',
  timeout: '1050',
  unreachable: '1101',
};

const vegetaLine = ({ at_ms, lag_ms, latency_ms, outcome }: Answer, seq: number): string =>
  JSON.stringify({
    attack: '',
    seq,
    code: STATUS[outcome] ?? 0,
    timestamp: goTime(BEGIN_MS + at_ms + lag_ms),
    latency: Math.round(latency_ms * 1e6),
    bytes_out: 0,
    bytes_in: 0,
    error: VEGETA_ERROR[outcome] ?? '',
    body: null,
    method: 'GET',
    url: 'http://10.0.0.1/',
    headers: null,
  });

/** All that k6 writes of a request, at its end. */
function k6Lines({ at_ms, latency_ms, outcome }: Answer): string {
  const time = goTime(BEGIN_MS + at_ms + latency_ms);
  const status = String(STATUS[outcome] ?? 0);
  const tags = { status, ...(K6_ERROR[outcome] === undefined ? {} : { error_code: K6_ERROR[outcome] }) };
  const point = (metric: string, value: number) =>
    JSON.stringify({ type: 'Point', metric, data: { time, value, tags } });
  return [
    point('http_reqs', 1),
    point('http_req_duration', latency_ms * 0.75),
    point('http_req_blocked', latency_ms * 0.125),
    point('http_req_connecting', latency_ms * 0.125),
    point('http_req_tls_handshaking', 0),
    point('http_req_waiting', latency_ms * 0.5),
  ].join('\n');
}

/** Outcomes with the latency that makes them so. */
const ending: fc.Arbitrary<Pick<Answer, 'latency_ms' | 'outcome'>> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.integer({ min: 1, max: 400 }).map((latency_ms) => ({ latency_ms, outcome: 'ok' as const })),
  },
  fc.integer({ min: 600, max: 900 }).map((latency_ms) => ({ latency_ms, outcome: 'slow' as const })),
  fc
    .tuple(
      fc.constantFrom<Outcome>('bad-status', 'refused', 'reset', 'unreachable'),
      fc.integer({ min: 1, max: 900 }),
    )
    .map(([outcome, latency_ms]) => ({ latency_ms, outcome })),
  fc.integer({ min: 1001, max: 1200 }).map((latency_ms) => ({ latency_ms, outcome: 'timeout' as const })),
);

/** A few endings, again and again over the whole load. */
const answersOf = ({ load, seed }: Scenario): fc.Arbitrary<Answer[]> => {
  const times = [...schedule(load, stream(seed, 0, 'arrivals'))];
  return fc.array(ending, { minLength: 1, maxLength: 40 }).map((endings) =>
    times.map((at_ms, index) => ({
      at_ms,
      lag_ms: 0,
      ...(endings[index % endings.length] as (typeof endings)[0]),
    })),
  );
};

function scoreOf(answers: readonly Answer[], scenario: Scenario) {
  const score = new Score();
  score.record(headerOf(scenario, { arm: 'chaos', trial: 0, where: '' }));
  for (const { at_ms, latency_ms, outcome } of answers) {
    score.record({ type: 'request', at_ms, latency_ms, outcome, send_lag_ms: 0 });
  }
  return score.observation();
}

function measured(text: string, of = scenarioOf()) {
  const file = join(of.folder, 'measured.json');
  writeFileSync(file, text);
  return importMeasurement(of.scenario, [file]);
}

function errorOf(text: string, of = scenarioOf()): UserError {
  try {
    measured(text, of);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('it was imported');
}

const values = (measurement: ReturnType<typeof measured>) =>
  Object.fromEntries(
    Object.entries(measurement.metrics).map(
      ([
        metric,
        {
          measured: { values },
        },
      ]) => [metric, values[0]],
    ),
  );

describe.each([
  ['results of vegeta', (answers: readonly Answer[]) => answers.map(vegetaLine).join('\n')],
  ['samples of k6', (answers: readonly Answer[]) => answers.map(k6Lines).join('\n')],
])('%s', (_name, write) => {
  test('are scored as a trial of ours is', () => {
    const of = scenarioOf();
    fc.assert(
      fc.property(answersOf(of.scenario), (answers) => {
        const expected = scoreOf(answers, of.scenario);
        const found = values(measured(write(answers), of));
        for (const metric of [
          'downtime_s',
          'availability_time',
          'throughput_rps',
          'latency_p50_ms',
        ] as const) {
          expect(found[metric] ?? 0).toBeCloseTo(expected[metric] ?? 0, 2);
        }
        expect(found.failed_requests).toBe(expected.failed_requests);
        expect(found.availability_requests).toBe(expected.availability_requests);
      }),
      { numRuns: 15 },
    );
  });

  test('of another load are refused', () => {
    const of = scenarioOf();
    const answers = fc.sample(answersOf(of.scenario), { seed: 1, numRuns: 1 })[0] ?? [];
    const half = answers.filter((_, index) => index % 2 === 0);
    const error = errorOf(write(half), of);
    expect(error.message).toContain(
      '500 requests in the 10 s that the scenario observes, where its load is 1000',
    );
    expect(error.exitCode).toBe(EXIT.configuration);
  });

  test('that go on after the window are cut', () => {
    const of = scenarioOf();
    const answers = [...schedule({ ...of.scenario.load, duration_ms: 15_000 }, () => 0)].map((at_ms) => ({
      at_ms,
      lag_ms: 0,
      latency_ms: 5,
      outcome: at_ms < 9000 ? ('ok' as const) : ('refused' as const),
    }));
    expect(values(measured(write(answers), of))).toMatchObject({ failed_requests: 100, downtime_s: 1 });
  });

  test('with a line that is none are refused at that line', () => {
    const of = scenarioOf();
    const answers = fc.sample(answersOf(of.scenario), { seed: 1, numRuns: 1 })[0] ?? [];
    expect(errorOf(`${write(answers.slice(0, 1))}\n{"half":\n`, of).message).toMatch(
      /measured.json:\d+:1: not a /,
    );
  });
});

test('a sender that was late makes the trial invalid, though vegeta does not see it', () => {
  const of = scenarioOf();
  const answers = [...schedule(of.scenario.load, () => 0)].map((at_ms) => ({
    at_ms,
    lag_ms: at_ms >= 5000 && at_ms < 5100 ? 80 : 0,
    latency_ms: 2,
    outcome: 'ok' as const,
  }));
  const measurement = measured(answers.map(vegetaLine).join('\n'), of);
  expect(measurement.invalid_trials).toEqual([
    { trial: 0, because: ['10 requests left more than 50 ms late, the worst by 80 ms'] },
  ]);
});

test('dropped iterations of k6 were not sent, and make the trial invalid', () => {
  const of = scenarioOf();
  const answers = [...schedule(of.scenario.load, () => 0)].map((at_ms) => ({
    at_ms,
    lag_ms: 0,
    latency_ms: 2,
    outcome: 'ok' as const,
  }));
  const dropped = JSON.stringify({
    type: 'Point',
    metric: 'dropped_iterations',
    data: { time: goTime(BEGIN_MS + 5000), value: 3, tags: {} },
  });
  const measurement = measured(`${answers.map(k6Lines).join('\n')}\n${dropped}`, of);
  expect(measurement.invalid_trials[0]?.because).toEqual(['3 requests were not sent']);
});

const vegetaReport = (requests = 1000, duration_s = 10) => ({
  latencies: { '50th': 1, '99th': 2 },
  requests,
  duration: duration_s * 1e9,
  status_codes: { 0: 30, 200: requests - 50, 503: 20 },
  errors: [],
});
const k6Summary = {
  metrics: {
    http_reqs: { count: 1000, rate: 100 },
    http_req_failed: { passes: 50, fails: 950, value: 0.05 },
  },
};
const nested = {
  metrics: Object.fromEntries(
    Object.entries(k6Summary.metrics).map(([name, values_]) => [name, { type: 'x', values: values_ }]),
  ),
};

test.each([
  ['a report of vegeta', vegetaReport()],
  ['a summary of k6', k6Summary],
  ['the data of handleSummary', nested],
])('%s tells its totals, and nothing of outages', (_name, document) => {
  const measurement = measured(JSON.stringify(document));
  expect(values(measurement)).toEqual({
    failed_requests: 50,
    availability_requests: 0.95,
    throughput_rps: 95,
  });
  expect(measurement.tells).toEqual(['failed_requests', 'availability_requests', 'throughput_rps']);
  expect(measurement.objectives).toMatchObject([{ metric: 'availability_requests', met: false }]);
});

test('totals of a longer time are refused, for they cannot be cut', () => {
  const { message } = errorOf(JSON.stringify(vegetaReport(2000, 20)));
  expect(message).toContain('it lasted 20 s, where the scenario observes 10 s');
});

const rangeQuery = (ups: readonly number[], step_s = 1) => ({
  status: 'success',
  data: {
    resultType: 'matrix',
    result: [
      {
        metric: { __name__: 'probe_success' },
        values: ups.map((up, k) => [BEGIN_MS / 1000 + k * step_s, String(up)]),
      },
    ],
  },
});
const UPS = [1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1];

const journal = (ups: readonly number[]) => ({
  experiment: { method: [] },
  status: 'completed',
  steady_states: {
    before: null,
    after: null,
    during: ups.map((up, k) => ({
      steady_state_met: up === 1,
      probes: [
        { start: new Date(BEGIN_MS + k * 1000).toISOString().replace('Z', k % 2 === 0 ? '+00:00' : '') },
      ],
    })),
  },
});

test.each([
  ['a range query of Prometheus', rangeQuery(UPS)],
  ['a journal of Chaos Toolkit', journal(UPS)],
])('%s tells downtime to a sample for every outage, and nothing of requests', (_name, document) => {
  const measurement = measured(JSON.stringify(document));
  expect(measurement.metrics.downtime_s?.measured).toMatchObject({ mean: 2, values: [2], give_or_take: 1 });
  expect(measurement.metrics.availability_time?.measured).toMatchObject({ mean: 0.8, give_or_take: 0.1 });
  expect(measurement.tells).toEqual(['downtime_s', 'availability_time']);
  expect(measurement.outages).toEqual([
    { trial: 0, outages: [{ begin_ms: 3000, end_ms: 5000, failed_requests: 2 }] },
  ]);
});

test.each<[string, object, RegExp]>([
  [
    'two series',
    { ...rangeQuery(UPS), data: { resultType: 'matrix', result: [{ values: [] }, { values: [] }] } },
    /:1:\d+: the query gave 2 series/,
  ],
  ['an instant query', { status: 'success', data: { resultType: 'vector', result: [] } }, /resultType/],
  ['a rate', rangeQuery([1, 0.5, 1]), /values/],
  ['too short a time', rangeQuery([1, 1, 1]), /3 samples over 2 s, where the scenario observes 10 s/],
  ['no samples in between', journal([]), /what was so before and after, and nothing in between/],
  ['anything else', { hello: 1 }, /not measured by a tool that is known here/],
])('%s is refused', (_name, document, says) => {
  expect(errorOf(JSON.stringify(document)).message).toMatch(says);
});

test('a hole among samples is refused with its place', () => {
  const query = rangeQuery([...UPS, 1, 1, 1]);
  query.data.result[0]?.values.splice(4, 3);
  expect(errorOf(JSON.stringify(query)).message).toContain('nothing is known of the 4 s after 3 s');
});

test('several files are several trials', () => {
  const { scenario, folder } = scenarioOf();
  const files = [0, 1].map((k) => {
    const file = join(folder, `report-${k}.json`);
    writeFileSync(file, JSON.stringify(vegetaReport()));
    return file;
  });
  expect(importMeasurement(scenario, files)).toMatchObject({
    trials: 2,
    metrics: { failed_requests: { measured: { values: [50, 50] } } },
    where: `vegeta: ${files.join(', ')}`,
  });
});

test('a damaged file is a measurement or explained', () => {
  const of = scenarioOf();
  const few = [0, 10, 20].map((at_ms) => ({ at_ms, lag_ms: 0, latency_ms: 5, outcome: 'ok' as const }));
  const texts = [
    few.map(vegetaLine).join('\n'),
    few.map(k6Lines).join('\n'),
    ...[vegetaReport(), k6Summary, nested, rangeQuery(UPS), journal(UPS)].map((each) => JSON.stringify(each)),
  ];
  const edit = fc.tuple(fc.nat(), fc.nat(9), fc.constantFrom('', '0', '-', '"', '{', '\n', 'é', '1e9'));
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.array(edit, { maxLength: 4 }), (text, edits) => {
      let damaged = text;
      for (const [where, dropped, inserted] of edits) {
        const at = where % (damaged.length + 1);
        damaged = damaged.slice(0, at) + inserted + damaged.slice(at + dropped);
      }
      try {
        measured(damaged, of);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        expect(error.message).not.toMatch(/Invalid input|undefined|NaN|\[object/);
      }
    }),
    { numRuns: 200 },
  );
});

test('times are read with their zone and their fraction', () => {
  expect(epochMs('2026-11-21T21:15:46Z')).toBe(BEGIN_MS);
  expect(epochMs('2026-11-21T22:15:46.5+01:00')).toBe(BEGIN_MS + 500);
  expect(epochMs('2026-11-21T21:15:46.123456789Z')).toBeCloseTo(BEGIN_MS + 123.456789, 3);
  for (const text of ['', '2026-11-21', '2026-11-21 21:15:46Z', '21:15']) expect(epochMs(text)).toBeNaN();
});
