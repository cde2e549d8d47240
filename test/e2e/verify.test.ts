/** The whole of it as a user runs it: predict, kill real pods on a real cluster, measure, compare. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { EXIT } from '../../src/scenario/errors.ts';
import { describeOnTestbed } from '../support/testbed.ts';
import { CONFIGURATIONS, judge } from '../validation/configurations.ts';
import { verify } from '../validation/verify.ts';

const OUT = mkdtempSync(join(tmpdir(), 'foreshock-e2e-'));
afterAll(() => rmSync(OUT, { recursive: true, force: true }));

/** Fewer than `npm run validate` has, held to the same bounds as far as so few can tell. */
const TRIALS = 3;
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

  it.each(CONFIGURATIONS)(
    'holds its prediction: $title',
    async (configuration) => {
      const out = join(OUT, configuration.name);
      const run = await verify(configuration.scenario, { trials: TRIALS, out });
      expect([EXIT.ok, EXIT.inconclusive], run.stderr + run.stdout).toContain(run.code);
      const outcome = judge(configuration, run.verdict(), run.measurement());
      expect(outcome.measured.values).toHaveLength(TRIALS);
      // What three trials can tell: the mean, but for its own uncertainty.
      const sd_ofOne = (outcome.predicted.pi90[1] - outcome.predicted.pi90[0]) / 3.29;
      const uncertainty = (1.96 * sd_ofOne) / Math.sqrt(TRIALS);
      expect(Math.abs(outcome.difference)).toBeLessThanOrEqual(outcome.allowed + uncertainty);
    },
    5 * MINUTES,
  );
});
