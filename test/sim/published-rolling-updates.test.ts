import { describe, expect, it } from 'vitest';
import { constant } from '../../src/scenario/distribution.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import type { Application, Scenario } from '../../src/scenario/scenario.ts';
import { schedule } from '../../src/scenario/schedule.ts';
import { SimulatedWorld } from '../../src/sim/world.ts';
import type { TimelineEvent } from '../../src/timeline/event.ts';

/**
 * What was counted elsewhere, by others: JungWooLee, "k8s 무중단 배포 설정하기", velog.io/@wjddn3711, September 2024
 * (in English at dingyu.dev/en/posts/k8s-zero-downtime): `bombardier -c 200 -d 3m` through an ALB while a Deployment
 * was rolled out, so many answers in all and so many of 5xx. docs/published.md says what is not known of it.
 */
const READINESS = { name: 'rolling-update-readiness', answers: 753_072, failed: 12 };
const PRE_STOP = { name: 'rolling-update-pre-stop', answers: 751_242, failed: 3 };
const GRACE = { name: 'rolling-update-pre-stop-and-grace', answers: 770_240, failed: 0 };
const PUBLISHED = [READINESS, PRE_STOP, GRACE];

interface Change {
  readonly replicas?: number;
  readonly rate_per_s?: number;
  readonly duration_ms?: number | undefined;
  readonly application?: Partial<Application>;
}

function scenario({ name }: { readonly name: string }, change: Change = {}): Scenario {
  const base = loadScenario(`scenarios/published/${name}.yaml`);
  return {
    ...base,
    load: {
      ...base.load,
      rate_per_s: change.rate_per_s ?? base.load.rate_per_s,
      duration_ms: change.duration_ms ?? base.load.duration_ms,
    },
    workloads: base.workloads.map((workload) => ({
      ...workload,
      ...('replicas' in workload && { replicas: change.replicas ?? workload.replicas }),
      pod: {
        ...workload.pod,
        containers: workload.pod.containers.map((container) => ({
          ...container,
          application: { ...container.application, ...change.application },
        })),
      },
    })),
  };
}

/** Mean number of requests that the load balancer answers with 5xx. What the client does not wait for is counted apart. */
function failed(what: Scenario, trials: number): number {
  const world = new SimulatedWorld(what);
  let count = 0;
  for (let trial = 0; trial < trials; trial += 1) {
    world.simulate(trial, {
      record(event) {
        if (event.type === 'request' && event.outcome !== 'ok' && event.outcome !== 'timeout') count += 1;
      },
    });
  }
  return count / trials;
}

/** How long after the mark of their deletion the containers of the old pods had ended, and when the last had. */
function ends(what: Scenario): { readonly took_s: readonly number[]; readonly over_ms: number } {
  const marked_ms = new Map<string, number>();
  const took_s: number[] = [];
  let over_ms = 0;
  new SimulatedWorld(what).simulate(0, {
    record(event: TimelineEvent) {
      if (event.type !== 'pod' || !event.terminating || event.gone) return;
      const since_ms = marked_ms.get(event.pod);
      if (since_ms === undefined) {
        marked_ms.set(event.pod, event.at_ms);
      } else {
        took_s.push((event.at_ms - since_ms) / 1000);
        over_ms = event.at_ms;
      }
    },
  });
  return { took_s, over_ms };
}

/** The exact 95 % interval of the mean of a Poisson distribution of which one count is known (Garwood 1936). */
function poissonInterval(count: number): readonly [number, number] {
  const atMost = (most: number, mean: number): number => {
    let [term, sum] = [Math.exp(-mean), 0];
    for (let k = 0; k <= most; k += 1) {
      sum += term;
      term *= mean / (k + 1);
    }
    return sum;
  };
  const meanAt = (most: number, probability: number): number => {
    let [low, high] = [0, 100];
    for (let step = 0; step < 60; step += 1) {
      const mean = (low + high) / 2;
      if (atMost(most, mean) > probability) low = mean;
      else high = mean;
    }
    return low;
  };
  return [count === 0 ? 0 : meanAt(count - 1, 0.975), meanAt(count, 0.025)];
}

function expectWithin(mean: number, count: number): void {
  const [low, high] = poissonInterval(count);
  expect(mean).toBeGreaterThan(low);
  expect(mean).toBeLessThan(high);
}

/** What is not known of the program: its default, a few times as long, and all of the latency that was published. */
const SHORTEST: Partial<Application> = {};
const SHORT: Partial<Application> = { service_time: constant(5) };
const LONGEST: Partial<Application> = { service_time: constant(47), on_sigterm: 'drain' };

/** Three quarters of a million requests take a second or two, on a machine that is busy a few times as long. */
const SLOW_MACHINE_MS = 120_000;

/** With readiness alone the update is over by then, and nothing fails any more. */
const READINESS_MS = 110_000;

/** Mean over every number of replicas with every program. */
function meanOf(
  one: { readonly name: string },
  replicas: readonly number[],
  applications: readonly Partial<Application>[],
  trials: number,
): number {
  const duration_ms = one === READINESS ? READINESS_MS : undefined;
  const means = replicas.flatMap((count) =>
    applications.map((application) =>
      failed(scenario(one, { replicas: count, duration_ms, application }), trials),
    ),
  );
  return means.reduce((sum, mean) => sum + mean, 0) / means.length;
}

describe('published rolling updates', () => {
  it('are judged by the exact interval', () => {
    // As printed tables have it.
    const tables = [
      [12, 6.201, 20.96],
      [3, 0.6187, 8.767],
      [0, 0, 3.689],
    ] as const;
    for (const [count, low, high] of tables) {
      expect(poissonInterval(count)[0]).toBeCloseTo(low, 3);
      expect(poissonInterval(count)[1]).toBeCloseTo(high, 2);
    }
  });

  it.each(PUBLISHED)('$name: as many requests as were answered', (one) => {
    const { length } = schedule(scenario(one).load, () => 0);
    expect(Math.abs(length / one.answers - 1)).toBeLessThan(1e-4);
  });

  it.each([
    // Without a hook it hears of it at once; a hook of 40 s is cut short by 30 s of grace; 50 s let it end.
    { ...READINESS, on_sigterm: 'exit', after_s: 0 },
    { ...PRE_STOP, on_sigterm: 'exit', after_s: 30 },
    { ...GRACE, on_sigterm: 'exit', after_s: 40 },
    // A program that does not heed SIGTERM: the grace period, and 2 s after SIGTERM at the least.
    { ...READINESS, on_sigterm: 'ignore', after_s: 30 },
    { ...PRE_STOP, on_sigterm: 'ignore', after_s: 32 },
    { ...GRACE, on_sigterm: 'ignore', after_s: 50 },
  ] as const)(
    '$name: containers that $on_sigterm are gone after $after_s s',
    ({ on_sigterm, after_s, ...one }) => {
      const { took_s } = ends(scenario(one, { rate_per_s: 1, application: { on_sigterm } }));
      expect(took_s).toHaveLength(4);
      expect(Math.min(...took_s)).toBeGreaterThanOrEqual(after_s);
      // The signal, the sandbox, and the look at them.
      expect(Math.max(...took_s)).toBeLessThan(after_s + 1.5);
    },
  );

  it.each([2, 4, 10])('rolling-update-readiness: the update of %i replicas is over in time', (replicas) => {
    const { took_s, over_ms } = ends(scenario(READINESS, { replicas, rate_per_s: 1 }));
    expect(took_s).toHaveLength(replicas);
    expect(over_ms + 2000).toBeLessThan(READINESS_MS);
  });

  it.each([PRE_STOP, GRACE])(
    '$name: as many fail as were counted, within luck, whatever is not known',
    (one) => {
      // A request that is on its way when its connection ends: so many a second, in one round trip, of all pods together.
      expectWithin(meanOf(one, [2, 10], [SHORTEST, LONGEST], 1), one.failed);
    },
    SLOW_MACHINE_MS,
  );

  it(
    'rolling-update-readiness: so they do on average over 2 to 10 replicas and requests of 1 to 5 ms',
    () => {
      expectWithin(meanOf(READINESS, [2, 10], [SHORTEST, SHORT], 2), READINESS.failed);
    },
    SLOW_MACHINE_MS,
  );

  it(
    'rolling-update-readiness: more fail where requests take as long as they can have',
    () => {
      expect(meanOf(READINESS, [4], [LONGEST], 1)).toBeGreaterThan(poissonInterval(READINESS.failed)[1]);
    },
    SLOW_MACHINE_MS,
  );
});
