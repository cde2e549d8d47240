/** What each fault must show, virtual or real: one suite over the timelines of all worlds that know it. */
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadScenario } from '../../src/scenario/load.ts';
import type { Fault, FaultType, Scenario } from '../../src/scenario/scenario.ts';
import type {
  EndpointsEvent,
  FaultEvent,
  PodEvent,
  RequestEvent,
  TimelineEvent,
} from '../../src/timeline/event.ts';
import type { World } from '../../src/timeline/world.ts';
import { inLanes } from '../support/lanes.ts';

const file = fileURLToPath(new URL('scenarios/faults.yaml', import.meta.url));
const base = loadScenario(file);

/** When the first fault of each case acts. */
const AT_MS = 1000;
/** On a busy machine a command takes its time to start. */
const LATE_MAX_MS = 4000;
/** A command is called before its time, by as much as it has taken before. */
const EARLY_MAX_MS = 300;
/** A request's intended time and its end are a timeout apart. */
const TIMEOUT_MS = base.load.timeout_ms;

/** All that a case may look at. */
interface Seen {
  readonly requests: readonly RequestEvent[];
  readonly pods: readonly PodEvent[];
  readonly endpoints: readonly EndpointsEvent[];
  /** Names of the pods that were there before. */
  readonly before: readonly string[];
  readonly targets: readonly string[];
  readonly begin_ms: number;
  readonly end_ms: number;
}

interface Case {
  readonly faults: readonly Fault[];
  readonly duration_ms: number;
  /** What every world must show. */
  readonly shows: string;
  readonly check: (seen: Seen) => void;
}

type Of<T extends FaultType> = Extract<Fault, { readonly type: T }>;

function fault<T extends FaultType>(type: T, fields: Partial<Of<T>> = {}): Of<T> {
  const position = { file, line: 1, column: 1 };
  const ofWorkload =
    type === 'control-plane-outage' || type === 'registry-outage'
      ? {}
      : ['endpoint-removal', 'http-delay', 'http-abort'].includes(type)
        ? { service: 'nginx', namespace: base.load.namespace }
        : { workload: 'nginx', namespace: base.load.namespace };
  const victims = 'workload' in ofWorkload && type !== 'zone-outage' ? { mode: 'one', value: undefined } : {};
  const rest = { grace_period_s: undefined, duration_ms: undefined, container: 'nginx' };
  return {
    type,
    position,
    at_ms: [AT_MS],
    ...ofWorkload,
    ...victims,
    ...rest,
    ...fields,
  } as unknown as Of<T>;
}

const isBad = ({ outcome }: RequestEvent): boolean => outcome !== 'ok';
const goneAt_ms = ({ pods }: Seen, name: string) => pods.find(({ pod, gone }) => pod === name && gone)?.at_ms;
const successors = ({ pods, before }: Seen) => [
  ...new Set(pods.map(({ pod }) => pod).filter((pod) => !before.includes(pod))),
];
const readyAt_ms = ({ pods }: Seen, name: string) =>
  pods.find(({ pod, ready }) => pod === name && ready)?.at_ms;
const fewest = ({ endpoints }: Seen) => Math.min(...endpoints.map(({ ready }) => ready.length));

const CASES: Readonly<Partial<Record<FaultType, Case>>> = {
  'pod-eviction': {
    faults: [fault('pod-eviction')],
    duration_ms: 6000,
    shows: 'the victim leaves, and another takes its place',
    check(seen) {
      expect(seen.targets).toHaveLength(1);
      expect(goneAt_ms(seen, seen.targets[0]!)).toBeGreaterThan(seen.begin_ms);
      expect(successors(seen)).toHaveLength(1);
    },
  },
  'network-partition': {
    faults: [fault('network-partition', { duration_ms: 5000 })],
    duration_ms: 9000,
    shows: 'what reaches the victim gets no answer, and it stays an endpoint, until it is undone',
    check(seen) {
      const { requests, pods, begin_ms, end_ms } = seen;
      const during = requests.filter(({ at_ms }) => at_ms > begin_ms + 2000 && at_ms < end_ms - TIMEOUT_MS);
      const bad = during.filter(isBad);
      expect(bad.length / during.length).toBeGreaterThan(0.25);
      expect(bad.length / during.length).toBeLessThan(0.75);
      expect(bad.every(({ outcome }) => outcome === 'timeout')).toBe(true);
      expect(fewest(seen)).toBe(2);
      expect(pods.filter(({ at_ms, ready }) => at_ms >= AT_MS && !ready)).toEqual([]);
    },
  },
  'dns-outage': {
    faults: [fault('dns-outage', { duration_ms: 3000 })],
    duration_ms: 8000,
    shows: 'a pod whose program looks up no names serves as before',
    check: expectUnmoved,
  },
  'cpu-stress': {
    faults: [fault('cpu-stress', { workers: 1, image: 'busybox', duration_ms: 3000 })],
    duration_ms: 9000,
    shows: 'a pod without a CPU limit serves as before',
    check: expectUnmoved,
  },
  'memory-stress': {
    faults: [fault('memory-stress', { size_bytes: 8 * 2 ** 20, image: 'busybox', duration_ms: 3000 })],
    duration_ms: 9000,
    shows: 'a pod with room for what it takes serves as before',
    check: expectUnmoved,
  },
  'node-cordon': {
    faults: [
      fault('node-cordon', { duration_ms: 4000 }),
      fault('pod-kill', { at_ms: [AT_MS + 1000], mode: 'all' }),
    ],
    duration_ms: 8000,
    shows: 'no pod leaves with it, and those that are started while it lasts start on the other node',
    check(seen) {
      expect(seen.targets).toEqual(['node-2']);
      for (const name of seen.before) expect(goneAt_ms(seen, name)).toBeGreaterThan(seen.begin_ms + 500);
      const nodes = successors(seen).map((name) => seen.pods.findLast(({ pod }) => pod === name)?.node);
      expect(nodes).toEqual(['node-1', 'node-1']);
    },
  },
  'node-drain': {
    faults: [fault('node-drain', { duration_ms: 4000 })],
    duration_ms: 8000,
    shows: 'the pod of the second node leaves, and its successor starts on the first',
    check(seen) {
      expect(seen.targets).toEqual(['node-2']);
      const [drained] = seen.pods.filter(({ node, at_ms }) => node === 'node-2' && at_ms === 0);
      expect(goneAt_ms(seen, drained!.pod)).toBeGreaterThan(seen.begin_ms);
      const nodes = successors(seen).map((name) => seen.pods.findLast(({ pod }) => pod === name)?.node);
      expect(nodes).toEqual(['node-1']);
    },
  },
  'node-taint': {
    faults: [
      fault('node-taint', {
        taint: { key: 'foreshock', value: 'test', effect: 'NoExecute' },
        duration_ms: 4000,
      }),
    ],
    duration_ms: 8000,
    shows: 'the pod of the second node goes at once, its successor starts on the first, and the other stays',
    check(seen) {
      expect(seen.targets).toEqual(['node-2']);
      const [evicted] = seen.pods.filter(({ node, at_ms }) => node === 'node-2' && at_ms === 0);
      expect(seen.pods.filter(({ gone }) => gone).map(({ pod }) => pod)).toEqual([evicted!.pod]);
      const marked = seen.pods.find(({ pod, terminating }) => pod === evicted!.pod && terminating);
      expect(marked!.at_ms - seen.begin_ms).toBeLessThan(2000);
      const nodes = successors(seen).map((name) => seen.pods.findLast(({ pod }) => pod === name)?.node);
      expect(nodes).toEqual(['node-1']);
    },
  },
  'rollout-restart': {
    faults: [fault('rollout-restart')],
    duration_ms: 12_000,
    shows: 'every pod is replaced, and there are never fewer than two ready',
    check(seen) {
      for (const pod of seen.before) expect(goneAt_ms(seen, pod)).toBeGreaterThan(seen.begin_ms);
      expect(successors(seen)).toHaveLength(2);
      expect(fewest(seen)).toBe(2);
    },
  },
  'bad-image': {
    faults: [fault('bad-image', { duration_ms: 3000 })],
    duration_ms: 8000,
    shows: 'a pod comes that never gets ready, and goes with the undoing; the others stay',
    check(seen) {
      const [stuck, ...more] = successors(seen);
      expect(more).toEqual([]);
      expect(readyAt_ms(seen, stuck!)).toBeUndefined();
      expect(goneAt_ms(seen, stuck!)).toBeGreaterThanOrEqual(seen.end_ms - 100);
      expect(seen.pods.filter(({ pod, gone }) => gone && seen.before.includes(pod))).toEqual([]);
      expect(fewest(seen)).toBe(2);
    },
  },
  'bad-readiness': {
    faults: [fault('bad-readiness', { duration_ms: 4000 })],
    duration_ms: 9000,
    shows: 'a pod comes that runs and never gets ready, and goes with the undoing; the others stay',
    check(seen) {
      const [stuck, ...more] = successors(seen);
      expect(more).toEqual([]);
      expect(seen.pods.some(({ pod, phase }) => pod === stuck && phase === 'Running')).toBe(true);
      expect(readyAt_ms(seen, stuck!)).toBeUndefined();
      expect(goneAt_ms(seen, stuck!)).toBeGreaterThanOrEqual(seen.end_ms - 100);
      expect(seen.pods.filter(({ pod, gone }) => gone && seen.before.includes(pod))).toEqual([]);
      expect(fewest(seen)).toBe(2);
    },
  },
  scale: {
    faults: [fault('scale', { replicas: 1, duration_ms: 3000 })],
    duration_ms: 8000,
    shows: 'one pod leaves and does not come back before the undoing',
    check(seen) {
      expect(fewest(seen)).toBe(1);
      const [successor, ...more] = successors(seen);
      expect(more).toEqual([]);
      const first = seen.pods.find(({ pod }) => pod === successor)?.at_ms;
      // When it is asked for, which may be answered after the pod has been seen.
      expect(first).toBeGreaterThanOrEqual(AT_MS + 3000);
    },
  },
  'endpoint-removal': {
    faults: [fault('endpoint-removal', { duration_ms: 3000 })],
    duration_ms: 8000,
    shows: 'requests are refused until it is undone, and the pods are as before',
    check({ requests, pods, endpoints, begin_ms, end_ms }) {
      expect(endpoints.find(({ ready }) => ready.length === 0)!.at_ms - begin_ms).toBeLessThan(1000);
      // kube-proxy may have synced a second ago, and reads no more often.
      const during = requests.filter(({ at_ms }) => at_ms > begin_ms + 1500 && at_ms < end_ms - 100);
      expect(during.length).toBeGreaterThan(30);
      expect(during.filter(({ outcome }) => !['refused', 'timeout'].includes(outcome))).toEqual([]);
      expect(during.some(({ outcome }) => outcome === 'refused')).toBe(true);
      expect(
        pods.filter(
          ({ at_ms, gone, terminating, ready }) => at_ms >= AT_MS && (gone || terminating || !ready),
        ),
      ).toEqual([]);
    },
  },
  'http-delay': {
    faults: [fault('http-delay', { delay_ms: 200, percentage: 50, duration_ms: 4000 })],
    duration_ms: 8000,
    shows:
      'its share of the requests is answered so much later, and none after it, while the pods are as before',
    check({ requests, endpoints, pods, begin_ms, end_ms }) {
      const late = requests.filter(({ latency_ms }) => latency_ms >= 200);
      const during = requests.filter(({ at_ms }) => at_ms > begin_ms + 1000 && at_ms < end_ms);
      const share = during.filter((request) => late.includes(request)).length / during.length;
      expect(share).toBeGreaterThan(0.3);
      expect(share).toBeLessThan(0.7);
      // What holds them is told of the end a moment later.
      for (const { at_ms } of late) expect(at_ms).toBeLessThan(end_ms + 1000);
      expect(requests.filter(isBad)).toEqual([]);
      expect(Math.min(...endpoints.map(({ ready }) => ready.length))).toBe(2);
      expect(pods.filter(({ at_ms, ready }) => at_ms >= AT_MS && !ready)).toEqual([]);
    },
  },
  'http-abort': {
    faults: [fault('http-abort', { status: 503, percentage: 50, duration_ms: 4000 })],
    duration_ms: 8000,
    shows:
      'its share of the requests is answered with the error, and none after it, while the pods are as before',
    check({ requests, endpoints, pods, begin_ms, end_ms }) {
      const bad = requests.filter(isBad);
      expect(new Set(bad.map(({ outcome }) => outcome))).toEqual(new Set(['bad-status']));
      const during = requests.filter(({ at_ms }) => at_ms > begin_ms + 1000 && at_ms < end_ms);
      const share = during.filter(isBad).length / during.length;
      expect(share).toBeGreaterThan(0.3);
      expect(share).toBeLessThan(0.7);
      for (const { at_ms } of bad) expect(at_ms).toBeLessThan(end_ms + 1000);
      expect(Math.min(...endpoints.map(({ ready }) => ready.length))).toBe(2);
      expect(pods.filter(({ at_ms, ready }) => at_ms >= AT_MS && !ready)).toEqual([]);
    },
  },
  'container-pause': {
    faults: [fault('container-pause', { duration_ms: 6000 })],
    duration_ms: 11_000,
    shows: 'what reaches the paused pod gets no answer, until the probe has taken it out',
    check(seen) {
      const bad = seen.requests.filter(isBad);
      expect(bad.length).toBeGreaterThan(20);
      expect(bad.every(({ outcome }) => ['timeout', 'slow'].includes(outcome))).toBe(true);
      const without = seen.endpoints.find(({ ready }) => !ready.includes(seen.targets[0]!));
      // Two attempts in a row fail, each after its timeout of a second, and one may just have been good.
      expect(without!.at_ms - seen.begin_ms).toBeGreaterThan(1000);
      expect(without!.at_ms - seen.begin_ms).toBeLessThan(4500);
      expect(successors(seen)).toEqual([]);
    },
  },
  'sandbox-kill': {
    faults: [fault('sandbox-kill')],
    duration_ms: 10_000,
    shows: 'the pod leaves the Service for as long as it takes to start all of it anew, and is the same pod',
    check(seen) {
      const [target] = seen.targets;
      expect(successors(seen)).toEqual([]);
      expect(goneAt_ms(seen, target!)).toBeUndefined();
      const unready = seen.pods.find(({ pod, ready }) => pod === target && !ready);
      // The kubelet looks once a second; what it finds it stops, starts anew, and looks at again.
      expect(unready!.at_ms - seen.begin_ms).toBeGreaterThan(0);
      expect(unready!.at_ms - seen.begin_ms).toBeLessThan(5000);
      const last = seen.pods.findLast(({ pod }) => pod === target);
      expect(last!.ready).toBe(true);
      expect(last!.at_ms).toBeGreaterThan(unready!.at_ms);
      expect(fewest(seen)).toBe(1);
    },
  },
  'node-partition': {
    faults: [fault('node-partition', { duration_ms: 3000 })],
    duration_ms: 8000,
    shows: 'what reaches the node that is cut off gets no answer, until it is back; its pod is the same',
    check(seen) {
      expect(seen.targets).toEqual(['node-2']);
      expectHalfLost(seen, seen.end_ms + TIMEOUT_MS);
      expect(successors(seen)).toEqual([]);
    },
  },
  'zone-outage': {
    faults: [fault('zone-outage', { zone: 'any', duration_ms: 3000 })],
    duration_ms: 16_000,
    shows: 'what reaches the zone that is away gets no answer; its nodes boot, and the same pods serve again',
    check(seen) {
      expect(seen.targets).toEqual(['node-2']);
      expectHalfLost(seen, seen.end_ms + 8000);
      expect(successors(seen)).toEqual([]);
    },
  },
  'node-loss': {
    faults: [fault('node-loss', { duration_ms: 3000 })],
    duration_ms: 16_000,
    shows: 'what reaches the lost node gets no answer; it boots, and the same pod serves again',
    check(seen) {
      expect(seen.targets).toEqual(['node-2']);
      expectHalfLost(seen, seen.end_ms + 8000);
      expect(successors(seen)).toEqual([]);
    },
  },
  'control-plane-outage': {
    faults: [
      fault('control-plane-outage', { component: 'controller-manager', duration_ms: 4000 }),
      fault('pod-kill', { at_ms: [AT_MS + 1500], grace_period_s: 0 }),
    ],
    duration_ms: 13_000,
    shows: 'nothing replaces a killed pod before the controllers are back',
    check(seen) {
      const [successor, ...more] = successors(seen);
      expect(more).toEqual([]);
      const first = seen.pods.find(({ pod }) => pod === successor)?.at_ms;
      expect(first).toBeGreaterThan(seen.end_ms - 1000);
    },
  },
  'registry-outage': {
    faults: [
      fault('registry-outage', { duration_ms: 4000 }),
      fault('pod-kill', { at_ms: [AT_MS + 2000], grace_period_s: 0 }),
    ],
    // Refused twice, the kubelet asks for the image again after 10 s and 20 s.
    duration_ms: 26_000,
    shows: 'a killed pod is replaced at once, but its successor cannot start before the registry is back',
    check(seen) {
      const [successor] = successors(seen);
      expect(seen.pods.find(({ pod }) => pod === successor)?.at_ms).toBeLessThan(seen.end_ms);
      expect(readyAt_ms(seen, successor!)).toBeGreaterThan(seen.end_ms);
    },
  },
};

/** One pod is hit, and neither it nor any request suffers. */
function expectUnmoved({ targets, before, pods, requests }: Seen): void {
  expect(targets).toHaveLength(1);
  expect(before).toContain(targets[0]);
  const moved = pods.filter(
    ({ at_ms, gone, terminating, ready }) => at_ms >= AT_MS && (gone || terminating || !ready),
  );
  expect(moved).toEqual([]);
  expect(requests.filter(isBad)).toEqual([]);
}

/** About half of the requests go to the node, and fail while it is away: from begin to `until_ms` at the most. */
function expectHalfLost({ requests, begin_ms, end_ms }: Seen, until_ms: number): void {
  const away = requests.filter(({ at_ms }) => at_ms > begin_ms && at_ms < end_ms - TIMEOUT_MS);
  const share = away.filter(isBad).length / away.length;
  expect(share).toBeGreaterThan(0.25);
  expect(share).toBeLessThan(0.75);
  const bad = requests.filter(isBad);
  for (const { outcome, at_ms } of bad) {
    expect(['timeout', 'slow', 'unreachable', 'refused', 'reset']).toContain(outcome);
    expect(at_ms).toBeGreaterThan(begin_ms - TIMEOUT_MS);
    expect(at_ms).toBeLessThan(until_ms);
  }
}

/** A scenario of two replicas to which one fault is done. */
export function scenarioWith<T extends FaultType>(
  type: T,
  fields: Partial<Of<T>>,
  duration_ms: number,
): Scenario {
  return { ...base, faults: [fault(type, fields)], load: { ...base.load, duration_ms } };
}

/** What a trial's timeline says. */
function look(events: readonly TimelineEvent[]): Seen {
  const faultEvent = (type: FaultEvent['type']) =>
    events.find((event) => event.type === type && event.fault === 0) as FaultEvent | undefined;
  const begin = faultEvent('fault-begin');
  const end = faultEvent('fault-end');
  const pods = events.filter((event) => event.type === 'pod');
  const requests = events.filter((event) => event.type === 'request');
  return {
    requests: requests.toSorted((a, b) => a.at_ms - b.at_ms),
    pods,
    endpoints: events.filter((event) => event.type === 'endpoints'),
    before: [...new Set(pods.filter(({ at_ms }) => at_ms < AT_MS).map(({ pod }) => pod))],
    targets: begin?.targets ?? [],
    begin_ms: begin?.at_ms ?? Number.NaN,
    end_ms: end?.at_ms ?? Number.NaN,
  };
}

export interface FaultsOptions {
  /** Of each fault. */
  readonly trials: number;
  /** Faults that are tried at the same time, each on an application of its own. */
  readonly at_a_time: number;
}

/**
 * @param types faults that this world knows
 * @param run gives a world for a scenario to `use`, and puts away what it made for it; of those that go on at the same
 *   time none is in the same lane
 */
export function describeFaults(
  name: string,
  types: readonly FaultType[],
  { trials, at_a_time }: FaultsOptions,
  run: (scenario: Scenario, use: (world: World) => Promise<void>, lane: number) => Promise<void>,
): void {
  describe(name, () => {
    let begun: ReadonlyMap<FaultType, Promise<readonly Seen[]>>;

    beforeAll(() => {
      begun = inLanes(types, at_a_time, async (type, lane) => {
        const { faults, duration_ms } = CASES[type]!;
        const scenario: Scenario = { ...base, faults, load: { ...base.load, duration_ms } };
        const all: Seen[] = [];
        const observe = async (world: World) => {
          for (let trial = 0; trial < trials; trial += 1) {
            const events: TimelineEvent[] = [];
            await world.run(trial, { record: (event) => void events.push(event) });
            all.push(look(events));
          }
        };
        await run(scenario, observe, lane);
        return all;
      });
    });

    describe.each(types)('%s', (type) => {
      const { faults, duration_ms, shows, check } = CASES[type]!;
      let all: readonly Seen[] = [];

      beforeAll(async () => {
        all = await begun.get(type)!;
      }, 240_000);

      it('begins when the scenario says, and ends a duration later', () => {
        const [first] = faults;
        const lasts_ms = (first && 'duration_ms' in first ? first.duration_ms : undefined) ?? 0;
        for (const { begin_ms, end_ms } of all) {
          expect(begin_ms).toBeGreaterThanOrEqual(AT_MS - EARLY_MAX_MS);
          expect(begin_ms).toBeLessThan(AT_MS + LATE_MAX_MS);
          expect(end_ms - begin_ms).toBeGreaterThanOrEqual(lasts_ms - EARLY_MAX_MS);
          expect(end_ms - begin_ms).toBeLessThan(lasts_ms + LATE_MAX_MS);
        }
      });

      it('leaves every request its outcome, and those before it a good one', () => {
        for (const { requests, begin_ms } of all) {
          expect(requests).toHaveLength((base.load.rate_per_s * duration_ms) / 1000);
          // The last before it may be on its way when it comes.
          const before = requests.filter(({ at_ms }) => at_ms < begin_ms - TIMEOUT_MS);
          expect(before.length).toBeGreaterThan(0);
          expect(before.filter(isBad)).toEqual([]);
        }
      });

      it(`shows how ${shows}`, () => {
        expect(all).toHaveLength(trials);
        for (const seen of all) {
          expect(seen.before).toHaveLength(2);
          check(seen);
        }
      });

      it('is over in the end: two ready pods behind the Service, and every request good', () => {
        for (const { endpoints, requests } of all) {
          expect(endpoints.at(-1)?.ready).toHaveLength(2);
          expect(requests.filter(({ at_ms }) => at_ms >= duration_ms - 500).filter(isBad)).toEqual([]);
        }
      });
    });
  });
}
