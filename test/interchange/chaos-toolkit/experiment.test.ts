import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ScenarioError } from '../../../src/scenario/problem.ts';
import { folderWith } from '../../scenario/files.ts';
import { fuzzImports } from '../fuzz.ts';
import { exported, faultsOf, folderOf, imported, MANIFESTS, meaning, scenarioIn } from '../round-trip.ts';

const SUPPORTED = ['pod-kill', 'rollout-restart', 'scale', 'bad-image'] as const;

/** What was written by hand, with pauses before and after, in turn and in the background. */
const BY_HAND = {
  title: 'Losing pods of the shop',
  description: 'The shop must go on.',
  tags: ['shop'],
  'steady-state-hypothesis': {
    title: 'The shop answers',
    probes: [
      {
        type: 'probe',
        name: 'answers',
        tolerance: [200, 204],
        provider: { type: 'http', url: 'http://shop.example:8080/cart?x=1', timeout: 2 },
      },
      {
        type: 'probe',
        name: 'healthy',
        tolerance: true,
        provider: {
          type: 'python',
          module: 'chaosk8s.deployment.probes',
          func: 'deployment_available_and_healthy',
          arguments: { name: 'web' },
        },
      },
    ],
  },
  method: [
    {
      type: 'action',
      name: 'kill half',
      pauses: { before: 2, after: 5 },
      provider: {
        type: 'python',
        module: 'chaosk8s.pod.actions',
        func: 'terminate_pods',
        arguments: { label_selector: 'app=web', mode: 'percentage', qty: 50, rand: true, grace_period: 0 },
      },
    },
    {
      type: 'action',
      name: 'no store',
      background: true,
      pauses: { before: 1 },
      provider: {
        type: 'process',
        path: 'kubectl',
        arguments: 'scale statefulset/db --replicas=0 -n data',
      },
    },
    {
      type: 'action',
      name: 'store again',
      pauses: { before: 4.5 },
      provider: {
        type: 'process',
        path: '/usr/local/bin/kubectl',
        arguments: ['scale', 'sts', 'db', '--replicas', 3, '--namespace=data'],
      },
    },
    {
      type: 'action',
      name: 'gone',
      provider: {
        type: 'process',
        path: 'kubectl',
        arguments: ['delete', 'pod', '-l', 'app=db,tier in (back,store)', '-n', 'data', '--force'],
      },
    },
  ],
  rollbacks: [
    {
      type: 'action',
      name: 'store again, whatever happened',
      provider: {
        type: 'python',
        module: 'chaosk8s.statefulset.actions',
        func: 'scale_statefulset',
        arguments: { name: 'db', replicas: 3, ns: 'data' },
      },
    },
  ],
};

/** What Chaos Toolkit replaces by a value of the configuration. */
const VARIABLE = ['$', '{x}'].join('');

const OPTIONS = { load: { rate: 10, duration: '60s' }, memory: ['cache=100MiB'] };

const stressor = (func: string, args: object, pauses: object = {}) => ({
  type: 'action',
  name: func,
  pauses,
  provider: { type: 'python', module: 'chaosk8s.chaosmesh.stress.actions', func, arguments: args },
});

/** By way of Chaos Mesh: one is over before it is deleted, the other is not. */
const STRESSED = {
  title: 'Stress',
  description: 'x',
  method: [
    stressor(
      'stress_cpu',
      { name: 'cpu', workers: 2, load: 100, label_selectors: 'app=cache', duration: '10s' },
      { before: 1, after: 3 },
    ),
    stressor('delete_stressor', { name: 'cpu' }),
    stressor('stress_memory', {
      name: 'memory',
      workers: 1,
      size: '100MiB',
      label_selectors: { app: 'cache' },
      mode: 'fixed-percent',
      mode_value: '50',
      duration: '5s',
    }),
    stressor('delete_stressor', { name: 'memory' }, { before: 20 }),
  ],
  rollbacks: [stressor('delete_stressor', { name: 'cpu' })],
};

function importedByHand(experiment: unknown, folder = folderWith(MANIFESTS)) {
  const file = join(folder, 'experiment.json');
  writeFileSync(file, JSON.stringify(experiment, undefined, 2));
  return imported(file, folder, { ...OPTIONS, manifests: [join(folder, 'manifests')] });
}

function problemsOf(experiment: unknown): string[] {
  try {
    importedByHand(experiment);
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.problems.map(({ position: { line, column }, message }) => `${line}:${column}: ${message}`);
  }
  return [];
}

test('a scenario comes back from its experiment as it was', () => {
  fc.assert(
    fc.property(faultsOf(SUPPORTED), (faults) => {
      const folder = folderOf(faults);
      const back = imported(exported(folder, 'chaos-toolkit', 'experiment.json'), folder);
      expect(meaning(back.scenario)).toEqual(meaning(scenarioIn(folder)));
    }),
    { numRuns: 60 },
  );
});

test('an experiment comes back from its scenario to the byte, but for how its actions wait for their time', () => {
  fc.assert(
    fc.property(faultsOf(SUPPORTED), (faults) => {
      const folder = folderOf(faults);
      const first = exported(folder, 'chaos-toolkit', 'experiment.json');
      writeFileSync(join(folder, 'scenario.yaml'), imported(first, folder).text);
      const text = readFileSync(first, 'utf8');
      expect(readFileSync(exported(folder, 'chaos-toolkit', 'again.json'), 'utf8')).toBe(text);
    }),
    { numRuns: 30 },
  );
});

test('actions act when their pauses and those before them are over, and probes ask what the load asks', () => {
  const { scenario, left_out } = importedByHand(BY_HAND);
  expect(scenario).toMatchObject({
    name: 'Losing pods of the shop',
    description: 'The shop must go on.',
    load: { path: '/cart?x=1', expected_status: [200, 204], timeout_ms: 2000, rate_per_s: 10 },
  });
  expect(scenario.faults.map(({ position: _, ...fault }) => fault)).toEqual([
    {
      type: 'pod-kill',
      workload: 'web',
      namespace: 'default',
      mode: 'fixed-percent',
      value: 50,
      grace_period_s: 0,
      at_ms: [2000],
    },
    { type: 'scale', workload: 'db', namespace: 'data', replicas: 0, at_ms: [8000], duration_ms: 3500 },
    { type: 'pod-kill', workload: 'db', namespace: 'data', mode: 'all', grace_period_s: 0, at_ms: [11_500] },
  ]);
  expect(left_out.map((line) => line.replace(/^.*experiment.json:/, ''))).toEqual([
    '4:3: `tags`: a scenario has none',
    '19:11: `url`: its host; requests go to the Service of the load',
  ]);
});

test('stressors last as long as they say, or until they are deleted', () => {
  const { scenario } = importedByHand(STRESSED);
  const cache = { workload: 'cache', namespace: 'default', image: 'busybox:1.36' };
  expect(scenario.faults.map(({ position: _, ...fault }) => fault)).toEqual([
    { type: 'cpu-stress', ...cache, mode: 'one', workers: 2, at_ms: [1000], duration_ms: 3000 },
    {
      type: 'memory-stress',
      ...cache,
      mode: 'fixed-percent',
      value: 50,
      size_bytes: 100 * 2 ** 20,
      at_ms: [4000],
      duration_ms: 5000,
    },
  ]);
});

test('a journal holds the experiment, too', () => {
  const { scenario } = importedByHand({ status: 'completed', experiment: BY_HAND, run: [] });
  expect(scenario.faults).toHaveLength(3);
});

describe('what a scenario cannot say is told at its place:', () => {
  const HOG = { name: 'hog', workers: 1, load: 100, label_selectors: 'app=cache' };
  const action = (provider: object, more: object = {}) => ({
    title: 'x',
    description: 'x',
    method: [{ type: 'action', name: 'x', ...more, provider }],
  });
  const python = (module: string, func: string, args: object) => ({
    type: 'python',
    module: `chaosk8s.${module}`,
    func,
    arguments: args,
  });
  const kubectl = (...words: string[]) => ({ type: 'process', path: 'kubectl', arguments: words });
  test.each<[string, object, string]>([
    [
      'another program',
      action({ type: 'process', path: 'stress', arguments: [] }),
      '10:17: what "stress" does',
    ],
    ['a request', action({ type: 'http', url: 'http://x/' }), '9:17: an action of a provider of type "http"'],
    [
      'a function that is not known',
      action(python('node.actions', 'drain_nodes', { count: 1 })),
      '11:17: chaosk8s.node.actions.drain_nodes is nothing that a scenario has: it may take the same node twice',
    ],
    [
      'labels of nobody',
      action(python('pod.actions', 'terminate_pods', { label_selector: 'app=shop' })),
      '13:29: no workload of the manifests has pods with app=shop in namespace default',
    ],
    [
      'no labels',
      action(python('pod.actions', 'terminate_pods', { name_pattern: 'web-.*' })),
      '12:22: `method[0].provider.arguments.label_selector` is missing',
    ],
    [
      'a field that is not there',
      action(python('pod.actions', 'terminate_pods', { label_selector: 'app=web', quantity: 2 })),
      '14:11: unknown field `quantity`',
    ],
    [
      'another order',
      action(python('pod.actions', 'terminate_pods', { label_selector: 'app=web', order: 'oldest' })),
      '14:11: `order` cannot be imported: pods are drawn, each as likely as any other',
    ],
    [
      'a mode without its value',
      { ...STRESSED, method: [stressor('stress_cpu', { ...HOG, mode: 'fixed' })], rollbacks: [] },
      '`method[0].provider.arguments.mode` cannot be "fixed"',
    ],
    [
      'a stressor of nobody',
      { ...STRESSED, method: [stressor('delete_stressor', { name: 'x' })], rollbacks: [] },
      'this action deletes nothing that the method creates',
    ],
    [
      'two stressors of one name',
      { ...STRESSED, method: [stressor('stress_cpu', HOG), stressor('stress_cpu', HOG)], rollbacks: [] },
      'stressor default/hog is there already',
    ],
    [
      'half a load',
      { ...STRESSED, method: [stressor('stress_cpu', { ...HOG, load: 50 })], rollbacks: [] },
      'workers with a load of 50 %',
    ],
    [
      'another image',
      action(kubectl('set', 'image', 'deploy/web', 'server=web:2')),
      '11:22: what image "web:2" does',
    ],
    [
      'a script',
      action({ type: 'process', path: 'kubectl', arguments: 'delete pod x; ls' }),
      '11:22: the arguments are for a shell',
    ],
    [
      'another flag',
      action(kubectl('scale', 'deploy/web', '--replicas=1', '--context=x')),
      "11:22: kubectl's --context",
    ],
    ['another verb', action(kubectl('cordon', 'node-1')), '11:22: `kubectl cordon node-1` in this form'],
    [
      'controls',
      { ...action(kubectl('rollout', 'restart', 'deploy/web')), controls: [{ name: 'x' }] },
      '19:3: `controls` cannot be imported',
    ],
    [
      'a reference',
      { title: 'x', description: 'x', method: [{ ref: 'x' }] },
      '6:14: an activity that stands elsewhere',
    ],
    [
      'a pause from a variable',
      action(kubectl('rollout', 'restart', 'deploy/web'), { pauses: { after: VARIABLE } }),
      `9:18: \`method[0].pauses.after\` cannot be "${VARIABLE}"`,
    ],
    [
      'a rollback of nothing',
      {
        ...action(kubectl('rollout', 'restart', 'deploy/web')),
        rollbacks: [{ type: 'action', name: 'y', provider: kubectl('scale', 'deploy/web', '--replicas=4') }],
      },
      '20:5: this rollback undoes nothing that the method does',
    ],
    [
      'a fault after the load',
      action(kubectl('rollout', 'restart', 'deploy/web'), { pauses: { before: 60 } }),
      '5:5: the fault would act at 60 s, when the load has ended',
    ],
  ])('%s', (_name, experiment, says) => {
    const problems = problemsOf(experiment);
    expect(
      problems.some((problem) => (/^\d/.test(says) ? problem.startsWith(says) : problem.includes(says))),
      problems.join('\n'),
    ).toBe(true);
  });

  test.each(['container-kill', 'pod-kill of a share', 'cpu-stress', 'memory-stress'] as const)(
    '%s has no counterpart',
    (name) => {
      fc.assert(
        fc.property(faultsOf([name]), (faults) => {
          const folder = folderOf(faults);
          expect(() => exported(folder, 'chaos-toolkit', 'experiment.json')).toThrow(
            /has no counterpart in Chaos Toolkit/,
          );
        }),
        { numRuns: 5 },
      );
    },
  );
});

test('a damaged experiment is imported or explained', () => {
  const folder = folderOf(fc.sample(faultsOf(SUPPORTED), { seed: 1, numRuns: 1 })[0] ?? []);
  const ours = readFileSync(exported(folder, 'chaos-toolkit', 'experiment.json'), 'utf8');
  fuzzImports(
    {
      'ours.json': ours,
      'by-hand.json': JSON.stringify(BY_HAND, undefined, 1),
      'stress.json': JSON.stringify(STRESSED, undefined, 1),
    },
    150,
  );
});
