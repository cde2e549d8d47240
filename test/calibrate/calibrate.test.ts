import { describe, expect, test } from 'vitest';
import { calibrate } from '../../src/calibrate/calibrate.ts';
import type { RunSamples } from '../../src/calibrate/samples.ts';
import { samplesOf } from '../../src/calibrate/samples-of.ts';
import { constant, mean_ms } from '../../src/scenario/distribution.ts';
import type { Container } from '../../src/scenario/scenario.ts';
import { subjectScenario } from './subject-scenario.ts';
import { type Circumstances, syntheticKill, TRUTH, type Truth } from './synthetic-kill.ts';

const HEADER = {
  date: '2026-11-21T10:00:00Z',
  foreshock: '0.1.0',
  scenario: 'one-forced',
  application: 'nginx',
  cluster: { version: 'v1.35.4', where: 'staging', nodes: 2 },
};

function calibrated(kills: number, changes: Partial<Container>, circumstances: Circumstances = {}) {
  const { scenario, subject } = subjectScenario(changes);
  const seen = Array.from({ length: kills }, (_, index) =>
    syntheticKill(index, { forced: index % 2 === 0, ...circumstances }),
  );
  const run: RunSamples = { header: HEADER, kills: samplesOf(seen, scenario, subject) };
  const { calibration, timings } = calibrate(scenario, subject, [run]);
  const named = (name: string) => timings.find((each) => each.name === name)!;
  return { calibration, named, mean: (name: string) => mean_ms(named(name).entry!.distribution) };
}

const { application } = subjectScenario().subject.container;
const drains = { application: { ...application, on_sigterm: 'drain', stop_time: TRUTH.stop_time } } as const;
const serves = { application: { ...application, on_sigterm: 'serve' } } as const;

// About three standard errors of forty kills.
describe('a cluster whose delays are known and vary', () => {
  const { mean, calibration, named } = calibrated(40, { ...drains, image_pull_policy: 'Always' });

  test.each([
    ['api_write', 0.05],
    ['watch_delivery', 0.05],
    ['scheduler_bind', 0.25],
    ['controller_sync', 0.2],
    ['sandbox_start', 0.1],
    ['image_check', 0.15],
    ['container_start', 0.1],
    ['container_signal', 0.15],
    ['sandbox_stop', 0.1],
    ['kube_proxy_sync', 0.15],
    ['network_round_trip', 0.1],
    ['service_time', 0.1],
    ['start_time', 0.05],
  ] as const)('%s is found, its mean within a share of %d', (name, share) => {
    const true_ms = mean_ms(TRUTH[name]);
    expect(Math.abs(mean(name) - true_ms) / true_ms).toBeLessThan(share);
  });

  test('the file says what it rests on', () => {
    expect(calibration).toMatchObject({ ...HEADER_OF_FILE, kills: 40 });
    expect(calibration.timing.container_start).toMatchObject({
      n: 40,
      source: "kubelet's events: Pulled to Started",
    });
    expect(calibration.timing.scheduler_bind?.source).toContain('less api_write and watch_delivery');
    expect(Object.keys(calibration.applications.nginx ?? {})).toEqual(['start_time', 'service_time']);
  });

  test('what cannot be seen is not guessed, and the report says why', () => {
    expect(calibration.timing.kubelet_pleg_relist).toBeUndefined();
    expect(named('kubelet_pleg_relist')).toMatchObject({ because: expect.stringContaining('nodes/proxy') });
    expect(named('stop_time').because).toContain('sandbox_stop');
  });
});

const { application: _, ...HEADER_OF_FILE } = HEADER;

describe('a cluster whose delays are known and never vary', () => {
  const constants = Object.fromEntries(
    Object.entries(TRUTH).map(([name, distribution]) => [name, constant(mean_ms(distribution))]),
  ) as unknown as Truth;
  const { mean } = calibrated(
    8,
    {
      application: { ...application, on_sigterm: 'drain', stop_time: constants.stop_time },
      image_pull_policy: 'Always',
    },
    { truth: constants },
  );

  // Attempts to connect are 2 to 4 ms apart; all else is exact.
  test.each(Object.keys(TRUTH).filter((name) => name !== 'stop_time'))('%s is found', (name) => {
    expect(Math.abs(mean(name) - mean_ms(constants[name as keyof Truth]))).toBeLessThan(2.1);
  });
});

test('of a program that serves until it ends, the time to its end is told and the signal is not', () => {
  // It goes on accepting for 40 ms after the signal, so all of that is before the first refusal.
  const truth: Truth = { ...TRUTH, container_signal: { kind: 'constant', value_ms: 0 } };
  const { mean, named } = calibrated(20, serves, { truth });
  expect(named('container_signal')).toMatchObject({ entry: undefined });
  expect(named('container_signal').because).toContain('goes on accepting');
  expect(named('stop_time').entry?.source).toContain('less container_signal');
  // Nothing of the stop time is taken off: address and program go together.
  expect(mean('sandbox_stop')).toBeCloseTo(mean_ms(TRUTH.sandbox_stop) + 40, -1);
});

test('a preStop hook hides the signal', () => {
  const { named } = calibrated(8, { ...drains, pre_stop: { kind: 'constant', value_ms: 5000 } });
  expect(named('container_signal')).toMatchObject({
    entry: undefined,
    because: 'a preStop hook comes before it',
  });
});

test('without imagePullPolicy Always a pull is no check', () => {
  expect(calibrated(8, drains).named('image_check').entry).toBeUndefined();
});

test('where pods are out of reach, a start is bounded by readiness and a stop is not told', () => {
  const { calibration, named } = calibrated(12, drains, { canReachPods: false });
  expect(named('container_signal').because).toContain('cannot be reached');
  expect(named('sandbox_stop').entry).toBeUndefined();
  const { start_time } = calibration.applications.nginx!;
  expect(start_time?.n).toBe(12);
  expect(start_time?.warning).toContain('finer ones would tell more');
});

describe('while other endpoints answer', () => {
  test.each([2, 3])('the sync that takes one of %d out is timed', (replicas) => {
    const others = Array.from({ length: replicas - 1 }, (_, index) => `web-other-${index}`);
    const { mean, named } = calibrated(40, drains, { others });
    const true_ms = mean_ms(TRUTH.kube_proxy_sync);
    expect(Math.abs(mean('kube_proxy_sync') - true_ms) / true_ms).toBeLessThan(0.15);
    expect(named('kube_proxy_sync').entry?.source).toContain('without the pod');
  });

  test('of many the proxy is not told', () => {
    const { named } = calibrated(8, drains, { others: ['web-1', 'web-2', 'web-3'] });
    expect(named('kube_proxy_sync').because).toContain('two or three pods');
  });
});

test('a small sample is called small', () => {
  const { named } = calibrated(3, drains);
  expect(named('sandbox_start').entry?.warning).toContain('3 samples are too few');
});

test('samples of two runs are pooled', () => {
  const { scenario, subject } = subjectScenario(drains);
  const run = (from: number): RunSamples => ({
    header: HEADER,
    kills: samplesOf(
      Array.from({ length: 5 }, (__, index) => syntheticKill(from + index)),
      scenario,
      subject,
    ),
  });
  const { calibration } = calibrate(scenario, subject, [run(0), run(5)]);
  expect(calibration.kills).toBe(10);
  expect(calibration.timing.sandbox_start?.n).toBe(10);
});

test('an earlier run of another application tells of the cluster, and not of this application', () => {
  const { scenario, subject } = subjectScenario(drains);
  const kills = samplesOf([syntheticKill(0), syntheticKill(1)], scenario, subject);
  const other: RunSamples = { header: { ...HEADER, application: 'other' }, kills };
  const { calibration } = calibrate(scenario, subject, [other, { header: HEADER, kills: kills.slice(0, 1) }]);
  expect(calibration.timing.sandbox_start?.n).toBe(3);
  expect(calibration.applications.nginx?.start_time?.n).toBe(1);
});
