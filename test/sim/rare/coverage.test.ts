import { describe, expect, it } from 'vitest';
import { RootSum } from '../../../src/sim/rare/estimate.ts';
import { runPilot } from '../../../src/sim/rare/pilot.ts';
import { Restart } from '../../../src/sim/rare/restart.ts';
import { Group } from './models.ts';

const H = 3_600_000;

/**
 * Expected time down until then of independent units with exponential times, all new at the beginning, of which one is
 * enough: each is down at t with chance q (1 - exp(-t / relaxation)).
 */
function exactDowntime_ms(units: number, mttf_ms: number, mttr_ms: number, horizon_ms: number): number {
  const q = mttr_ms / (mttf_ms + mttr_ms);
  const relaxation_ms = (mttf_ms * mttr_ms) / (mttf_ms + mttr_ms);
  const steps = 100_000;
  let sum = 0;
  for (let step = 0; step < steps; step += 1) {
    sum += (q * -Math.expm1(-((step + 0.5) * horizon_ms) / steps / relaxation_ms)) ** units;
  }
  return (sum * horizon_ms) / steps;
}

describe('95 % intervals', () => {
  it('hold the exact downtime in 92 to 98 % of 200 runs, each with levels of its own', async () => {
    const [units, mttf_ms, mttr_ms, horizon_ms] = [3, 100 * H, 2 * H, 1000 * H];
    const exact_ms = exactDowntime_ms(units, mttf_ms, mttr_ms, horizon_ms);
    let held = 0;
    let believed = 0;
    for (let run = 0; run < 200; run += 1) {
      const make = () =>
        new Group({
          seed: `coverage ${run}`,
          units,
          need: 1,
          horizon_ms,
          times: {
            time_to_failure: { kind: 'exponential', mean_ms: mttf_ms },
            time_to_repair: { kind: 'exponential', mean_ms: mttr_ms },
          },
        });
      const restart = new Restart(make, (await runPilot(make)).levels);
      const sum = new RootSum();
      for (let root = 0; root < 300; root += 1) sum.add(restart.run(root));
      const { downtime_ms, complaints } = sum.estimate();
      if (complaints.length === 0) believed += 1;
      if (downtime_ms.ci95[0] <= exact_ms && exact_ms <= downtime_ms.ci95[1]) held += 1;
    }
    expect(held / 200).toBeGreaterThanOrEqual(0.92);
    expect(held / 200).toBeLessThanOrEqual(0.98);
    // Complaints are for runs that went wrong.
    expect(believed / 200).toBeGreaterThan(0.8);
  });
});
