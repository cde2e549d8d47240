/** The whole of it as a user runs it: predict, kill real pods on a real cluster, measure, compare. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { EXIT } from '../../src/scenario/errors.ts';
import { margin } from '../../src/timeline/compare.ts';
import { CONTAINER_KILL_COMMAND } from '../support/lab.ts';
import { describeOnTestbed } from '../support/testbed.ts';
import { foreshock } from './foreshock.ts';
import { MINUTES } from './place.ts';
import { resultsOf } from './verified.ts';

const OUT = mkdtempSync(join(tmpdir(), 'foreshock-e2e-'));
afterAll(() => rmSync(OUT, { recursive: true, force: true }));

/**
 * Fewer trials, of fewer kinds of failure, than `npm run validate` has; none that is a race of a few milliseconds, which
 * three trials on two busy cores tell nothing of. Beside them nginx-x2, of which all pods are killed by force.
 */
const TRIALS = 3;
const KINDS = ['one-forced', 'two-pre-stop', 'one-container'];

/** Runs it, and reads what it has written. */
async function verify(scenario: string, out: string) {
  const ended = await foreshock([
    ...['verify', scenario, '--cluster', 'kubernetes', '--yes', '--trials', String(TRIALS), '--out', out],
    ...['--container-kill-command', CONTAINER_KILL_COMMAND],
  ]);
  return resultsOf(ended, out);
}

describeOnTestbed('foreshock verify on the testbed', () => {
  it(
    'predicts, kills and measures the nginx manifest as it is, and says whether the two agree',
    async () => {
      const out = join(OUT, 'nginx');
      const { code, verdict } = await verify('scenarios/nginx-x2.yaml', out);
      expect(verdict.verdict).toBe(code === EXIT.ok ? 'agrees' : 'inconclusive');
      expect(verdict.metrics.downtime_s?.measured?.values).toHaveLength(TRIALS);
      expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('<svg');
      expect(readdirSync(join(out, 'timelines'))).toContain('measured-001.jsonl');
    },
    5 * MINUTES,
  );

  it.each(KINDS)(
    'holds its prediction: %s',
    async (name) => {
      const { verdict, measurement } = await verify(`scenarios/validation/${name}.yaml`, join(OUT, name));
      const { predicted, measured } = verdict.metrics.downtime_s!;
      expect(measured?.values).toHaveLength(TRIALS);
      // What three trials can tell: the mean, but for its own uncertainty.
      const sd_ofOne = (predicted.pi90[1] - predicted.pi90[0]) / 3.29;
      const uncertainty = (1.96 * sd_ofOne) / Math.sqrt(TRIALS);
      const allowed = margin('downtime_s', predicted.mean, {
        rate_per_s: 100,
        window_s: measurement.window_s,
        latency_limit_ms: 1000,
      });
      expect(Math.abs(measured!.mean - predicted.mean)).toBeLessThanOrEqual(allowed + uncertainty);
    },
    5 * MINUTES,
  );
});
