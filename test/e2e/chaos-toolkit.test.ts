/** An exported experiment in the hands of the real Chaos Toolkit: it is valid, and it runs. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { exportScenario } from '../../src/interchange/exporting.ts';
import { describeOnTestbed } from '../support/testbed.ts';
import { chaosCommand } from './chaos-toolkit.ts';
import { MINUTES, type Place, testPlace } from './place.ts';

/** Runs it where it may leave its log. */
function chaos({ folder }: Place, ...args: string[]): string {
  return execFileSync(chaosCommand(), args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
}

const podUids = (place: Place): string[] => place.get('pods -l app=web', '.items[*].metadata.uid').split(' ');

describeOnTestbed('an exported experiment', () => {
  const here = testPlace('chaos-toolkit', { per: 'file' });
  let experiment: string;
  beforeAll(() => {
    const place = here();
    const file = place.scenario({
      ...{ duration: '12s', rate_per_s: 50 },
      faults: [
        'pod-kill: {mode: one, at: 2s, grace_period: 0s}',
        'scale: {replicas: 3, at: 5s, duration: 3s}',
      ],
    });
    experiment = join(place.folder, 'experiment.json');
    writeFileSync(experiment, exportScenario({ file, to: 'chaos-toolkit', folder: place.folder }).text);
    chaosCommand();
  }, 5 * MINUTES);

  it('is valid for chaos validate', () => void chaos(here(), 'validate', experiment), MINUTES);

  it(
    'kills a pod, scales, and puts the number back',
    () => {
      const place = here();
      place.deploy();
      const before = podUids(place);
      const journal = join(place.folder, 'journal.json');
      chaos(place, 'run', '--journal-path', journal, experiment);
      const { status, deviated, run, rollbacks } = JSON.parse(readFileSync(journal, 'utf8'));
      expect({ status, deviated }).toEqual({ status: 'completed', deviated: false });
      expect(run.map((each: { status: string }) => each.status)).toEqual(Array(4).fill('succeeded'));
      expect(rollbacks.map((each: { status: string }) => each.status)).toEqual(['succeeded']);
      expect(place.get('deployment/web', '.spec.replicas')).toBe('2');
      expect(podUids(place).filter((uid) => !before.includes(uid)).length).toBeGreaterThanOrEqual(1);
    },
    5 * MINUTES,
  );
});
