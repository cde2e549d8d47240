/** The whole of it as a user runs it: predict, kill real pods on a real cluster, measure, compare. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { EXIT } from '../../src/scenario/errors.ts';
import { margin } from '../../src/timeline/compare.ts';
import { describeOnTestbed } from '../support/testbed.ts';
import { verify } from './run-verify.ts';

const OUT = mkdtempSync(join(tmpdir(), 'foreshock-e2e-'));
afterAll(() => rmSync(OUT, { recursive: true, force: true }));

/**
 * Fewer trials, of fewer kinds of failure, than `npm run validate` has; none that is a race of a few milliseconds, which
 * three trials on two busy cores tell nothing of.
 */
const TRIALS = 3;
const KINDS = ['one-forced', 'two-all-forced', 'two-pre-stop', 'one-container'];
const MINUTES = 60_000;

describeOnTestbed('foreshock verify on the testbed', () => {
  it(
    'predicts, kills and measures the nginx manifest as it is, and says whether the two agree',
    async () => {
      const out = join(OUT, 'nginx');
      const run = await verify('scenarios/nginx-x2.yaml', { trials: TRIALS, out });
      // Three trials may be too few to tell; they must not tell otherwise.
      expect([EXIT.ok, EXIT.inconclusive], run.stderr + run.stdout).toContain(run.code);
      expect(run.verdict().verdict).toBe(run.code === EXIT.ok ? 'agrees' : 'inconclusive');
      expect(run.verdict().metrics.downtime_s?.measured?.values).toHaveLength(TRIALS);
      expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('<svg');
      expect(readdirSync(join(out, 'timelines'))).toContain('measured-001.jsonl');
    },
    5 * MINUTES,
  );

  it.each(KINDS)(
    'holds its prediction: %s',
    async (name) => {
      const out = join(OUT, name);
      const run = await verify(`scenarios/validation/${name}.yaml`, { trials: TRIALS, out });
      expect([EXIT.ok, EXIT.inconclusive], run.stderr + run.stdout).toContain(run.code);
      const { predicted, measured } = run.verdict().metrics.downtime_s!;
      expect(measured?.values).toHaveLength(TRIALS);
      // What three trials can tell: the mean, but for its own uncertainty.
      const sd_ofOne = (predicted.pi90[1] - predicted.pi90[0]) / 3.29;
      const uncertainty = (1.96 * sd_ofOne) / Math.sqrt(TRIALS);
      const { window_s } = run.measurement();
      const allowed = margin('downtime_s', predicted.mean, {
        rate_per_s: 100,
        window_s,
        latency_limit_ms: 1000,
      });
      expect(Math.abs(measured!.mean - predicted.mean)).toBeLessThanOrEqual(allowed + uncertainty);
    },
    5 * MINUTES,
  );
});
