import { describe, expect, test } from 'vitest';
import { constant } from '../../src/scenario/distribution.ts';
import { behaviourOf, MINOR_MAX, MINOR_MIN } from '../../src/scenario/kubernetes-version.ts';
import type { FeatureGate } from '../../src/scenario/scenario.ts';
import { TIMING, type TimingName, timing, timingDefault } from '../../src/scenario/timing.ts';
import { errorOf, filesWith, load, SCENARIO } from './files.ts';

const version = (minor: number, ...feature_gates: readonly FeatureGate[]) => ({ minor, feature_gates });

describe('timers follow the version:', () => {
  test.each([
    [26, 40_000],
    [31, 40_000],
    [32, 50_000],
    [36, 50_000],
  ])('in 1.%i a lease may stand still for %i ms', (minor, expected_ms) => {
    expect(timing({}, version(minor)).node_monitor_grace_period).toEqual(constant(expected_ms));
  });

  test('a gate makes the first restarts quicker, and up to 1.34 the last ones too', () => {
    const backoff = (minor: number, ...gates: readonly FeatureGate[]) => {
      const { kubelet_restart_backoff: first, kubelet_restart_backoff_max: longest } = timing(
        {},
        version(minor, ...gates),
      );
      return [first, longest];
    };
    const normal = [constant(10_000), constant(300_000)];
    expect(backoff(34)).toEqual(normal);
    expect(backoff(34, 'KubeletCrashLoopBackOffMax')).toEqual(normal);
    expect(backoff(34, 'ReduceDefaultCrashLoopBackOffDecay')).toEqual([constant(1000), constant(60_000)]);
    const both = ['ReduceDefaultCrashLoopBackOffDecay', 'KubeletCrashLoopBackOffMax'] as const;
    expect(backoff(34, ...both)).toEqual([constant(1000), constant(300_000)]);
    expect(backoff(35, 'ReduceDefaultCrashLoopBackOffDecay')).toEqual([constant(1000), constant(300_000)]);
  });

  test('what the scenario says holds in every version', () => {
    const node_monitor_grace_period = constant(16_000);
    expect(timing({ node_monitor_grace_period }, version(26)).node_monitor_grace_period).toEqual(
      constant(16_000),
    );
  });

  test('a default comes with its source, of the version it is of', () => {
    expect(timingDefault('node_monitor_grace_period', version(31)).source).toMatch(/^Kubernetes 1\.31 /);
    expect(timingDefault('node_monitor_grace_period', version(35)).source).toMatch(/^Kubernetes 1\.35 /);
  });

  test('no variant says what holds anyway', () => {
    for (const [name, entry] of Object.entries(TIMING)) {
      for (const variant of entry.variants) expect(variant.default, name).not.toEqual(entry.default);
    }
    expect(Object.keys(timing())).toEqual(Object.keys(TIMING) as TimingName[]);
  });
});

describe('a scenario', () => {
  const files = (cluster: string) => filesWith({ 'scenario.yaml': `${SCENARIO}cluster: ${cluster}\n` });

  test('gets the timers of its version and its gates', () => {
    const { timing: timers, cluster } = load(files('{kubernetes: "1.31"}'));
    expect(cluster.minor).toBe(31);
    expect(timers).toEqual(timing({}, version(31)));
    const gates = '[ReduceDefaultCrashLoopBackOffDecay]';
    expect(
      load(files(`{kubernetes: "1.33", feature_gates: ${gates}}`)).timing.kubelet_restart_backoff,
    ).toEqual(constant(1000));
  });

  test('may name every version that is known, and no other', () => {
    for (let minor = MINOR_MIN; minor <= MINOR_MAX; minor += 1) {
      expect(load(files(`{kubernetes: "1.${minor}"}`)).cluster.minor).toBe(minor);
    }
    for (const minor of [MINOR_MIN - 1, MINOR_MAX + 1]) {
      expect(errorOf(files(`{kubernetes: "1.${minor}"}`)).problems).toHaveLength(1);
    }
  });
});

test.each([
  ['kube_proxy_burst_syncs', 33, 2, 34, 1],
  ['asked_probe_restarts_period', 31, false, 32, true],
  ['scheduler_pops_from_backoff', 32, false, 33, true],
  ['unhealthy_pod_eviction_policy', 26, false, 27, true],
  ['sleep_hooks', 29, false, 30, true],
  ['pod_level_resources', 33, false, 34, true],
  ['resyncs_when_backoff_ends', 34, false, 35, true],
  ['replica_set_counts_terminating', 34, false, 35, true],
  ['restarted_container_counts_as_started', 34, false, 35, true],
  ['looks_at_synced_pods', 35, false, 36, true],
  ['hpa_tolerance', 34, false, 35, true],
] as const)('%s is not the same in 1.%i and 1.%i', (name, last, before, first, since) => {
  expect(behaviourOf(version(last))[name]).toBe(before);
  expect(behaviourOf(version(first))[name]).toBe(since);
});
