import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { everyMs, goDurationMs } from '../../../src/interchange/chaos-mesh/duration.ts';
import { ScenarioError } from '../../../src/scenario/problem.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import { folderWith } from '../../scenario/files.ts';
import { fuzzImports } from '../fuzz.ts';
import { exported, faultsOf, folderOf, imported, MANIFESTS, meaning, scenarioIn } from '../round-trip.ts';

const SUPPORTED = ['pod-kill', 'pod-kill of a share', 'container-kill'] as const;
const OPTIONS = { load: { rate: 10, duration: '60s' } };

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
      ],
    },
  );
  expect([...kinds].sort()).toEqual(['PodChaos', 'Schedule', 'Workflow']);
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
    { 'ours.yaml': ours, 'pod.yaml': PODCHAOS, 'schedule.yaml': SCHEDULE, 'workflow.yaml': WORKFLOW },
    150,
  );
});
