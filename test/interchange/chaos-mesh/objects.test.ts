import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { everyMs, goDurationMs } from '../../../src/interchange/chaos-mesh/duration.ts';
import { exportScenario } from '../../../src/interchange/exporting.ts';
import { ScenarioError } from '../../../src/scenario/problem.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import { folderWith } from '../../scenario/files.ts';
import { fuzzImports } from '../fuzz.ts';
import { exported, faultsOf, folderOf, imported, MANIFESTS, meaning, scenarioIn } from '../round-trip.ts';

const SUPPORTED = [
  'pod-kill',
  'pod-kill of a share',
  'container-kill',
  'cpu-stress',
  'memory-stress',
] as const;
const OPTIONS = { load: { rate: 10, duration: '60s' }, memory: ['cache=100MiB'] };

const KILL = `    action: pod-kill
    mode: fixed
    value: "2"
    selector: {namespaces: [default], labelSelectors: {app: web}}
`;

const PODCHAOS = `apiVersion: chaos-mesh.org/v1alpha1
kind: PodChaos
metadata:
  name: container-kill-example
  namespace: data
spec:
  action: container-kill
  mode: random-max-percent
  value: "50"
  duration: "30s"
  selector:
    expressionSelectors:
      - {key: tier, operator: In, values: [back]}
  containerNames: [store]
`;

const SCHEDULE = `apiVersion: chaos-mesh.org/v1alpha1
kind: Schedule
metadata: {name: every-five}
spec:
  schedule: "@every 5s"
  type: PodChaos
  historyLimit: 5
  concurrencyPolicy: Forbid
  podChaos:
${KILL}`;

const WORKFLOW = `apiVersion: chaos-mesh.org/v1alpha1
kind: Workflow
metadata: {name: try-workflow}
spec:
  entry: all
  templates:
    - {name: all, templateType: Parallel, deadline: 50s, children: [serial, often]}
    - {name: serial, templateType: Serial, children: [wait, kill, wait, kill]}
    - {name: wait, templateType: Suspend, deadline: 10s}
    - name: kill
      templateType: PodChaos
      deadline: 500ms
      podChaos:
${KILL.replaceAll('    ', '        ')}
    - name: often
      templateType: Schedule
      deadline: 7s
      schedule:
        schedule: "@every 2s"
        concurrencyPolicy: Allow
        type: PodChaos
        podChaos:
${KILL.replaceAll('    ', '          ')}
`;

const STRESSCHAOS = `apiVersion: chaos-mesh.org/v1alpha1
kind: StressChaos
metadata: {name: hog}
spec:
  mode: all
  selector: {labelSelectors: {app: cache}}
  containerNames: [store]
  duration: 1m30s
  stressors:
    cpu: {workers: 2, load: 100}
    memory: {workers: 4, size: 100MB, oomScoreAdj: -1000}
`;

const STRESS = `mode: one
        selector: {labelSelectors: {app: cache}}
        stressors: {cpu: {workers: 2}}
`;

const STRESS_WORKFLOW = `apiVersion: chaos-mesh.org/v1alpha1
kind: Workflow
metadata: {name: stress}
spec:
  entry: all
  templates:
    - {name: all, templateType: Serial, children: [hog, wait, hog, often]}
    - name: hog
      templateType: StressChaos
      deadline: 3s
      stressChaos:
        ${STRESS}    - {name: wait, templateType: Suspend, deadline: 2s}
    - name: often
      templateType: Schedule
      deadline: 25s
      schedule:
        schedule: "@every 10s"
        concurrencyPolicy: Allow
        type: StressChaos
        stressChaos:
          duration: 6s
          ${STRESS.replaceAll('        ', '          ')}`;

function importedFrom(yaml: string, folder = folderWith(MANIFESTS)) {
  const file = join(folder, 'chaos.yaml');
  writeFileSync(file, yaml);
  return imported(file, folder, { ...OPTIONS, manifests: [join(folder, 'manifests')] });
}

function problemsOf(yaml: string): string[] {
  try {
    importedFrom(yaml);
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.problems.map(({ position: { line, column }, message }) => `${line}:${column}: ${message}`);
  }
  return [];
}

/** Chaos Mesh has no grace period of the pod's own, so an export says what that is. */
function withGracePeriods(scenario: Scenario): Scenario {
  const own = (name: string) =>
    scenario.workloads.find((workload) => workload.name === name)?.pod.termination_grace_period_s;
  return {
    ...scenario,
    faults: scenario.faults.map((fault) =>
      fault.type === 'pod-kill'
        ? { ...fault, grace_period_s: fault.grace_period_s ?? own(fault.workload) }
        : fault,
    ),
  };
}

test('a scenario comes back from its object as it was, with the grace periods spelled out', () => {
  const kinds = new Set<string>();
  fc.assert(
    fc.property(faultsOf(SUPPORTED), (faults) => {
      const folder = folderOf(faults);
      const file = exported(folder, 'chaos-mesh', 'chaos.yaml');
      kinds.add(parse(readFileSync(file, 'utf8')).kind);
      const back = imported(file, folder);
      expect(meaning(back.scenario)).toEqual(meaning(withGracePeriods(scenarioIn(folder))));
    }),
    {
      numRuns: 60,
      examples: [
        [[{ 'pod-kill': { workload: 'web', at: '0s' } }]],
        [[{ 'container-kill': { workload: 'web', at: '7s', repeat: { every: '7s' } } }]],
        [[{ 'cpu-stress': { workload: 'cache', workers: 3, duration: '90s', at: '0s' } }]],
        [
          [
            {
              'memory-stress': {
                workload: 'cache',
                size: '156MiB',
                duration: '7s',
                at: '7s',
                repeat: { every: '7s' },
              },
            },
          ],
        ],
      ],
    },
  );
  expect([...kinds].sort()).toEqual(['PodChaos', 'Schedule', 'StressChaos', 'Workflow']);
});

test('an object comes back from its scenario to the byte', () => {
  fc.assert(
    fc.property(faultsOf(SUPPORTED), (faults) => {
      const folder = folderOf(faults);
      const first = exported(folder, 'chaos-mesh', 'chaos.yaml');
      writeFileSync(join(folder, 'scenario.yaml'), imported(first, folder).text);
      const text = readFileSync(first, 'utf8');
      expect(readFileSync(exported(folder, 'chaos-mesh', 'again.yaml'), 'utf8')).toBe(text);
    }),
    { numRuns: 30 },
  );
});

const faultsIn = (yaml: string) =>
  importedFrom(yaml).scenario.faults.map(({ position: _, ...fault }) => fault);
const kill = {
  type: 'pod-kill',
  workload: 'web',
  namespace: 'default',
  mode: 'fixed',
  value: 2,
  grace_period_s: 0,
};

describe('objects as people write them:', () => {
  test('a PodChaos acts at once', () => {
    expect(faultsIn(PODCHAOS)).toEqual([
      {
        type: 'container-kill',
        workload: 'db',
        namespace: 'data',
        mode: 'random-max-percent',
        value: 50,
        container: 'store',
        at_ms: [0],
      },
    ]);
  });

  test('a Schedule acts first when its time has passed, and until the load ends', () => {
    const at_ms = Array.from({ length: 11 }, (_, k) => 5000 * (k + 1));
    expect(faultsIn(SCHEDULE)).toEqual([{ ...kill, at_ms }]);
  });

  test('nodes of a Workflow act when those before them have come to their deadline', () => {
    expect(faultsIn(WORKFLOW)).toEqual([
      { ...kill, at_ms: [10_000, 20_500] },
      { ...kill, at_ms: [2000, 4000, 6000] },
    ]);
  });

  test('a StressChaos is a fault for each of its stressors, as long as it lasts', () => {
    const cache = { workload: 'cache', namespace: 'default', mode: 'all', at_ms: [0], duration_ms: 90_000 };
    const image = 'busybox:1.36';
    expect(faultsIn(STRESSCHAOS)).toEqual([
      { type: 'cpu-stress', ...cache, workers: 2, image },
      { type: 'memory-stress', ...cache, size_bytes: 100e6, image },
    ]);
    const { left_out } = importedFrom(STRESSCHAOS);
    expect(left_out.map((line) => line.replace(/^.*chaos.yaml:/, ''))).toEqual([
      '11:39: `oomScoreAdj`: the kernel kills nobody where there is room for all',
      '11:14: `workers`: workers share `size`, and begin a second after each other',
    ]);
  });

  test('a StressChaos in a Workflow lasts until the deadline of its template, or of what it is in', () => {
    const stress = { type: 'cpu-stress', workload: 'cache', namespace: 'default', mode: 'one', workers: 2 };
    const image = 'busybox:1.36';
    expect(faultsIn(STRESS_WORKFLOW)).toEqual([
      { ...stress, image, at_ms: [0, 5000], duration_ms: 3000 },
      // The schedule begins at 8 s, and takes its second one with it at 33 s.
      { ...stress, image, at_ms: [18_000], duration_ms: 6000 },
      { ...stress, image, at_ms: [28_000], duration_ms: 5000 },
    ]);
  });

  test('several in one file begin together', () => {
    expect(faultsIn(`${PODCHAOS}---\n${SCHEDULE}`)).toHaveLength(2);
  });

  test('what changes nothing is named with its place', () => {
    const { left_out } = importedFrom(SCHEDULE);
    expect(left_out.map((line) => line.replace(/^.*chaos.yaml:/, ''))).toEqual([
      '7:3: `historyLimit`: how many finished objects Chaos Mesh keeps',
      '8:3: `concurrencyPolicy`: what is killed is killed at once, so no two meet',
    ]);
  });
});

test.each([
  [
    'another kind',
    PODCHAOS.replace('kind: PodChaos', 'kind: NetworkChaos'),
    '2:7: a "NetworkChaos" is nothing',
  ],
  ['a DNS of its own', PODCHAOS.replace('kind: PodChaos', 'kind: DNSChaos'), '2:7: a "DNSChaos" is nothing'],
  [
    'a change of HTTP',
    PODCHAOS.replace('kind: PodChaos', 'kind: HTTPChaos'),
    '2:7: a "HTTPChaos" is nothing that a scenario has: it works in the pods',
  ],
  [
    'another kind on a schedule',
    SCHEDULE.replace('type: PodChaos', 'type: DNSChaos'),
    '6:9: a schedule of "DNSChaos" is nothing',
  ],
  [
    'the spec of another kind',
    SCHEDULE.replace('  podChaos:', '  stressChaos: {duration: 5s}\n  podChaos:'),
    '9:3: `stressChaos` cannot be imported: this is a PodChaos, for which it does not count',
  ],
  ['half a load', STRESSCHAOS.replace('load: 100', 'load: 50'), '10:29: workers with a load of 50 %'],
  ['no stressor', STRESSCHAOS.replace(/stressors:[\s\S]*/, 'stressors: {}\n'), '9:14: there is no stressor'],
  [
    'stress-ng',
    STRESSCHAOS.replace('  stressors', '  stressngStressors: --cpu 2\n  stressors'),
    '9:3: `stressng',
  ],
  [
    'options of a stressor',
    STRESSCHAOS.replace('load: 100', 'options: ["--cpu-method fft"]'),
    '10:23: `options` cannot be imported',
  ],
  [
    'a share of the node',
    STRESSCHAOS.replace('100MB', '50%'),
    '11:32: "50%" is a share of the memory of a node',
  ],
  ['no end', STRESSCHAOS.replace('  duration: 1m30s\n', ''), '5:3: nothing says how long the stress lasts'],
  ['half a second', STRESSCHAOS.replace('1m30s', '500ms'), '5:3: a stress of 500ms'],
  [
    'stressors of different pods',
    STRESSCHAOS.replace('mode: all', 'mode: one'),
    '10:5: both stressors hit the same pods',
  ],
  [
    'more memory than there is',
    STRESSCHAOS.replace('100MB', '200MiB'),
    '5:3: this stress is none that a scenario has: 200MiB beside the 100MiB of cache are beyond the limit of 256MiB',
  ],
  [
    'a pod without a limit',
    STRESSCHAOS.replace('app: cache', 'app: web')
      .replace(/\[store\]/, '[server]')
      .replace(/ {4}memory.*\n/, ''),
    '5:3: this stress is none that a scenario has: without a CPU limit',
  ],
  [
    'a pod of several containers',
    STRESSCHAOS.replace('app: cache', 'app: db')
      .replace('{name: hog}', '{name: hog, namespace: data}')
      .replace(/ {4}memory.*\n/, ''),
    '5:3: this stress is none that a scenario has: it takes from one container',
  ],
  [
    'a container that is not there',
    STRESSCHAOS.replace('[store]', '[shop]'),
    '7:20: Deployment cache has no container "shop"',
  ],
  [
    'a duration in a workflow',
    STRESS_WORKFLOW.replace('      stressChaos:\n', '      stressChaos:\n        duration: 3s\n'),
    '12:19: in a Workflow Chaos Mesh takes no `duration`',
  ],
  [
    'a stress without a deadline',
    STRESS_WORKFLOW.replace('      deadline: 3s\n', ''),
    '8:7: nothing says how long the stress lasts',
  ],
  [
    'acts that are left out',
    STRESS_WORKFLOW.replace('Allow', 'Forbid').replace('duration: 6s', 'duration: 10s'),
    '21:28: Forbid leaves out what would begin before the last is over',
  ],
  [
    'another action',
    PODCHAOS.replace('container-kill\n', 'pod-failure\n'),
    '7:11: pod-failure has no counterpart',
  ],
  ['two containers', PODCHAOS.replace('[store]', '[store, proxy]'), '14:19: 2 containers are named'],
  [
    'names of pods',
    PODCHAOS.replace('  selector:', '  selector:\n    pods: {data: [db-0]}'),
    '12:5: `pods` cannot be imported',
  ],
  [
    'labels of nobody',
    PODCHAOS.replace('[back]', '[front]'),
    '12:5: no workload of the manifests has pods with tier=front',
  ],
  [
    'every pod',
    PODCHAOS.replace(/ {4}expr.*\n.*\n {2}cont/, '    namespaces: [data]\n  cont'),
    '12:5: every pod of namespace data',
  ],
  ['a typo', PODCHAOS.replace('duration', 'durration'), '10:3: unknown field `durration`'],
  ['a time of day', SCHEDULE.replace('@every 5s', '*/5 * * * *'), '5:13: "*/5 * * * *" is a time of day'],
  ['a share of nothing', PODCHAOS.replace('"50"', '"0"'), '7:3: 0 % cannot be the share of the pods'],
  [
    'a template that is not there',
    WORKFLOW.replace('[serial, often]', '[serial, oft]'),
    '7:77: there is no template "oft"',
  ],
  [
    'a circle',
    WORKFLOW.replace('[wait, kill, wait, kill]', '[serial]'),
    '8:55: the template "serial" is within itself',
  ],
  [
    'a deadline before its end',
    WORKFLOW.replace('deadline: 50s', 'deadline: 20s'),
    '8:73: "kill" never begins',
  ],
  ['no deadline', WORKFLOW.replace('      deadline: 500ms\n', ''), '8:67: "wait" never begins'],
  [
    'another node',
    WORKFLOW.replace('templateType: Suspend', 'templateType: Task'),
    '9:34: a "Task" is nothing',
  ],
])('%s is refused at its place', (_name, yaml, says) => {
  const problems = problemsOf(yaml);
  expect(
    problems.some((problem) => problem.startsWith(says)),
    problems.join('\n'),
  ).toBe(true);
});

test('children that multiply end in a message, not in memory', () => {
  const doubling = Array.from(
    { length: 40 },
    (_, k) => `    - {name: t${k}, templateType: Parallel, children: [t${k + 1}, t${k + 1}]}\n`,
  );
  const yaml = `${WORKFLOW.slice(0, WORKFLOW.indexOf('  entry'))}  entry: t0\n  templates:\n${doubling.join('')}    - {name: t40, templateType: Suspend, deadline: 1s}\n`;
  expect(problemsOf(yaml).some((problem) => /too many nodes/.test(problem))).toBe(true);
});

test('stresses that overlap come back as faults of their own, and images of stressors are named as lost', () => {
  const stress = {
    workload: 'cache',
    at: '1s',
    duration: '9s',
    image: 'tools:1',
    repeat: { every: '5s', times: 3 },
  };
  const folder = folderOf([{ 'cpu-stress': stress }]);
  const back = imported(exported(folder, 'chaos-mesh', 'chaos.yaml'), folder).scenario.faults;
  expect(back.map(({ at_ms }) => at_ms)).toEqual([[1000], [6000], [11_000]]);
  const { left_out } = exportScenario({ file: join(folder, 'scenario.yaml'), to: 'chaos-mesh', folder });
  expect(left_out.at(-1)).toBe('Chaos Mesh has stressors of its own: `image` is lost');
});

test.each([
  [
    'more than there is room for',
    { 'memory-stress': { workload: 'cache', size: '157MiB', duration: '5s', at: '1s' } },
  ],
  ['a pod without a limit', { 'cpu-stress': { workload: 'web', duration: '5s', at: '1s' } }],
  ['a pod of several containers', { 'cpu-stress': { workload: 'db', duration: '5s', at: '1s' } }],
])('a stress of %s has no counterpart', (_name, fault) => {
  expect(() => exported(folderOf([fault]), 'chaos-mesh', 'chaos.yaml')).toThrow(
    /no counterpart in Chaos Mesh/,
  );
});

test('what programs hold is asked for where memory is taken', () => {
  const folder = folderWith(MANIFESTS);
  writeFileSync(join(folder, 'chaos.yaml'), STRESSCHAOS);
  const { load } = OPTIONS;
  const given = { load, manifests: [join(folder, 'manifests')] };
  const at = join(folder, 'chaos.yaml');
  expect(() => imported(at, folder, given)).toThrow(/--memory: what each program holds, such as web=100MiB/);
  expect(() => imported(at, folder, { ...given, memory: ['cache'] })).toThrow(
    '--memory cache: this is no program',
  );
});

test('sizes are read as memStress reads them', () => {
  const sizeOf = (size: string) => {
    const fault = faultsIn(STRESSCHAOS.replace('100MB', JSON.stringify(size)))[1];
    return fault?.type === 'memory-stress' ? fault.size_bytes : undefined;
  };
  expect(['100', '1k', '2KB', '3Ki', '4kib', '1.5 MB', '1,000 b'].map(sizeOf)).toEqual([
    100, 1000, 2000, 3072, 4096, 1_500_000, 1000,
  ]);
});

test.each(['rollout-restart', 'scale', 'bad-image'] as const)('%s has no counterpart', (name) => {
  fc.assert(
    fc.property(faultsOf([name]), (faults) => {
      expect(() => exported(folderOf(faults), 'chaos-mesh', 'chaos.yaml')).toThrow(
        /no counterpart in Chaos Mesh/,
      );
    }),
    { numRuns: 5 },
  );
});

test('steps of a sequence come back as faults of their own, and times that are drawn are refused', () => {
  const kill_ = { 'pod-kill': { workload: 'web', grace_period: '0s' } };
  const serial = {
    serial: { at: '2s', repeat: { every: '9s', times: 2 }, steps: [kill_, { pause: '1s' }, kill_] },
  };
  const folder = folderOf([serial]);
  const back = imported(exported(folder, 'chaos-mesh', 'chaos.yaml'), folder);
  const times = (scenario: Scenario) =>
    scenario.faults.flatMap(({ at_ms }) => at_ms as readonly number[]).sort();
  expect(times(back.scenario)).toEqual(times(scenarioIn(folder)));
  const drawn = {
    'pod-kill': { workload: 'web', at: '1s', repeat: { every: { exponential: { mean: '5s' } } } },
  };
  for (const to of ['chaos-mesh', 'chaos-toolkit'] as const) {
    expect(() => exported(folderOf([drawn]), to, 'x')).toThrow('its times are drawn anew in every trial');
  }
});

test('durations are read as Go reads them, and schedules to the whole second', () => {
  expect(['1m30s', '1.5h', '300ms', '.5s', '1.s', '0'].map(goDurationMs)).toEqual([
    90_000, 5_400_000, 300, 500, 1000, 0,
  ]);
  expect(['', '5', '-1s', '1d', '1s ', 's'].map(goDurationMs)).toEqual(Array(6).fill(undefined));
  expect(['@every 5s', '@every 1m30.9s', '@every 10ms'].map(everyMs)).toEqual([5000, 90_000, 1000]);
  expect(['@hourly', '* * * * *', '@every x', '@every'].map(everyMs)).toEqual(Array(4).fill(undefined));
});

test('a damaged object is imported or explained', () => {
  const folder = folderOf(fc.sample(faultsOf(SUPPORTED), { seed: 3, numRuns: 1 })[0] ?? []);
  const ours = readFileSync(exported(folder, 'chaos-mesh', 'chaos.yaml'), 'utf8');
  fuzzImports(
    {
      'ours.yaml': ours,
      'pod.yaml': PODCHAOS,
      'schedule.yaml': SCHEDULE,
      'workflow.yaml': WORKFLOW,
      'stress.yaml': STRESSCHAOS,
      'stresses.yaml': STRESS_WORKFLOW,
    },
    200,
  );
});
