import { describe, expect, it } from 'vitest';
import { lognormal } from '../../../src/scenario/distribution.ts';
import type { Plan } from '../../../src/scenario/plan.ts';
import { answerExactly } from '../../../src/sim/exact/plan/answer.ts';
import { unseenAlone } from '../../../src/sim/rare/alone.ts';
import { hasten, logLikelihood } from '../../../src/sim/rare/hastening.ts';
import { splitPlan } from '../../../src/sim/rare/split-plan.ts';
import {
  atLeast,
  commonCause,
  DAY_MS,
  HOUR_MS,
  hours,
  kind,
  planOf,
  service,
  YEAR_MS,
} from '../years/plans.ts';

const YEAR_H = YEAR_MS / HOUR_MS;
const years = (value: number) => hours(value * YEAR_H);

/** Two zones of three nodes, of which some are enough. */
const zones = (parts: Partial<Plan>, least: number, life = hours(1000)): Plan =>
  planOf({
    units: [
      kind('zone', { count: 2 }),
      kind('node', { count: 3, within: 0, time_to_failure: life, time_to_repair: hours(2) }),
    ],
    services: [service(atLeast(least, [1]))],
    ...parts,
  });

const PLANS: Readonly<Record<string, Plan>> = {
  'that all fail by': zones({ common_causes: [commonCause('flood', { every: years(3000), hits: [1] })] }, 4),
  'that leave less to fail by itself': zones(
    {
      common_causes: [
        commonCause('fire', { every: years(20), hits: [1], within: 0 }),
        commonCause('heat', { every: years(300), hits: [1], share: 0.5 }),
      ],
    },
    3,
    hours(300),
  ),
  'without which nothing ever fails': planOf({
    units: [kind('node', { count: 4, time_to_repair: hours(3) })],
    common_causes: [commonCause('flood', { every: years(5000), hits: [0], share: 0.7 })],
    services: [service(atLeast(2, [0]))],
  }),
};

async function split(plan: Plan) {
  const answer = await splitPlan(
    plan,
    { costs: [], warnings: [] },
    { trials: 4000, limits: {}, workers: 1, threads: undefined, onProgress: undefined },
  );
  if ('refused' in answer) throw new Error(answer.refused);
  return answer;
}

describe('common causes that seldom come', () => {
  for (const [name, plan] of Object.entries(PLANS)) {
    it(`are neither left out by splitting nor counted for more than they are: ${name}`, async () => {
      const exact = answerExactly(plan);
      if ('refused' in exact) throw new Error(exact.refused);
      const [known] = exact.services;
      const [estimated] = (await split(plan)).services;
      for (const figure of ['unavailability', 'outages', 'outage_chance'] as const) {
        const { mean, ci95 } = estimated![figure]!;
        const half = (ci95[1] - ci95[0]) / 2;
        // One seed, so it holds or it does not: three standard errors.
        expect(Math.abs(mean - known![figure]!.mean)).toBeLessThan((3 / 1.96) * half);
        expect(half).toBeLessThan(0.25 * mean);
      }
      const causes = estimated!.causes.reduce((sum, { downtime_s }) => sum + downtime_s, 0);
      expect(causes).toBeCloseTo(estimated!.downtime_s.mean, 6);
    });
  }

  it('are those that come less than once in ten horizons, and matter to the service', () => {
    const every = [years(9), years(11), years(1000), lognormal(YEAR_MS * 1000, 1), years(2000)];
    const plan = planOf({
      units: [kind('node'), kind('other')],
      common_causes: every.map((each, index) =>
        commonCause(`cause-${index}`, { every: each, hits: [index === 4 ? 1 : 0] }),
      ),
      services: [service(atLeast(1, [0]))],
    });
    const { causes, plan: hastened, calm } = hasten(plan, new Set([0]));
    expect(causes.map(({ index }) => index)).toEqual([1, 2]);
    // Half of one in a horizon together.
    expect(hastened.common_causes[1]!.every).toMatchObject({ kind: 'exponential', mean_ms: 4 * YEAR_MS });
    expect(hastened.common_causes[3]).toBe(plan.common_causes[3]);
    expect(calm.common_causes[0]).toBe(plan.common_causes[0]);
    expect(calm.common_causes[1]!.every).toMatchObject({ value_ms: 1e300 });
  });

  it('have a likelihood whose mean is 1, at any time', () => {
    const cause = { index: 0, rate_per_ms: 1e-6, hastened_per_ms: 5e-4 };
    const mean = 0.5;
    let sum = 0;
    let chance = Math.exp(-mean);
    for (let count = 0; count < 30; count += 1) {
      sum += chance * Math.exp(logLikelihood([cause], [count], 1000));
      chance *= mean / (count + 1);
    }
    expect(sum).toBeCloseTo(1, 12);
  });
});

describe('a unit that is enough for an outage by itself', () => {
  const plan = planOf({
    units: [
      kind('switch', { time_to_failure: years(1000), time_to_repair: hours(4) }),
      kind('node', { count: 3, within: 0, time_to_failure: hours(1000), time_to_repair: hours(2) }),
    ],
    services: [service(atLeast(1, [1]))],
  });

  it('is told of where too few horizons saw it, with what it costs by its times', () => {
    const [told, ...others] = unseenAlone(plan, 0, 1000, 100);
    expect(others).toEqual([]);
    expect(told).toBe(
      'switch alone takes it down, once in 1000 years, which these horizons hardly saw: by its times that is 14.4 s of downtime a year, which the interval does not know of',
    );
    // Seen often enough; or next to nothing beside the rest.
    expect(unseenAlone(plan, 0, 40_000, 100)).toEqual([]);
    expect(unseenAlone(plan, 0, 1000, DAY_MS)).toEqual([]);
  });
});
