import { expect, test } from 'vitest';
import { constant } from '../../src/scenario/distribution.ts';
import { applicationName, isLeftToDefault } from '../../src/scenario/said.ts';
import { TIMING } from '../../src/scenario/timing.ts';
import { filesWith, load, SCENARIO } from './files.ts';

const said = (more: string) => load(filesWith({ 'scenario.yaml': SCENARIO + more }));

test('a scenario remembers which delays it was told, be they the defaults, and by which file', () => {
  const scenario = said(`timing:
  kubelet_pleg_period: 1s
  sandbox_start: 200ms
applications:
  web: {start_time: 1s, on_sigterm: drain}
`);
  const { file } = scenario;
  expect(scenario.said).toEqual({
    timing: { kubelet_pleg_period: file, sandbox_start: file },
    applications: { web: { start_time: file, on_sigterm: file } },
  });
  expect(scenario.timing.kubelet_pleg_period).toEqual(TIMING.kubelet_pleg_period.default);
  expect(isLeftToDefault(scenario, 'kubelet_pleg_period')).toBe(false);
  expect(isLeftToDefault(scenario, 'sandbox_start')).toBe(false);
  expect(isLeftToDefault(scenario, 'container_start')).toBe(true);
});

test('one that says nothing leaves all to the defaults, but for what a program changes', () => {
  const scenario = said('');
  expect(scenario.said).toEqual({ timing: {}, applications: {} });
  const changed = { ...scenario, timing: { ...scenario.timing, api_write: constant(1) } };
  expect(isLeftToDefault(changed, 'api_write')).toBe(false);
  expect(isLeftToDefault(changed, 'watch_delivery')).toBe(true);
});

test('an application has the name of its workload, unless that could be another or the longer one is used', () => {
  const [workload] = said('').workloads;
  const [container] = workload!.pod.containers;
  expect(applicationName(workload!, container!, () => false)).toBe('web');
  expect(applicationName(workload!, container!, (name) => name === 'web/server')).toBe('web/server');
  const two = { ...workload!, pod: { ...workload!.pod, containers: [container!, container!] } };
  expect(applicationName(two, container!, () => false)).toBe('web/server');
});
