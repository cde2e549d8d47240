/** A run as a Job in the cluster, as `foreshock rbac --job` prints it, with its own account and nothing else. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
import { EXIT } from '../../src/scenario/errors.ts';
import { isChange } from '../../testbed/audit-log.ts';
import { TESTBED } from '../support/lab.ts';
import { describeOnTestbed } from '../support/testbed.ts';
import { auditOf, isRefused } from './audit.ts';
import { rbac } from './foreshock.ts';
import { IMAGE, writeForeshockImage } from './foreshock-image.ts';
import { applied } from './kubectl.ts';
import { MINUTES, type Place, testPlace } from './place.ts';

const JOB = 'foreshock-web';

const names = (place: Place, kinds: string): string => place.kubectl('get', kinds, '-o', 'name').trim();

/** Of the Job's only pod, once it has ended. */
async function ended(
  place: Place,
  timeout_ms: number,
): Promise<{ readonly exitCode: number; readonly log: string }> {
  const path = '.items[*].status.containerStatuses[*].state.terminated.exitCode';
  for (const deadline = Date.now() + timeout_ms; ; await sleep(500)) {
    const code = place.get(`pods -l job-name=${JOB}`, path);
    if (code !== '') return { exitCode: Number(code), log: place.kubectl('logs', `job/${JOB}`) };
    if (Date.now() > deadline) {
      const described = place.kubectl('describe', 'pods', '-l', `job-name=${JOB}`);
      throw new Error(`the Job has not ended after ${timeout_ms / 1000} s\n${described}`);
    }
  }
}

describeOnTestbed('a run as a Job in the cluster', () => {
  const here = testPlace('in-cluster', { accounts: [JOB] });
  beforeAll(async () => {
    const layout = mkdtempSync(join(tmpdir(), 'foreshock-image-'));
    await writeForeshockImage(layout);
    execFileSync(process.execPath, [TESTBED, 'load-image', layout], { stdio: 'pipe' });
    rmSync(layout, { recursive: true });
  }, 3 * MINUTES);

  it(
    'predicts, creates, hits, measures and removes; its verdict is in its log, and it was refused nothing',
    async () => {
      const place = here();
      const file = place.scenario({
        ...{ duration: '9s', predicted_trials: 50 },
        faults: ['pod-kill: {at: 1s, grace_period: 0s}', 'scale: {replicas: 3, at: 5s, duration: 2s}'],
      });
      applied(rbac(file, '--for', 'verify', '--job', '--image', IMAGE));
      const { exitCode, log } = await ended(place, 3 * MINUTES);
      // One trial may be too few to tell; that it says so is a verdict.
      expect(exitCode, log).toBeLessThan(EXIT.configuration);
      expect(log).toMatch(/agrees|differs|inconclusive/);
      expect(log).toContain('downtime');

      expect(names(place, 'deployments,services,leases,persistentvolumeclaims')).toBe('');
      const notes = place.get('events.events.k8s.io', '.items[?(@.reason=="PodKill")].note');
      expect(notes).toContain('by foreshock: run ');

      const asked = await auditOf(`system:serviceaccount:${place.namespace}:${JOB}`);
      expect(asked.filter(isRefused)).toEqual([]);
      expect(asked.filter(({ objectRef }) => objectRef?.resource === 'secrets')).toEqual([]);
      expect(asked.filter(isChange).map(({ verb, objectRef }) => `${verb} ${objectRef?.resource}`)).toEqual(
        expect.arrayContaining(['patch deployments', 'delete pods', 'create events', 'delete services']),
      );
    },
    5 * MINUTES,
  );

  it(
    'that is deleted in mid-fault puts back what it has caused before it goes',
    async () => {
      const place = here();
      place.deploy();
      const replicas = () => place.get('deployment/web', '.spec.replicas');
      const file = place.scenario({ faults: ['scale: {replicas: 0, at: 1s}'], duration: '120s' });
      applied(rbac(file, '--deployed', '--job', '--image', IMAGE));
      await expect.poll(replicas, { timeout: 2 * MINUTES, interval: 500 }).toBe('0');
      place.kubectl('delete', 'job', JOB, '--wait=false');
      await expect.poll(replicas, { timeout: MINUTES, interval: 500 }).toBe('2');
      await expect.poll(() => names(place, 'leases'), { timeout: 2 * MINUTES, interval: 500 }).toBe('');
      await expect.poll(() => names(place, 'jobs'), { timeout: 2 * MINUTES, interval: 500 }).toBe('');
      expect(place.get('deployment/web', '.metadata.annotations')).not.toContain('foreshock.dev');
    },
    5 * MINUTES,
  );
});
