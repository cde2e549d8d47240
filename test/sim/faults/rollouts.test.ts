import { describe, expect, it } from 'vitest';
import { constant } from '../../../src/scenario/distribution.ts';
import { loadScenario } from '../../../src/scenario/load.ts';
import type { Container, Deployment, Fault, Scenario, Workload } from '../../../src/scenario/scenario.ts';
import { Budget, budgetShares } from '../../../src/sim/estimate/budget.ts';
import { actionFor } from '../../../src/sim/fault-action.ts';
import type { SimulatedCluster } from '../../../src/sim/kubernetes/cluster.ts';
import { SimulatedWorld } from '../../../src/sim/world.ts';
import type { TimelineEvent } from '../../../src/timeline/event.ts';
import { Score } from '../../../src/timeline/score.ts';
import { INSTANT } from '../kubernetes/environment.ts';
import { deployment, template } from '../kubernetes/objects.ts';
import { CAUSE, WorkloadLab } from '../kubernetes/workload-lab.ts';

const BASE = loadScenario('scenarios/validation/five-all-forced.yaml');
const POSITION = { file: '', line: 1, column: 1 };

/** A fault on the Deployment `web`, with one container of that name. */
const about = <T extends object>(fault: T) =>
  ({
    position: POSITION,
    workload: 'web',
    namespace: 'default',
    at_ms: [2000],
    ...fault,
  }) as unknown as Fault;

describe('the faults that change a workload', () => {
  const setUp = (replicas = 2) => {
    const lab = new WorkloadLab(deployment({ replicas }));
    const cluster = { operator: lab.operator } as SimulatedCluster;
    let before: unknown;
    const apply = (fault: Fault) => {
      before = actionFor(fault).remember?.(cluster, fault, []);
      actionFor(fault).apply(cluster, fault, [], CAUSE, before);
    };
    const undo = (fault: Fault) => actionFor(fault).undo?.(cluster, fault, [], CAUSE, before);
    const object = () => lab.api.workloads.get(lab.key)!;
    return { lab, apply, undo, object };
  };

  it('restart with a template that is equal and not the same', () => {
    const { lab, apply, object } = setUp();
    const before = object().template;
    apply(about({ type: 'rollout-restart' }));
    lab.run(10_000);
    expect(object().template).toEqual(before);
    expect(object().template).not.toBe(before);
    expect(lab.serving.map(({ owner }) => owner)).toEqual(['web-rev2', 'web-rev2']);
  });

  it('roll out an image that nobody has, and go back to the very template there was', () => {
    const { lab, apply, undo, object } = setUp();
    const before = object().template;
    const fault = about({ type: 'bad-image', container: 'web', duration_ms: 1000 });
    apply(fault);
    lab.run(1000);
    expect(object().template.containers.map(({ image }) => image)).toEqual(['foreshock.invalid/none:none']);
    undo(fault);
    lab.run(2000);
    expect(object().template).toBe(before);
    expect(object().revision).toBe(3);
  });

  it('roll out a readiness probe that fails, and go back to the very template there was', () => {
    const { lab, apply, undo, object } = setUp();
    const before = object().template;
    const fault = about({ type: 'bad-readiness', container: 'web', duration_ms: 1000 });
    apply(fault);
    lab.run(1000);
    expect(object().template.containers).toMatchObject([
      { image: 'nginx', readiness_probe: { handler: 'tcp', port: 1 } },
    ]);
    apply(fault);
    lab.run(1500);
    expect(object().revision).toBe(2);
    undo(fault);
    lab.run(2000);
    expect(object().template).toBe(before);
    undo(fault);
    lab.run(3000);
    expect(object().revision).toBe(3);
  });

  it('do nothing when the image is bad already, or somebody else has set another meanwhile', () => {
    const { lab, apply, undo, object } = setUp();
    const fault = about({ type: 'bad-image', container: 'web', duration_ms: 1000 });
    apply(fault);
    lab.run(1000);
    const { revision } = object();
    apply(fault);
    lab.run(2000);
    expect(object().revision).toBe(revision);
    const other = template();
    lab.operator.workloads.update(lab.key, { template: other }, CAUSE);
    lab.run(3000);
    undo(fault);
    lab.run(4000);
    expect(object().template).toBe(other);
  });

  it('bring the image back on top of a restart that came between', () => {
    const { lab, apply, undo, object } = setUp();
    const before = object().template;
    const fault = about({ type: 'bad-image', container: 'web', duration_ms: 1000 });
    apply(fault);
    lab.run(1000);
    apply(about({ type: 'rollout-restart' }));
    lab.run(2000);
    undo(fault);
    lab.run(60_000);
    expect(object().template).toEqual(before);
    expect(object().template).not.toBe(before);
    expect(lab.updated.length).toBe(2);
  });

  it('scale by a share of what there is, and back', () => {
    const { lab, apply, undo, object } = setUp(5);
    const fault = about({ type: 'scale', replicas: { by: -50, unit: 'percent' }, duration_ms: 1000 });
    apply(fault);
    lab.run(5000);
    expect(object().replicas).toBe(2);
    undo(fault);
    lab.run(10_000);
    expect(lab.serving.length).toBe(5);
  });

  it('scale, and scale back to what was there before, unless somebody else has scaled meanwhile', () => {
    const { lab, apply, undo, object } = setUp(3);
    const fault = about({ type: 'scale', replicas: 8, duration_ms: 1000 });
    apply(fault);
    lab.run(5000);
    expect(lab.serving.length).toBe(8);
    undo(fault);
    lab.run(10_000);
    expect(lab.serving.length).toBe(3);
    apply(fault);
    lab.run(15_000);
    lab.scale(5);
    lab.run(20_000);
    undo(fault);
    lab.run(25_000);
    expect(object().replicas).toBe(5);
  });
});

/** So many replicas of nginx, which takes 2 s to start, restarted at 2 s; only timers and probes remain. */
function restarted(change: Partial<Deployment>, application = {}, load = {}): Scenario {
  const [fault] = BASE.faults;
  const { workload, namespace, position } = fault as Extract<Fault, { type: 'pod-kill' }>;
  return {
    ...BASE,
    timing: INSTANT,
    load: { ...BASE.load, duration_ms: 30_000, rate_per_s: 50, ...load },
    faults: [{ type: 'rollout-restart', at_ms: [2000], workload, namespace, position }],
    workloads: BASE.workloads.map(
      (each) =>
        ({
          ...each,
          ...change,
          pod: {
            ...each.pod,
            containers: each.pod.containers.map((container) => ({
              ...container,
              application: { ...container.application, start_time: constant(2000), ...application },
            })),
          },
        }) as Workload,
    ),
  };
}

function trial(scenario: Scenario, number = 0) {
  const score = new Score();
  const events: TimelineEvent[] = [];
  const { recoveries } = new SimulatedWorld(scenario).simulate(number, {
    record(event) {
      score.record(event);
      events.push(event);
    },
  });
  const seen = score.observation();
  const budget = new Budget();
  budget.add(budgetShares(seen.outages, recoveries, scenario.load));
  return { seen, events, budget: new Map(budget.lines().map((line) => [line.mechanism, line.seconds])) };
}

describe('a rollout in the whole cluster', () => {
  it('loses nothing where old pods go on serving until the rules have changed', () => {
    const scenario = restarted({ replicas: 4 }, { on_sigterm: 'serve', stop_time: constant(3000) });
    for (let number = 0; number < 20; number += 1) {
      const { seen, events } = trial(scenario, number);
      expect(seen.failed_requests).toBe(0);
      const ready = events.flatMap((event) => (event.type === 'endpoints' ? [event.ready] : []));
      expect(ready.at(-1)!.every((pod) => pod.includes('rev2'))).toBe(true);
      expect(ready.at(-1)).toHaveLength(4);
    }
  });

  it('loses the race between SIGTERM and the rules with every old pod, and none where a hook waits for the rules', () => {
    const failed = (pre_stop: ReturnType<typeof constant> | undefined) => {
      const base = restarted(
        { replicas: 4 },
        { on_sigterm: 'exit', stop_time: constant(0) },
        { rate_per_s: 200 },
      );
      const workloads = base.workloads.map((each) => ({
        ...each,
        pod: {
          ...each.pod,
          containers: each.pod.containers.map((container) => ({ ...container, pre_stop })),
        },
      }));
      const scenario = { ...base, timing: BASE.timing, workloads };
      return Array.from({ length: 10 }, (_, number) => trial(scenario, number).seen.failed_requests);
    };
    // Some 40 ms of the rules' writing for each of four, of which a quarter of 200 requests a second go to it.
    const [without, withHook] = [failed(undefined), failed(constant(5000))];
    expect(Math.min(...without)).toBeGreaterThan(0);
    expect(Math.max(...withHook)).toBe(0);
  });

  const badReadiness = (change: Partial<Deployment>) => {
    const base = restarted(change);
    const { workload, namespace } = base.faults[0] as Extract<Fault, { type: 'rollout-restart' }>;
    const [{ name: container }] = base.workloads[0]!.pod.containers as [Container];
    const of = { position: POSITION, at_ms: [2000], workload, namespace, container };
    const fault: Fault = { ...of, type: 'bad-readiness', duration_ms: 10_000 };
    return { ...base, faults: [fault] };
  };

  it('with a probe that fails stops at what the strategy allows to be missing, and loses no request', () => {
    const strategy = {
      type: 'RollingUpdate',
      max_unavailable: { percent: 25 },
      max_surge: { percent: 25 },
    } as const;
    for (let number = 0; number < 10; number += 1) {
      const scenario = badReadiness({ replicas: 4, strategy });
      const { events } = trial(scenario, number);
      const ready = events.flatMap((event) => (event.type === 'endpoints' ? [event.ready.length] : []));
      expect(Math.min(...ready)).toBe(3);
      expect(ready.at(-1)).toBe(4);
      const stuck = events.flatMap((event) =>
        event.type === 'pod' && event.pod.includes('rev2') && event.phase === 'Running' ? [event.pod] : [],
      );
      expect(new Set(stuck).size).toBe(2);
    }
  });

  it('with a probe that fails loses everything until it is undone where it recreates', () => {
    for (let number = 0; number < 10; number += 1) {
      const { seen } = trial(badReadiness({ replicas: 2, strategy: { type: 'Recreate' } }), number);
      // Undone 10 s later; then the old template starts in 2 s.
      expect(seen.downtime_s).toBeGreaterThan(10 + 2 - 0.02);
      expect(seen.downtime_s).toBeLessThan(10 + 2 + 4);
    }
  });

  it('loses everything for the time of a start where it recreates, and lays it on what took the time', () => {
    const scenario = restarted({ replicas: 3, strategy: { type: 'Recreate' } });
    for (let number = 0; number < 20; number += 1) {
      const { seen, budget } = trial(scenario, number);
      expect(seen.outages).toHaveLength(1);
      // Volumes and the start; then up to a look of the PLEG and a probe.
      expect(seen.downtime_s).toBeGreaterThanOrEqual(2.29);
      expect(seen.downtime_s).toBeLessThanOrEqual(2.3 + 1 + 0.05);
      const total = [...budget.values()].reduce((a, b) => a + b, 0);
      expect(total).toBeCloseTo(seen.downtime_s, 6);
      expect(budget.get('application start')).toBeGreaterThan(1.5);
    }
  });

  it('says in the budget that the deployment was waited for, where its controller is slow', () => {
    const slow = restarted({ replicas: 1, strategy: { type: 'Recreate' } });
    const { budget } = trial({ ...slow, timing: { ...INSTANT, controller_sync: constant(400) } });
    // One sync of the deployment creates the new set; the one before found that the old pod still runs.
    expect(budget.get('deployment')).toBeGreaterThan(0.3);
    expect(budget.get('replica set')).toBeGreaterThan(0.3);
  });

  it('goes on for minReadySeconds longer with each round, and says so', () => {
    const ends_ms = [0, 5].map((min_ready_s) => {
      const change = { replicas: 3, min_ready_s, strategy: ONE_BY_ONE };
      const { events } = trial(restarted(change, { on_sigterm: 'serve', stop_time: constant(2000) }));
      return events
        .flatMap((event) => (event.type === 'pod' && event.terminating ? [event.at_ms] : []))
        .at(-1)!;
    });
    // Three rounds wait: each up to a second less, counted from the second before, and a look of the PLEG more or less.
    expect(ends_ms[1]! - ends_ms[0]!).toBeGreaterThan(3 * (5000 - 2000));
    expect(ends_ms[1]! - ends_ms[0]!).toBeLessThan(3 * (5000 + 1000));
  });
});

/** An image that nobody has, from 2 s on; undone after so long. */
function badImage(scenario: Scenario, duration_ms: number | undefined): Scenario {
  const container = scenario.workloads[0]!.pod.containers[0]!.name;
  const faults = scenario.faults.map(
    (fault) => ({ ...fault, type: 'bad-image', container, duration_ms }) as Fault,
  );
  return { ...scenario, faults };
}

describe('an image that nobody has', () => {
  const lasting = { on_sigterm: 'serve', stop_time: constant(3000) };

  it('leaves everybody who serves alone where 25 % of two may be away', () => {
    for (const duration_ms of [undefined, 15_000]) {
      const { seen, events } = trial(badImage(restarted({ replicas: 2 }, lasting), duration_ms));
      expect(seen.failed_requests).toBe(0);
      const ready = events.flatMap((event) => (event.type === 'endpoints' ? [event.ready] : []));
      expect(ready.every((pods) => pods.length === 2)).toBe(true);
      const created = events.flatMap((event) =>
        event.type === 'pod' && event.pod.includes('rev2') ? [event.pod] : [],
      );
      expect(new Set(created).size).toBe(1);
    }
  });

  it('takes one of four away for as long as it lasts, and gives it back', () => {
    const { seen, events } = trial(badImage(restarted({ replicas: 4 }, lasting), 10_000));
    expect(seen.failed_requests).toBe(0);
    const ready = events.flatMap((event) => (event.type === 'endpoints' ? [event] : []));
    const between = (from_ms: number, to_ms: number) =>
      ready.filter(({ at_ms }) => at_ms > from_ms && at_ms <= to_ms).map((event) => event.ready.length);
    expect(between(2500, 12_000).every((count) => count === 3)).toBe(true);
    expect(ready.at(-1)!.ready).toHaveLength(4);
    expect(ready.at(-1)!.ready.some((pod) => pod.includes('rev2'))).toBe(false);
  });

  it('is down for as long as it lasts, and a start more, where the strategy is Recreate', () => {
    const scenario = badImage(restarted({ replicas: 2, strategy: { type: 'Recreate' } }), 10_000);
    const { seen } = trial(scenario);
    expect(seen.outages).toHaveLength(1);
    expect(seen.downtime_s).toBeGreaterThan(10 + 2.3);
    expect(seen.downtime_s).toBeLessThan(10 + 2.3 + 4);
  });

  it('gives a StatefulSet its last pod back, since the bad one is deleted when the image is put right', () => {
    const scenario = badImage(restarted({ replicas: 3 }, lasting), 5000);
    const workloads = scenario.workloads.map((each) => ({ ...each, ...STATEFUL }) as Workload);
    const { events } = trial({ ...scenario, workloads });
    const ready = events.flatMap((event) => (event.type === 'endpoints' ? [event.ready] : []));
    const names = ['0', '1', '2'].map((ordinal) => `${workloads[0]!.name}-${ordinal}`);
    expect(ready.some((pods) => pods.length === 2)).toBe(true);
    expect(ready.at(-1)).toHaveLength(names.length);
    expect(ready.at(-1)?.slice(0, 2)).toEqual(names.slice(0, 2));
  });
});

const STATEFUL = {
  kind: 'StatefulSet',
  pod_management: 'OrderedReady',
  update_strategy: { type: 'RollingUpdate', partition: 0, max_unavailable: { pods: 1 } },
};

const ONE_BY_ONE: Deployment['strategy'] = {
  type: 'RollingUpdate',
  max_surge: { pods: 1 },
  max_unavailable: { pods: 0 },
};
