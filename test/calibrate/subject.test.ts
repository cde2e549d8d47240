import { expect, test } from 'vitest';
import { subjectOf } from '../../src/calibrate/subject.ts';
import { EXIT } from '../../src/scenario/errors.ts';
import { loadScenario } from '../../src/scenario/load.ts';

const scenario = loadScenario('scenarios/validation/one-forced.yaml');
const [workload] = scenario.workloads;

test('the workload behind the Service of the load, and the container that has its port', () => {
  const sidecar = { ...workload!.pod.containers[0]!, name: 'sidecar', ports: [] };
  const pod = { ...workload!.pod, containers: [sidecar, ...workload!.pod.containers] };
  const subject = subjectOf({ ...scenario, workloads: [{ ...workload!, pod }] });
  expect(subject).toMatchObject({ port: 80, application: 'nginx/nginx' });
  expect(subject.container.name).toBe('nginx');
});

test('of several, the one that a fault names', () => {
  const second = { ...workload!, name: 'second' };
  const faults = scenario.faults.map((fault) => ({ ...fault, workload: 'second' }));
  const workloads = [workload!, second];
  expect(subjectOf({ ...scenario, workloads }).workload.name).toBe('nginx');
  expect(subjectOf({ ...scenario, workloads, faults: faults as typeof scenario.faults }).workload.name).toBe(
    'second',
  );
});

test('where the load reaches none, there is nothing to calibrate', () => {
  expect(() => subjectOf({ ...scenario, workloads: [] })).toThrow(
    expect.objectContaining({
      exitCode: EXIT.configuration,
      message: expect.stringContaining('Service default/'),
    }),
  );
});
