import { describe, expect, it } from 'vitest';
import { loadScenario } from '../../../src/scenario/load.ts';
import { plainNodes } from '../../../src/scenario/nodes.ts';
import type { Fault, NodeCordon, NodeTaint, Scenario, Toleration } from '../../../src/scenario/scenario.ts';
import { SimulatedWorld } from '../../../src/sim/world.ts';
import type { PodEvent, TimelineEvent } from '../../../src/timeline/event.ts';
import { INSTANT } from '../kubernetes/environment.ts';
import { deployment, template } from '../kubernetes/objects.ts';

const BASE = loadScenario('scenarios/validation/two-one-graceful.yaml');
const AT_MS = 5000;

const onNodes = {
  position: { file: '', line: 1, column: 1 },
  workload: 'web',
  namespace: 'default',
  mode: 'one',
  value: undefined,
  at_ms: [AT_MS],
} as const;
const cordon = (duration_ms?: number): NodeCordon => ({ ...onNodes, type: 'node-cordon', duration_ms });
const taint = (effect: NodeTaint['taint']['effect'], duration_ms?: number): NodeTaint => ({
  ...onNodes,
  type: 'node-taint',
  taint: { key: 'maintenance', value: 'yes', effect },
  duration_ms,
});
const killAll = (at_ms: number): Fault => ({
  ...onNodes,
  type: 'pod-kill',
  mode: 'all',
  grace_period_s: 0,
  at_ms: [at_ms],
});
const toleration = (toleration_s?: number): Toleration => ({
  key: 'maintenance',
  operator: 'Exists',
  value: '',
  effect: undefined,
  toleration_s,
});

/** Two pods on two nodes, which start at once. */
function podEvents(
  faults: readonly Fault[],
  tolerations: readonly Toleration[] = [],
  number = 0,
): readonly PodEvent[] {
  const scenario: Scenario = {
    ...BASE,
    timing: INSTANT,
    faults,
    cluster: { ...BASE.cluster, nodes: plainNodes(2) },
    workloads: [deployment({ replicas: 2, pod: template({ tolerations }) })],
    services: BASE.services.map((service) => ({ ...service, selector: { app: 'web' } })),
    load: { ...BASE.load, rate_per_s: 1, duration_ms: 60_000 },
  };
  const events: TimelineEvent[] = [];
  new SimulatedWorld(scenario).simulate(number, { record: (event) => void events.push(event) });
  return events.filter((event) => event.type === 'pod').filter(({ at_ms }) => at_ms > 0);
}

/** Nodes of the pods that were placed from a time on. */
const placedFrom = (events: readonly PodEvent[], from_ms: number) =>
  events
    .filter(({ at_ms }) => at_ms >= from_ms)
    .filter(({ phase, node, terminating }) => phase === 'Pending' && node !== undefined && !terminating)
    .map(({ node }) => node);

const marked = (events: readonly PodEvent[]) =>
  events.filter(({ terminating, gone }) => terminating && !gone);

describe('node-cordon', () => {
  it('does nothing to the pods that are there', () => {
    expect(podEvents([cordon()])).toEqual([]);
  });

  it('sends every new pod to another node, until it is undone', () => {
    const events = podEvents([cordon(20_000), killAll(10_000), killAll(40_000)]);
    expect(new Set(placedFrom(events, 10_000).slice(0, 2))).toEqual(new Set(['node-1']));
    expect(new Set(placedFrom(events, 40_000))).toEqual(new Set(['node-1', 'node-2']));
  });

  it('leaves a node cordoned that another fault has cordoned, as that one does', () => {
    const drain: Fault = { ...cordon(10_000), type: 'node-drain', grace_period_s: 0, at_ms: [1000] };
    // The drain has moved the only pod of the node away, so there is none to be cordoned but before it.
    const events = podEvents([cordon(40_000), { ...drain, at_ms: [6000] }, killAll(20_000)]);
    expect(new Set(placedFrom(events, 20_000))).toEqual(new Set(['node-1']));
  });
});

describe('node-taint', () => {
  it('with NoSchedule does nothing to the pods that are there, and keeps others away until it is undone', () => {
    expect(podEvents([taint('NoSchedule')])).toEqual([]);
    const events = podEvents([taint('NoSchedule', 20_000), killAll(10_000), killAll(40_000)]);
    expect(new Set(placedFrom(events, 10_000).slice(0, 2))).toEqual(new Set(['node-1']));
    expect(new Set(placedFrom(events, 40_000))).toEqual(new Set(['node-1', 'node-2']));
  });

  it('with NoExecute evicts at once what does not tolerate it, and its successor goes to another node', () => {
    const events = podEvents([taint('NoExecute')]);
    expect(new Set(marked(events).map(({ pod, node }) => `${pod} ${node}`)).size).toBe(1);
    expect(marked(events)[0]!.node).toBe('node-2');
    expect(marked(events)[0]!.at_ms - AT_MS).toBeLessThan(100);
    expect(placedFrom(events, AT_MS)).toEqual(['node-1']);
  });

  it('with NoExecute evicts what tolerates it for a time when that is over, unless it is undone before', () => {
    const [evicted] = marked(podEvents([taint('NoExecute')], [toleration(20)]));
    expect(evicted!.at_ms - AT_MS).toBeGreaterThanOrEqual(20_000);
    expect(evicted!.at_ms - AT_MS).toBeLessThan(20_100);
    expect(podEvents([taint('NoExecute', 19_000)], [toleration(20)])).toEqual([]);
    expect(podEvents([taint('NoExecute')], [toleration()])).toEqual([]);
  });
});
