import { describe, expect, it } from 'vitest';
import type { Job } from '../../../src/scenario/scenario.ts';
import { template } from './objects.ts';
import { CAUSE, type LabOptions, WorkloadLab } from './workload-lab.ts';

function job(change: Partial<Job> = {}): Job {
  return {
    kind: 'Job',
    name: 'work',
    namespace: 'default',
    position: { file: 'work.yaml', line: 1, column: 1 },
    replicas: 3,
    min_ready_s: 0,
    selector: { app: 'web' },
    pod: template({ restart_policy: 'Never' }),
    completions: 10,
    backoff_limit: 6,
    ...change,
  };
}

const labOf = (change: Partial<Job> = {}, options: LabOptions = {}) =>
  new WorkloadLab(job(change), { stop_ms: 500, ...options });

const end = (lab: WorkloadLab, name: string, phase: 'Succeeded' | 'Failed') =>
  lab.operator.pods.update(name, { phase, ready: false }, CAUSE);

const createdAt_ms = (lab: WorkloadLab, name: string) =>
  lab.changes.find(({ pod }) => pod.name === name)?.at_ms;

describe('JobController', () => {
  it('replaces a pod that was deleted ten seconds after, and each further one twice as late', () => {
    const lab = labOf();
    lab
      .at(10_000, () => lab.kill('work-j0001'))
      .at(40_000, () => lab.kill('work-j0002'))
      .at(100_000, () => lab.kill('work-j0003'))
      .run(300_000);
    for (const [name, killed_ms, wait_ms] of [
      ['work-j0004', 10_000, 10_000],
      ['work-j0005', 40_000, 20_000],
      ['work-j0006', 100_000, 40_000],
    ] as const) {
      // From the whole second before.
      expect(createdAt_ms(lab, name)! - killed_ms).toBeGreaterThan(wait_ms - 1000);
      expect(createdAt_ms(lab, name)! - killed_ms).toBeLessThanOrEqual(wait_ms);
    }
    expect(lab.serving.length).toBe(3);
  });

  it('goes on with the next a second after a pod has ended well, and forgets the failures before', () => {
    const lab = labOf();
    lab
      .at(10_000, () => lab.kill('work-j0001'))
      .at(30_000, () => end(lab, 'work-j0002', 'Succeeded'))
      .at(40_000, () => lab.kill('work-j0003'))
      .run(100_000);
    expect(createdAt_ms(lab, 'work-j0005')).toBe(31_000);
    expect(createdAt_ms(lab, 'work-j0006')! - 40_000).toBeLessThanOrEqual(10_000);
  });

  it('counts a deleted pod that has ended well within the second as done', () => {
    const lab = labOf();
    lab
      .at(10_000, () => lab.kill('work-j0001'))
      .at(10_200, () => end(lab, 'work-j0001', 'Succeeded'))
      .run(100_000);
    expect(createdAt_ms(lab, 'work-j0004')).toBe(11_000);
  });

  it('takes no more pods than there are completions left, and is done when all have ended well', () => {
    const lab = labOf({ completions: 4 });
    for (const [at_ms, name] of [
      [10_000, 'work-j0001'],
      [20_000, 'work-j0002'],
      [30_000, 'work-j0003'],
      [40_000, 'work-j0004'],
    ] as const) {
      lab.at(at_ms, () => end(lab, name, 'Succeeded'));
    }
    lab.run(100_000);
    expect(lab.log).toEqual(['+work-j0004']);
    expect(lab.active).toEqual([]);
  });

  it('gives up when more pods have failed than the back-off limit, and takes the others away', () => {
    const lab = labOf({ backoff_limit: 1 });
    lab
      .at(10_000, () => end(lab, 'work-j0001', 'Failed'))
      .at(30_000, () => end(lab, 'work-j0002', 'Failed'))
      .run(100_000);
    expect(lab.active).toEqual([]);
    expect(lab.events.filter((event) => event.type === 'note')).toMatchObject([
      { text: expect.stringContaining('BackoffLimitExceeded') },
    ]);
  });
});
