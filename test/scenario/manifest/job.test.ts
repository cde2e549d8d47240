import { expect, test } from 'vitest';
import { object, scenarioWith, template } from './objects.ts';

const job = (spec: Readonly<Record<string, unknown>> = {}) =>
  scenarioWith([object('Job', { template: template({ restartPolicy: 'Never' }), ...spec }, 'import')])
    .workloads[0];

test('gets the defaults of Kubernetes, and the labels its controller gives it', () => {
  expect(job()).toMatchObject({
    kind: 'Job',
    replicas: 1,
    completions: 1,
    backoff_limit: 6,
    selector: { 'job-name': 'import' },
    pod: {
      restart_policy: 'Never',
      labels: { app: 'web', 'job-name': 'import', 'batch.kubernetes.io/job-name': 'import' },
    },
  });
});

test('has as many pods at once as it may and needs', () => {
  expect(job({ parallelism: 3, completions: 10 })).toMatchObject({ replicas: 3, completions: 10 });
  expect(job({ parallelism: 5, completions: 2 })).toMatchObject({ replicas: 2, completions: 2 });
  expect(job({ parallelism: 4, backoffLimit: 0 })).toMatchObject({
    replicas: 4,
    completions: 4,
    backoff_limit: 0,
  });
});
