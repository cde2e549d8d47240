/** Calibration on a real cluster, as a user runs it: few kills, everything put back, a file that predict takes. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readCalibration } from '../../src/calibrate/calibration-file.ts';
import { readSamples } from '../../src/calibrate/samples-file.ts';
import { EXIT } from '../../src/scenario/errors.ts';
import { describeOnTestbed } from '../support/testbed.ts';
import { foreshock } from './foreshock.ts';
import { kubectl } from './kubectl.ts';
import { MINUTES } from './place.ts';

const SCENARIO = 'scenarios/validation/one-forced.yaml';
const FOLDER = mkdtempSync(join(tmpdir(), 'foreshock-calibrate-'));
const FILE = join(FOLDER, 'cal.json');
const SAMPLES = join(FOLDER, 'cal.samples.jsonl');

/** What is there of the scenario, and of what calibrate writes to. */
const left = (): string =>
  kubectl('get', 'deployments,pods,configmaps', '-o', 'name')
    .split('\n')
    .filter((name) => /nginx|foreshock/.test(name))
    .join(' ');

describeOnTestbed('foreshock calibrate', () => {
  afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

  it(
    'times a few kills of each kind, leaves nothing behind, and predict takes its file',
    async () => {
      const ended = await foreshock(['calibrate', SCENARIO, '--yes', '--kills', '4', '--out', FILE]);
      expect(ended.code, ended.stderr).toBe(EXIT.ok);
      expect(left()).toBe('');

      const calibration = readCalibration(FILE);
      expect(calibration.kills).toBe(4);
      expect(calibration.cluster.version).toMatch(/^v1\.\d+/);
      expect(readSamples(SAMPLES).kills.map(({ forced }) => forced)).toEqual([true, true, false, false]);
      // What the kubelet's own events tell does not depend on how busy this machine is.
      expect(calibration.timing.container_start?.n).toBe(4);
      const start = calibration.applications.nginx?.start_time;
      expect(start?.n).toBe(4);
      // Its manifest sleeps for two seconds before it starts to listen.
      expect(start?.mean_ms).toBeGreaterThan(1990);
      expect(start?.mean_ms).toBeLessThan(2500);
      expect(ended.stdout).toContain('4 samples are too few');

      const predicted = await foreshock([
        ...['predict', SCENARIO, '--trials', '20', '--calibration', FILE],
        ...['--out', join(FOLDER, 'predicted')],
      ]);
      expect(predicted.code, predicted.stderr).toBe(EXIT.ok);
      const { assumptions } = JSON.parse(readFileSync(join(FOLDER, 'predicted', 'prediction.json'), 'utf8'));
      const used = assumptions.find(({ name }: { name: string }) => name === 'container_start');
      expect(used.source).toContain('cal.json');
    },
    5 * MINUTES,
  );

  it(
    'ends in order on Ctrl-C: nothing is left, and what was seen is kept',
    async () => {
      let asked = false;
      const ended = await foreshock(['calibrate', SCENARIO, '--yes', '--kills', '20', '--out', FILE], {
        seen(stderr, kill) {
          if (asked || !stderr.includes('trial 2 of 10: running')) return;
          asked = true;
          kill('SIGINT');
        },
      });
      expect(asked).toBe(true);
      expect(ended.code, ended.stderr).toBe(EXIT.aborted);
      expect(left()).toBe('');
      expect(readSamples(SAMPLES).kills.length).toBeGreaterThanOrEqual(1);
    },
    5 * MINUTES,
  );
});
