import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ClusterNode, Pod } from '../../../src/chaos/cluster/cluster.ts';
import {
  candidateNodesOf,
  candidatesOf,
  candidateZonesOf,
  checkNodeVictims,
  checkPodVictims,
  checkZoneVictims,
} from '../../../src/chaos/safety/blast-radius.ts';
import { isOwnedBy } from '../../../src/chaos/safety/ownership.ts';
import { EXIT } from '../../../src/scenario/errors.ts';
import { stream } from '../../../src/scenario/random.ts';
import type { Workload } from '../../../src/scenario/scenario.ts';
import { chooseVictims, victimsMax } from '../../../src/scenario/selection.ts';
import { lasting, podKill, shortScenario } from '../scenario.ts';

const workload = shortScenario([]).workloads[0]!;
const pod = (name: string, options: Partial<Pod> = {}): Pod => ({
  namespace: workload.namespace,
  name,
  uid: `uid-${name}`,
  labels: { ...workload.pod.labels, 'pod-template-hash': 'abc' },
  node: 'node-1',
  phase: 'Running',
  ready: true,
  terminating: false,
  owner: { kind: 'ReplicaSet', name: `${workload.name}-abc`, uid: 'uid-rs' },
  mirror: false,
  tolerations: [],
  containers: [],
  ...options,
});

test.each([
  ['its own ReplicaSet', {}, true],
  [
    'a ReplicaSet of another Deployment',
    { owner: { kind: 'ReplicaSet', name: 'other-abc', uid: 'u' } },
    false,
  ],
  [
    'a ReplicaSet whose name only begins like its own',
    { owner: { kind: 'ReplicaSet', name: `${workload.name}-canary-abc`, uid: 'u' } },
    false,
  ],
  ['another kind', { owner: { kind: 'Job', name: `${workload.name}-abc`, uid: 'u' } }, false],
  ['nobody', { owner: undefined }, false],
  ['its own ReplicaSet, in another namespace', { namespace: 'elsewhere' }, false],
])('a pod of %s', (_, options, owned) => {
  expect(isOwnedBy(workload, pod('a', options))).toBe(owned);
});

test('candidates are ready, not terminating, and owned', () => {
  const pods = [
    pod('a'),
    pod('b', { ready: false }),
    pod('c', { terminating: true }),
    pod('d', { owner: undefined }),
  ];
  expect(candidatesOf(workload, pods).map(({ name }) => name)).toEqual(['a']);
});

test('never more victims than the mode allows, and never one that is no candidate', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ ready: fc.boolean(), terminating: fc.boolean(), owned: fc.boolean() }), {
        maxLength: 8,
      }),
      fc.constantFrom('one', 'all', 'fixed', 'fixed-percent', 'random-max-percent'),
      fc.integer({ min: 0, max: 100 }),
      fc.integer({ min: 0, max: 255 }),
      fc.string(),
      (states, mode, value, bits, seed) => {
        const fault = podKill({ mode, value });
        const pods = states.map(({ owned, ...state }, index) =>
          pod(`p${index}`, { ...state, ...(owned ? {} : { owner: undefined }) }),
        );
        const candidates = candidatesOf(workload, pods);
        const names = candidates.map(({ name }) => name);
        const chosen = chooseVictims(names, mode, value, stream(seed, 0, 'victims'));
        checkPodVictims(
          fault,
          workload,
          pods,
          pods.filter(({ name }) => chosen.includes(name)),
        );

        const any = pods.filter((_, index) => (bits >> index) % 2 === 1);
        const allowed =
          any.length <= victimsMax(candidates.length, mode, value) &&
          any.every((victim) => candidates.includes(victim));
        const check = () => checkPodVictims(fault, workload, pods, any);
        if (allowed) check();
        else expect(check).toThrow(expect.objectContaining({ exitCode: EXIT.aborted }));
      },
    ),
    { numRuns: 500 },
  );
});

test.each([
  ['StatefulSet', 'StatefulSet', workload.name, true],
  ['DaemonSet', 'DaemonSet', workload.name, true],
  ['Job', 'Job', workload.name, true],
  ['StatefulSet', 'DaemonSet', workload.name, false],
  ['StatefulSet', 'StatefulSet', `${workload.name}-2`, false],
  ['DaemonSet', 'ReplicaSet', `${workload.name}-abc`, false],
] as const)('a %s owns a pod whose controller is %s %s: %s', (kind, ownerKind, name, owned) => {
  const other = { ...workload, kind } as Workload;
  expect(isOwnedBy(other, pod('a', { owner: { kind: ownerKind, name, uid: 'u' } }))).toBe(owned);
});

const node = (name: string): ClusterNode => ({
  name,
  uid: `uid-${name}`,
  ready: true,
  unschedulable: false,
  resource_version: '1',
  taints: [],
  addresses: [`${name}.example`, `192.0.2.${name.at(-1)}`],
  zone: undefined,
});

test('candidate nodes run a candidate and are neither where the load enters nor this machine, in the order of their names', () => {
  const nodes = ['node-3', 'node-1', 'node-2', 'node-4'].map(node);
  const pods = [
    pod('a', { node: 'node-1' }),
    pod('b', { node: 'node-3' }),
    pod('c', { node: 'node-2' }),
    pod('d', { node: 'node-4', ready: false }),
    pod('e', { node: undefined }),
  ];
  const names = (entry: string | undefined, ...own: string[]) =>
    candidateNodesOf(workload, pods, nodes, entry, new Set(own)).map(({ name }) => name);
  expect(names('node-1')).toEqual(['node-2', 'node-3']);
  expect(names(undefined)).toEqual(['node-1', 'node-2', 'node-3']);
  expect(names('node-1', '127.0.0.1', '192.0.2.3')).toEqual(['node-2']);
});

test('never more nodes than the mode allows, and never one that is no candidate', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 6 }),
      fc.constantFrom('one', 'all', 'fixed', 'fixed-percent', 'random-max-percent'),
      fc.integer({ min: 0, max: 100 }),
      fc.integer({ min: 0, max: 255 }),
      (count, mode, value, bits) => {
        const fault = lasting('node-loss', { mode, value });
        const nodes = Array.from({ length: 8 }, (_, index) => node(`node-${index}`));
        const candidates = nodes.slice(0, count);
        const victims = nodes.filter((_, index) => (bits >> index) % 2 === 1);
        const allowed =
          victims.length <= victimsMax(count, mode, value) &&
          victims.every((victim) => candidates.includes(victim));
        const check = () => checkNodeVictims(fault, workload, candidates, victims);
        if (allowed) check();
        else expect(check).toThrow(expect.objectContaining({ exitCode: EXIT.aborted }));
      },
    ),
    { numRuns: 500 },
  );
});

test('candidate zones run a candidate, or are named, and hold neither the way in nor this machine', () => {
  const zoned = (name: string, zone: string | undefined) => ({ ...node(name), zone });
  const nodes = [
    ...[zoned('node-5', 'c'), zoned('node-4', 'b'), zoned('node-3', 'b'), zoned('node-2', 'a')],
    ...[zoned('node-1', 'a'), zoned('node-6', undefined), zoned('node-7', 'd')],
  ];
  const pods = ['node-2', 'node-4', 'node-5', 'node-6'].map((name, index) =>
    pod(`p${index}`, { node: name }),
  );
  const zones = (zone: string, ...own: string[]) =>
    candidateZonesOf(lasting('zone-outage', { zone }), workload, pods, nodes, 'node-1', new Set(own)).map(
      ({ name, nodes: its }) => `${name}: ${its.map((each) => each.name).join(' ')}`,
    );
  expect(zones('any')).toEqual(['b: node-3 node-4', 'c: node-5']);
  expect(zones('any', '192.0.2.3')).toEqual(['c: node-5']);
  expect(zones('d')).toEqual(['d: node-7']);
  expect([zones('a'), zones('e')]).toEqual([[], []]);
});

test('never more than one zone, and never one that is no candidate', () => {
  const [a, b] = ['a', 'b'].map((name) => ({ name, nodes: [node(`node-${name}`)] }));
  checkZoneVictims([a!, b!], []);
  checkZoneVictims([a!, b!], [b!]);
  expect(() => checkZoneVictims([a!, b!], [a!, b!])).toThrow('2 zones');
  expect(() => checkZoneVictims([a!], [b!])).toThrow('zone b');
});
