import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import type { FaultType } from '../../../src/scenario/scenario.ts';
import { FAULTS } from '../../../src/scenario/schema/faults.ts';
import { DEPLOYMENT, errorOf, type Files, filesWith, load, SCENARIO } from '../files.ts';

const files = (type: FaultType, fields: Readonly<Record<string, unknown>>, cluster = {}): Files => {
  const faults = [{ [type]: { at: '2s', ...fields } }];
  const scenario = { ...parse(SCENARIO), cluster, faults, ...(type === 'memory-stress' ? HOLDING : {}) };
  return filesWith({
    'scenario.yaml': stringify(scenario),
    'deployment.yaml': type === 'memory-stress' ? LIMITED : DEPLOYMENT,
  });
};
/** What memory-stress wants to know of a program, and of its container. */
const HOLDING = { applications: { web: { memory: '50MiB' } } };
const LIMITED = `${DEPLOYMENT}          resources: {limits: {memory: 128Mi}}\n`;
const faultOf = (type: FaultType, fields: Readonly<Record<string, unknown>> = {}, cluster = {}) =>
  load(files(type, fields, cluster)).faults[0];

const WEB = { workload: 'web', namespace: 'default', at_ms: [2000] };
const TAINT = { key: 'maintenance', effect: 'NoExecute' };
const ONE = { mode: 'one', value: undefined };

/** What each fault is where nothing but its time is said, and where everything is. */
const EXPECTED: Readonly<
  Record<FaultType, { least: object; fields: Readonly<Record<string, unknown>>; most: object }>
> = {
  'pod-kill': {
    least: { ...WEB, ...ONE, grace_period_s: undefined },
    fields: { mode: 'fixed', value: 2, grace_period: '0s' },
    most: { ...WEB, mode: 'fixed', value: 2, grace_period_s: 0 },
  },
  'container-kill': {
    least: { ...WEB, ...ONE, container: 'server' },
    fields: { mode: 'fixed-percent', value: '50%', container: 'server' },
    most: { ...WEB, mode: 'fixed-percent', value: 50, container: 'server' },
  },
  'container-pause': {
    least: { ...WEB, ...ONE, container: 'server', duration_ms: undefined },
    fields: { mode: 'all', container: 'server', duration: '5s' },
    most: { ...WEB, mode: 'all', value: undefined, container: 'server', duration_ms: 5000 },
  },
  'sandbox-kill': {
    least: { ...WEB, ...ONE },
    fields: { mode: 'all', repeat: { every: '3s', times: 2 } },
    most: { ...WEB, mode: 'all', value: undefined, at_ms: [2000, 5000] },
  },
  'network-partition': {
    least: { ...WEB, ...ONE, duration_ms: undefined },
    fields: { mode: 'fixed-percent', value: '50%', duration: '5s' },
    most: { ...WEB, mode: 'fixed-percent', value: 50, duration_ms: 5000 },
  },
  'dns-outage': {
    least: { ...WEB, ...ONE, duration_ms: undefined },
    fields: { workload: 'web', mode: 'all', duration: '30s' },
    most: { ...WEB, mode: 'all', value: undefined, duration_ms: 30_000 },
  },
  'cpu-stress': {
    least: { ...WEB, ...ONE, workers: 1, duration_ms: 30_000, image: 'busybox:1.36' },
    fields: { mode: 'all', workers: 4, duration: '1m', image: 'localhost/tools:2' },
    most: {
      ...{ ...WEB, mode: 'all', value: undefined },
      ...{ workers: 4, duration_ms: 60_000, image: 'localhost/tools:2' },
    },
  },
  'memory-stress': {
    least: { ...WEB, ...ONE, size_bytes: 2 ** 20, duration_ms: 30_000, image: 'busybox:1.36' },
    fields: { mode: 'all', size: '1.5GB', duration: '1m', image: 'localhost/tools:2' },
    most: {
      ...{ ...WEB, mode: 'all', value: undefined },
      ...{ size_bytes: 1.5e9, duration_ms: 60_000, image: 'localhost/tools:2' },
    },
  },
  'pod-eviction': {
    least: { ...WEB, ...ONE, grace_period_s: undefined },
    fields: { mode: 'random-max-percent', value: 75, grace_period: '5s' },
    most: { ...WEB, mode: 'random-max-percent', value: 75, grace_period_s: 5 },
  },
  'node-cordon': {
    least: { ...WEB, ...ONE, duration_ms: undefined },
    fields: { mode: 'all', duration: '1m' },
    most: { ...WEB, mode: 'all', value: undefined, duration_ms: 60_000 },
  },
  'node-drain': {
    least: { ...WEB, ...ONE, grace_period_s: undefined, duration_ms: undefined },
    fields: { workload: 'web', mode: 'fixed', value: 1, grace_period: '1s', duration: '3s' },
    most: { ...WEB, mode: 'fixed', value: 1, grace_period_s: 1, duration_ms: 3000 },
  },
  'node-taint': {
    least: { ...WEB, ...ONE, taint: { ...TAINT, value: '' }, duration_ms: undefined },
    fields: { mode: 'fixed-percent', value: 100, taint: { ...TAINT, value: 'yes' }, duration: '90s' },
    most: {
      ...WEB,
      mode: 'fixed-percent',
      value: 100,
      taint: { ...TAINT, value: 'yes' },
      duration_ms: 90_000,
    },
  },
  'node-loss': {
    least: { ...WEB, ...ONE, duration_ms: undefined },
    fields: { mode: 'fixed-percent', value: 100, duration: '10m' },
    most: { ...WEB, mode: 'fixed-percent', value: 100, duration_ms: 600_000 },
  },
  'node-partition': {
    least: { ...WEB, ...ONE, duration_ms: undefined },
    fields: { mode: 'all', duration: '1s' },
    most: { ...WEB, mode: 'all', value: undefined, duration_ms: 1000 },
  },
  'zone-outage': {
    least: { ...WEB, zone: 'any', duration_ms: undefined },
    fields: { workload: 'web', zone: 'b', duration: '5s' },
    most: { ...WEB, zone: 'b', duration_ms: 5000 },
  },
  'rollout-restart': {
    least: WEB,
    fields: { workload: 'web', repeat: { every: '3s', times: 2 } },
    most: { ...WEB, at_ms: [2000, 5000] },
  },
  'bad-image': {
    least: { ...WEB, container: 'server', duration_ms: undefined },
    fields: { workload: 'web', container: 'server', duration: '20s' },
    most: { ...WEB, container: 'server', duration_ms: 20_000 },
  },
  'bad-readiness': {
    least: { ...WEB, container: 'server', duration_ms: undefined },
    fields: { container: 'server', duration: '1s', repeat: { every: '3s', times: 2 } },
    most: { ...WEB, at_ms: [2000, 5000], container: 'server', duration_ms: 1000 },
  },
  scale: {
    least: { ...WEB, replicas: 1, duration_ms: undefined },
    fields: { workload: 'web', replicas: 8, duration: '1s', repeat: { every: '2s', times: 3 } },
    most: { ...WEB, at_ms: [2000, 4000, 6000], replicas: 8, duration_ms: 1000 },
  },
  'endpoint-removal': {
    least: { service: 'web', namespace: 'default', at_ms: [2000], duration_ms: undefined },
    fields: { service: 'web', duration: '3s' },
    most: { service: 'web', namespace: 'default', at_ms: [2000], duration_ms: 3000 },
  },
  'http-delay': {
    least: {
      ...{ service: 'web', namespace: 'default', at_ms: [2000], duration_ms: undefined },
      ...{ virtual_service: undefined, percentage: 100, delay_ms: 250 },
    },
    fields: { service: 'web', virtual_service: 'routes', delay: '2s', percentage: 0.5, duration: '3s' },
    most: {
      ...{ service: 'web', namespace: 'default', at_ms: [2000], duration_ms: 3000 },
      ...{ virtual_service: 'routes', percentage: 0.5, delay_ms: 2000 },
    },
  },
  'http-abort': {
    least: {
      ...{ service: 'web', namespace: 'default', at_ms: [2000], duration_ms: undefined },
      ...{ virtual_service: undefined, percentage: 100, status: 503 },
    },
    fields: { service: 'web', virtual_service: 'routes', status: 404, percentage: 50, duration: '3s' },
    most: {
      ...{ service: 'web', namespace: 'default', at_ms: [2000], duration_ms: 3000 },
      ...{ virtual_service: 'routes', percentage: 50, status: 404 },
    },
  },
  'control-plane-outage': {
    least: { at_ms: [2000], component: 'all', duration_ms: undefined },
    fields: { component: 'scheduler', duration: '30s' },
    most: { at_ms: [2000], component: 'scheduler', duration_ms: 30_000 },
  },
  'registry-outage': {
    least: { at_ms: [2000], duration_ms: undefined },
    fields: { duration: '4s' },
    most: { at_ms: [2000], duration_ms: 4000 },
  },
};

/** The fields that must be there beside the time. */
const NEEDED: Readonly<Partial<Record<FaultType, Readonly<Record<string, unknown>>>>> = {
  scale: { replicas: 1 },
  'node-taint': { taint: TAINT },
  'cpu-stress': { duration: '30s' },
  'memory-stress': { duration: '30s', size: '1MiB' },
  'http-delay': { delay: '250ms' },
  'http-abort': { status: 503 },
};

describe.each(FAULTS)('%s', (type) => {
  const { least, fields, most } = EXPECTED[type];
  const cluster = type === 'zone-outage' ? { nodes: [{ count: 3, zones: ['a', 'b'] }] } : {};
  const needed = NEEDED[type] ?? {};

  test('is read with its defaults', () => {
    expect(faultOf(type, needed, cluster)).toEqual({ type, ...least, position: expect.anything() });
  });

  test('is read with what it says', () => {
    expect(faultOf(type, { ...needed, ...fields }, cluster)).toEqual({
      type,
      ...most,
      position: expect.anything(),
    });
  });

  test('takes no field that is not its own', () => {
    expect(errorOf(files(type, { ...needed, signal: 9 }, cluster)).message).toContain(
      'unknown field `signal`',
    );
  });
});

test('scale takes a number or a difference, and exactly one of them', () => {
  const scaled = (fields: object) => faultOf('scale', { ...fields });
  expect(scaled({ by: -1 })).toMatchObject({ replicas: { by: -1, unit: 'pods' } });
  expect(scaled({ by: '-50%' })).toMatchObject({ replicas: { by: -50, unit: 'percent' } });
  expect(scaled({ by: '+100%' })).toMatchObject({ replicas: { by: 100, unit: 'percent' } });
  const wrong = (fields: object) => errorOf(files('scale', { ...fields })).problems[0]!.message;
  expect(wrong({})).toBe('scale has neither `replicas` nor `by`');
  expect(wrong({ replicas: 1, by: -1 })).toBe('scale has both `replicas` and `by`');
  expect(wrong({ by: '0%' })).toBe('Deployment web has 4 replicas already');
  expect(errorOf(files('scale', { by: '50 of them' })).problems[0]!.expected).toContain('such as -50%');
});

test('a stress says how long it lasts, in whole seconds, for it has to end by itself', () => {
  const expected = (fields: object) => errorOf(files('cpu-stress', { ...fields })).problems[0]!;
  expect(expected({}).message).toContain('duration');
  expect(expected({ duration: '1500ms' }).expected).toContain('whole seconds');
  expect(expected({ duration: '0s' }).expected).toBe('a duration of whole seconds, such as 30s');
});

test('memory-stress wants a limit of every container, and to know what their programs hold', () => {
  const all = files('memory-stress', { size: '1MiB', duration: '30s' });
  const problems = (changed: Files) => errorOf({ ...all, ...changed }).problems;
  expect(problems({ 'deployment.yaml': DEPLOYMENT })).toMatchObject([
    {
      message:
        "not every container of Deployment web has a memory limit: the memory that is taken would be the node's",
      position: { file: 'scenario.yaml' },
    },
  ]);
  const { applications: _, ...silent } = parse(String(all['scenario.yaml'])) as Record<string, unknown>;
  expect(problems({ 'scenario.yaml': stringify(silent) })).toMatchObject([
    {
      message: 'how much memory web holds is not known, and who is killed goes by that',
      expected: 'applications.web.memory',
    },
  ]);
});

test('what comes after a stress in a sequence begins when that is over', () => {
  const steps = [{ 'cpu-stress': { duration: '4s' } }, { 'pod-kill': {} }];
  const scenario = { ...parse(SCENARIO), faults: [{ serial: { at: '1s', steps } }] };
  const { faults } = load(filesWith({ 'scenario.yaml': stringify(scenario) }));
  expect(faults.map(({ type, at_ms }) => [type, at_ms])).toEqual([
    ['cpu-stress', [1000]],
    ['pod-kill', [5000]],
  ]);
});

test('those without victims take no mode', () => {
  const victimless = [
    'rollout-restart',
    'bad-image',
    'bad-readiness',
    'scale',
    'control-plane-outage',
    'registry-outage',
  ];
  for (const type of victimless as FaultType[]) {
    expect(errorOf(files(type, { replicas: 1, mode: 'one' })).message).toContain('unknown field `mode`');
  }
});

test('a taint is none of Kubernetes’ own, which its controllers would take off', () => {
  const taint = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' };
  expect(errorOf(files('node-taint', { taint })).problems).toMatchObject([
    { expected: "a key that is not one of Kubernetes' own, node.kubernetes.io/..." },
  ]);
});

describe('a zone-outage', () => {
  const problems = (fields: object, nodes: readonly object[]) =>
    errorOf(files('zone-outage', { ...fields }, { nodes })).problems.map(({ message }) => message);
  const two = [{ zone: 'a' }, { zone: 'a' }, { zone: 'b' }];

  test('spares the zone of the first node, so there must be another', () => {
    expect(problems({}, [{ count: 2, zone: 'a' }])).toEqual([
      'pods of Deployment web can run in no zone but a, where the load enters and which is spared',
    ]);
    expect(problems({ zone: 'a' }, two)).toEqual(['the load enters in zone a, which is spared']);
    expect(problems({ zone: 'c' }, two)).toEqual(['no node of the cluster is in zone `c`']);
  });

  test('takes no mode', () => {
    expect(problems({ mode: 'all' }, two)[0]).toContain('unknown field `mode`');
  });
});

describe('a fault on a Service', () => {
  const problems = (fields: object, service = '') =>
    errorOf({
      ...files('endpoint-removal', { ...fields }),
      ...(service === '' ? {} : { 'service.yaml': service }),
    }).problems.map(({ message }) => message);

  test('names one of the manifests', () => {
    expect(problems({ service: 'wep' })).toEqual(['there is no Service `wep`']);
    expect(errorOf(files('endpoint-removal', { workload: 'web' })).message).toContain('unknown field');
  });

  test('cannot come to the same Service before it is undone', () => {
    const repeat = { every: '2s', times: 2 };
    expect(problems({ duration: '3s', repeat })).toEqual([
      'the next act would come after 2 s, before the last is undone after 3 s',
    ]);
  });
});

describe('a fault of requests', () => {
  const problems = (type: FaultType, fields: Readonly<Record<string, unknown>>) =>
    errorOf(files(type, fields)).problems;

  test('is of a share of them above nothing', () => {
    for (const percentage of [0, -1, 100.1, '50']) {
      expect(problems('http-abort', { status: 503, percentage })).toMatchObject([
        { expected: 'a percentage above 0, at most 100' },
      ]);
    }
  });

  test('holds them up for a millisecond at least, and answers with a status of HTTP', () => {
    expect(problems('http-delay', { delay: '0.5ms' })[0]!.expected).toContain('of 1ms at least');
    for (const status of [199, 600, 503.5, 'bad']) {
      expect(problems('http-abort', { status })[0]!.expected).toBe('an HTTP status from 200 to 599');
    }
  });

  test('does not answer the load with what it takes for good', () => {
    expect(problems('http-abort', { status: 200 })).toMatchObject([
      {
        message: expect.stringContaining('an answer with status 200 is a good one (`load.expected_status`)'),
      },
    ]);
  });

  test('stands alone on its Service: a rule has one fault', () => {
    const both = [
      { 'http-delay': { at: '1s', delay: '1s', duration: '3s' } },
      { 'http-abort': { at: '2s', status: 503 } },
    ];
    const scenario = stringify({ ...parse(SCENARIO), faults: both });
    expect(errorOf(filesWith({ 'scenario.yaml': scenario })).problems).toMatchObject([
      {
        message: 'the http-abort at 2 s would come before the http-delay at 1 s is undone',
        expected: 'a time after 4 s',
      },
    ]);
  });
});

describe('a fault of nodes', () => {
  const problems = (fields: Readonly<Record<string, unknown>>, cluster: object) =>
    errorOf(files('node-loss', fields, cluster)).problems.map(({ message }) => message);

  test('spares the first node, so there must be another', () => {
    expect(problems({}, { nodes: 1 })).toEqual([
      'the cluster has no node but node-1, where the load enters and which is spared',
    ]);
    expect(problems({}, { nodes: [{ name: 'only' }] })).toEqual([
      'the cluster has no node but only, where the load enters and which is spared',
    ]);
  });

  test('hits no more than run a pod of the workload', () => {
    const fixed = (value: number) => ({ mode: 'fixed', value });
    expect(faultOf('node-loss', fixed(2), { nodes: 3 })).toMatchObject({ value: 2 });
    expect(problems(fixed(3), { nodes: 3 })).toEqual([
      '3 nodes are more than the 2 that may run pods of Deployment web beside the first',
    ]);
    expect(problems(fixed(5), { nodes: 100 })).toEqual([
      '5 nodes are more than the 4 that may run pods of Deployment web beside the first',
    ]);
    const share = { mode: 'fixed-percent', value: '30%' };
    expect(faultOf('node-loss', share, { nodes: 4 })).toMatchObject({ value: 30 });
  });

  test('finds no node where taints keep the workload on the first', () => {
    const taints = [{ key: 'gpu', effect: 'NoSchedule' }];
    expect(problems({}, { nodes: [{}, { count: 3, taints }] })).toEqual([
      'pods of Deployment web can run on no node but node-1, where the load enters and which is spared',
    ]);
  });
});

test('everything that is wrong with one fault is found together', () => {
  const fields = { at: '12s', mode: 'fixed', value: 9, container: 'sever' };
  expect(errorOf(files('container-pause', fields)).problems.map(({ message }) => message)).toEqual([
    'the fault would act at 12 s, when the load has ended',
    '9 pods are more than the 4 of Deployment web',
    'Deployment web has no container `sever`',
  ]);
});
