import { describe, expect, test } from 'vitest';
import { DEPLOYMENT, errorOf, filesWith, load, SCENARIO } from '../files.ts';
import { inContainer, scenario, section } from '../mutation.ts';

const clusterOf = (text: string) => load(filesWith(section(`cluster: ${text}`))).cluster;

test('says nothing: two nodes with room for anything, iptables, every image there', () => {
  expect(load(filesWith()).cluster).toEqual({
    minor: 35,
    nodes: ['node-1', 'node-2'].map((name) => ({
      name,
      zone: 'zone-a',
      cpu_millis: undefined,
      memory_bytes: undefined,
      pods: 110,
      labels: {},
      taints: [],
    })),
    leader_election: true,
    proxy_mode: 'iptables',
    registry: { images: {}, bytes_per_s: 104_857_600 },
    feature_gates: [],
  });
});

describe('its nodes', () => {
  test('are so many as it says', () => {
    expect(clusterOf('{nodes: 4}').nodes.map(({ name }) => name)).toEqual([
      'node-1',
      'node-2',
      'node-3',
      'node-4',
    ]);
  });

  test('stand in the zone that their label names', () => {
    const text = '[{count: 2, labels: {topology.kubernetes.io/zone: b}}, {}]';
    expect(clusterOf(`{nodes: ${text}}`).nodes.map(({ zone }) => zone)).toEqual(['b', 'b', 'zone-a']);
  });

  test('are read one by one, with their units', () => {
    const taint = '{key: dedicated, value: batch, effect: NoSchedule}';
    const text = `{name: big, zone: b, cpu: "3900m", memory: 15Gi, pods: 20, labels: {disk: ssd}, taints: [${taint}]}`;
    expect(clusterOf(`{nodes: [{cpu: 4}, ${text}]}`).nodes).toMatchObject([
      { name: 'node-1', cpu_millis: 4000, memory_bytes: undefined },
      {
        name: 'big',
        zone: 'b',
        cpu_millis: 3900,
        memory_bytes: 15 * 2 ** 30,
        pods: 20,
        labels: { disk: 'ssd' },
        taints: [{ key: 'dedicated', value: 'batch', effect: 'NoSchedule' }],
      },
    ]);
  });

  test('may be several on one machine, whose cores they say', () => {
    const { nodes } = clusterOf('{nodes: [{count: 2, cores: 2, host: laptop}, {cores: 0.5}, {}]}');
    expect(nodes.map(({ cores, host }) => [cores, host])).toEqual([
      [2, 'laptop'],
      [2, 'laptop'],
      [0.5, undefined],
      [undefined, undefined],
    ]);
  });

  test('of one kind take the zones in turn and are called after their place among all', () => {
    const { nodes } = clusterOf('{nodes: [{name: entry}, {count: 4, zones: [a, b, c]}, {zone: d}]}');
    expect(nodes.map(({ name, zone }) => `${name} ${zone}`)).toEqual([
      'entry zone-a',
      'node-2 a',
      'node-3 b',
      'node-4 c',
      'node-5 a',
      'node-6 d',
    ]);
  });
});

test('its registry is read, with its units', () => {
  const images = '{"web:1.0": {size: 150MiB}, busybox: {size: 2.5MB, present_on: all}}';
  const files = filesWith({
    ...section(`cluster: {registry: {bandwidth: 1 GB/s, images: ${images}}}`),
    'deployment.yaml': DEPLOYMENT.replace(
      '    spec:\n',
      '    spec:\n      initContainers: [{name: wait, image: busybox}]\n',
    ),
  });
  expect(load(files).cluster.registry).toEqual({
    bytes_per_s: 1e9,
    images: {
      'web:1.0': { size_bytes: 150 * 2 ** 20, present_on: 'none' },
      busybox: { size_bytes: 2_500_000, present_on: 'all' },
    },
  });
});

test('its proxy, its gates, and whether leaders are elected are read', () => {
  const text = '{proxy: nftables, leader_election: false, feature_gates: [MaxUnavailableStatefulSet]}';
  expect(clusterOf(text)).toMatchObject({
    proxy_mode: 'nftables',
    leader_election: false,
    feature_gates: ['MaxUnavailableStatefulSet'],
  });
});

test('a cluster that is wrong hides nothing else that is, and brings no more than its own problem', () => {
  const error = errorOf(
    filesWith({
      ...scenario('pod-kill:\n      at: 2s', 'node-loss:\n      at: 12s\n      mode: fixed\n      value: 3'),
      ...inContainer('readinessProbe: {}'),
      'scenario.yaml': `${SCENARIO.replace('pod-kill:\n      at: 2s', 'node-loss:\n      at: 2s\n      mode: fixed\n      value: 3')}cluster: {nodes: [{count: 9000}]}\ntrials: {measure: 0}\n`,
    }),
  );
  expect(error.problems.map(({ message }) => message)).toEqual([
    '`cluster.nodes[0].count` cannot be 9000',
    '`trials.measure` cannot be 0',
    'the probe has no handler',
  ]);
});
