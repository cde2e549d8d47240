import { describe, expect, it } from 'vitest';
import { constant, erlang, exponential } from '../../../src/scenario/distribution.ts';
import type { Plan } from '../../../src/scenario/plan.ts';
import type { MethodOptions, OutOfReach, PlanAnswer } from '../../../src/sim/method.ts';
import { predictPlan } from '../../../src/sim/predict-plan.ts';
import { splitPlan } from '../../../src/sim/rare/split-plan.ts';
import { wilsonInterval } from '../../../src/timeline/interval.ts';
import { atLeast, crew, HOUR_MS, hours, kind, maintenance, planOf, service } from '../years/plans.ts';

/** Two groups of four, one unit of each enough; a crew for each group. */
const RARE = planOf({
  name: 'rare',
  horizon_ms: 2000 * HOUR_MS,
  units: [
    kind('disk', { count: 4, time_to_failure: hours(150), time_to_repair: hours(2), crew: 0 }),
    kind('fan', { count: 4, time_to_failure: hours(200), time_to_repair: hours(1), crew: 1 }),
  ],
  crews: [crew('one', { inspection: exponential(HOUR_MS / 4), order: 'first-inspected' }), crew('other')],
  services: [
    service({ kind: 'conditions', at_least: 2, of: [atLeast(1, [0]), atLeast(1, [1])] }, { name: 'both' }),
    service(atLeast(1, [0]), { name: 'disks', objectives: { availability: 0.99999, downtime_s: 1e-3 } }),
  ],
});

const OPTIONS: MethodOptions = {
  trials: 300,
  limits: {},
  workers: 1,
  threads: undefined,
  onProgress: undefined,
};

async function split(plan: Plan, options: Partial<MethodOptions> = {}): Promise<PlanAnswer | OutOfReach> {
  return splitPlan(plan, { costs: [], warnings: [] }, { ...OPTIONS, ...options });
}

describe('the splitting method', () => {
  it('has the exact answers for outages that plain simulation would hardly ever see', async () => {
    const exact = await predictPlan(RARE, { method: 'exact' });
    const found = await predictPlan(RARE, { method: 'splitting', trials: 600 });
    expect(found.method).toBe('splitting');
    expect(found.warnings).toEqual([]);
    for (const [index, right] of exact.services.entries()) {
      const service = found.services[index]!;
      // In a thousand horizons a handful at the most.
      expect(right.outage_chance!.mean).toBeLessThan(0.01);
      for (const figure of ['unavailability', 'downtime_s', 'outages', 'outage_chance'] as const) {
        const { mean, ci95 } = service[figure]!;
        expect(Math.abs(mean - right[figure]!.mean)).toBeLessThan((2.6 / 1.96) * (ci95[1] - mean));
        expect((ci95[1] - mean) / mean).toBeLessThan(0.3);
      }
      expect(service.downtime_s.pi90).toBeUndefined();
    }
    expect(found.services[1]!.objectives.map(({ met }) => met)).toEqual(
      exact.services[1]!.objectives.map(({ met }) => met),
    );
  });

  it('gives the same bytes on one thread and on two', async () => {
    const one = await split(RARE, { trials: 200 });
    const two = await split(RARE, { trials: 200, workers: 2, threads: 'at-once' });
    expect(JSON.stringify(two)).toBe(JSON.stringify(one));
  });

  it('stops when it is precise enough, and says so', async () => {
    const answer = await split(RARE, { limits: { precision: 0.3 } });
    expect(answer).toMatchObject({ stop: { by: 'precision', precision: 0.3 } });
  });

  it('finds the way to outages that pass by what seems nearest to them', async () => {
    // With a rack and a node gone an outage is nearer than with a rack alone; but it is the other rack that goes.
    const plan = planOf({
      units: [
        kind('rack', { count: 2, time_to_failure: hours(17_520), time_to_repair: hours(4) }),
        kind('node', {
          count: 2,
          within: 0,
          time_to_failure: erlang(4000 * HOUR_MS, 3),
          time_to_repair: constant(6 * HOUR_MS),
        }),
      ],
      maintenance: [
        maintenance('patches', {
          of: 1,
          every: constant(720 * HOUR_MS),
          takes: constant(2 * HOUR_MS),
          careful: true,
        }),
      ],
      services: [service(atLeast(1, [1]))],
    });
    const answer = await split(plan, { trials: 2500 });
    if ('refused' in answer) throw new Error(answer.refused);
    // Both racks at a time: 8760 / 17,520 of each, and 4 / 17,520 that the other goes meanwhile; nodes hardly add to it.
    const { mean, ci95 } = answer.services[0]!.outage_chance!;
    const racks = 2 * (8760 / 17_520) * (4 / 17_520);
    expect(ci95[0]).toBeLessThan(1.15 * racks);
    expect(ci95[1]).toBeGreaterThan(racks);
    expect(ci95[1] / mean).toBeLessThan(2);
  }, 60_000);

  it('knows no more of the chance of an outage than its roots tell, where all of them had one', async () => {
    const units = [kind('unit', { time_to_failure: hours(10), time_to_repair: hours(1) })];
    const busy = planOf({ horizon_ms: 1000 * HOUR_MS, units, services: [service(atLeast(1, [0]))] });
    const answer = await split(busy, { trials: 100 });
    if ('refused' in answer) throw new Error(answer.refused);
    const { mean, ci95 } = answer.services[0]!.outage_chance!;
    expect(mean).toBe(1);
    expect(ci95[0]).toBeCloseTo(wilsonInterval(100, 100)[0], 12);
    expect(ci95[1]).toBe(1);
  });

  it('keeps to the time there is, and can be stopped while it looks for its way', async () => {
    const units = [kind('rock', { count: 3, time_to_failure: hours(1e15), time_to_repair: hours(1) })];
    const never = planOf({ horizon_ms: HOUR_MS, units, services: [service(atLeast(1, [0]))] });
    expect(await split(never, { limits: { max_time_ms: 1 } })).toEqual({
      refused: expect.stringMatching(
        /events of its pilot, all that there was time for, no way to outages was found$/,
      ),
    });
    const stop = new Error('stopped');
    const onProgress = () => {
      throw stop;
    };
    await expect(split(never, { onProgress })).rejects.toBe(stop);
  });

  it('does not answer where it finds no way to an outage', async () => {
    const units = [kind('rock', { count: 3, time_to_failure: hours(1e15), time_to_repair: hours(1) })];
    const never = planOf({ horizon_ms: HOUR_MS, units, services: [service(atLeast(1, [0]))] });
    expect(await split(never)).toEqual({
      refused: expect.stringMatching(/^service: in [\d,]+ events of its pilot no way to outages was found$/),
    });
  });

  it('does not answer where its roots are worth too little, and says what may help', async () => {
    expect(await split(RARE, { trials: 25 })).toEqual({
      refused: expect.stringMatching(/^both: only \d+ of 25 roots saw an outage; more trials may do$/),
    });
  });
});
