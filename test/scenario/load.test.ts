import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { constant, lognormal } from '../../src/scenario/distribution.ts';
import { EXIT, UserError } from '../../src/scenario/errors.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { TIMING } from '../../src/scenario/timing.ts';
import { errorOf, filesWith, folderWith, load, SCENARIO } from './files.ts';

const SHIPPED = ['scenarios', 'scenarios/published', 'scenarios/validation'].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml') && !name.endsWith('.k8s.yaml'))
    .map((name) => join(folder, name)),
);

describe('shipped scenarios', () => {
  test('there are these, beside those of the validation', () => {
    expect(SHIPPED.filter((file) => !file.includes('validation'))).toEqual([
      'scenarios/my-app-x3.yaml',
      'scenarios/nginx-1.17.10-x3.yaml',
      'scenarios/nginx-x1.yaml',
      'scenarios/nginx-x2.yaml',
      'scenarios/rollout-x3.yaml',
      'scenarios/shop-3-zones.yaml',
      'scenarios/slow-start-x2-archive.yaml',
      'scenarios/slow-start-x2.yaml',
      'scenarios/published/rolling-update-pre-stop-and-grace.yaml',
      'scenarios/published/rolling-update-pre-stop.yaml',
      'scenarios/published/rolling-update-readiness.yaml',
    ]);
  });

  test.each(SHIPPED)('%s loads, and nothing of its manifests is left out of the model', (file) => {
    const scenario = loadScenario(file);
    expect(scenario.file).toBe(file);
    expect(scenario.ignored).toEqual([]);
    expect(scenario.objects.length).toBeGreaterThanOrEqual(2);
    expect(scenario.faults.length + scenario.load.steps.length).toBeGreaterThanOrEqual(1);
  });

  test('the main job fits into a minute: its trials and their observation windows', () => {
    const { load: main, trials } = loadScenario('scenarios/nginx-x2.yaml');
    expect((main.duration_ms * trials.measure) / 1000).toBeLessThanOrEqual(30);
    expect(trials.predict).toBe(1000);
  });
});

test('what a scenario does not say has the documented defaults', () => {
  const scenario = load(filesWith());
  expect(scenario).toMatchObject({
    name: 'scenario',
    description: '',
    seed: '1',
    trials: { predict: 1000, measure: 3 },
    cluster: { minor: 35, nodes: [{ name: 'node-1' }, { name: 'node-2' }] },
    load: {
      service: 'web',
      namespace: 'default',
      port: 80,
      path: '/',
      rate_per_s: 100,
      arrivals: 'constant',
      duration_ms: 10_000,
      timeout_ms: 1000,
      latency_limit_ms: 1000,
      expected_status: [200],
      connections: 'per-request',
      source_ports: 'own',
    },
  });
  expect(scenario.workloads[0]?.pod.containers[0]?.application).toEqual({
    start_time: lognormal(50, 0.3),
    service_time: constant(1),
    concurrency: 512,
    on_sigterm: 'exit',
    stop_time: constant(10),
    cpu_per_request_ms: 1,
  });
  expect(scenario.faults).toEqual([
    {
      type: 'pod-kill',
      position: { file: expect.stringContaining('scenario.yaml'), line: 8, column: 7 },
      workload: 'web',
      namespace: 'default',
      mode: 'one',
      value: undefined,
      at_ms: [2000],
      grace_period_s: undefined,
    },
  ]);
  expect(scenario.timing).toEqual(
    Object.fromEntries(Object.entries(TIMING).map(([name, timer]) => [name, timer.default])),
  );
  expect(scenario.objectives).toEqual({
    availability_time: undefined,
    availability_requests: undefined,
    downtime_s: undefined,
    throughput_rps: undefined,
    latency_p99_ms: undefined,
  });
});

test('what a scenario says is read, with its units', () => {
  const scenario = load(
    filesWith({
      'scenario.yaml': `version: foreshock/v1
name: all of it
description: everything said
manifests: [deployment.yaml, service.yaml]
cluster: {kubernetes: "1.30", nodes: 3}
applications:
  web/server:
    start_time: {uniform: {min: 1s, max: 1m30s}}
    service_time: {exponential: {mean: 2.5ms}}
    concurrency: 8
    on_sigterm: serve
    stop_time: {empirical: [1s, 2s]}
    cpu_per_request: 2.5ms
timing: {sandbox_start: {normal: {mean: 2s, sd: 200ms}}}
load:
  service: web
  port: main
  path: /search?q=1
  rate: 12.5/s
  arrivals: poisson
  duration: 1h
  timeout: 3s
  latency_limit: 250ms
  expected_status: [200, 204]
  connections: keep-alive
  source_ports: kernel
faults:
  - pod-kill: {workload: web, mode: fixed-percent, value: 50%, at: 1m, grace_period: 5s}
  - container-kill: {container: server, mode: fixed, value: 3, at: 0s, repeat: {every: 10s, times: 3}}
  - pod-kill: {mode: all, at: 30m, grace_period: 0s, repeat: {every: 10m}}
objectives: {availability_time: 99.9%, availability_requests: 0.95, downtime: 1m30s, throughput: 10, latency_p99: 200ms}
trials: {predict: 10, measure: 1}
seed: tuesday
`,
    }),
  );
  expect(scenario).toMatchObject({
    name: 'all of it',
    description: 'everything said',
    cluster: { minor: 30, nodes: [{ name: 'node-1' }, { name: 'node-2' }, { name: 'node-3' }] },
    timing: { sandbox_start: { kind: 'normal', mean_ms: 2000, sd_ms: 200 } },
    load: {
      port: 80,
      path: '/search?q=1',
      rate_per_s: 12.5,
      arrivals: 'poisson',
      duration_ms: 3_600_000,
      timeout_ms: 3000,
      latency_limit_ms: 250,
      expected_status: [200, 204],
      connections: 'keep-alive',
      source_ports: 'kernel',
    },
    objectives: {
      availability_time: 0.999,
      availability_requests: 0.95,
      downtime_s: 90,
      throughput_rps: 10,
      latency_p99_ms: 200,
    },
    trials: { predict: 10, measure: 1 },
    seed: 'tuesday',
  });
  expect(scenario.workloads[0]?.pod.containers[0]?.application).toEqual({
    start_time: { kind: 'uniform', min_ms: 1000, max_ms: 90_000 },
    service_time: { kind: 'exponential', mean_ms: 2.5 },
    concurrency: 8,
    on_sigterm: 'serve',
    stop_time: { kind: 'empirical', values_ms: [1000, 2000] },
    cpu_per_request_ms: 2.5,
  });
  expect(scenario.faults).toMatchObject([
    { type: 'pod-kill', mode: 'fixed-percent', value: 50, at_ms: [60_000], grace_period_s: 5 },
    { type: 'container-kill', container: 'server', mode: 'fixed', value: 3, at_ms: [0, 10_000, 20_000] },
    { type: 'pod-kill', mode: 'all', at_ms: [1_800_000, 2_400_000, 3_000_000], grace_period_s: 0 },
  ]);
});

describe('fields that were not indented far enough', () => {
  const problemsOf = (scenario: string) =>
    errorOf(filesWith({ 'scenario.yaml': scenario })).problems.map(
      ({ position: { line, column }, message, hint }) => `${line}:${column}: ${message}; ${hint}`,
    );

  test('are told as that, all together', () => {
    const scenario = SCENARIO.replace('      at: 2s', '    mode: all\n    at: 2s');
    expect(problemsOf(scenario)).toEqual([
      '8:5: `mode` and `at` stand beside `pod-kill`, not in it; indent them further than `pod-kill`',
    ]);
    expect(problemsOf(SCENARIO.replace('      at: 2s', '    at: 2s'))).toEqual([
      '8:5: `at` stands beside `pod-kill`, not in it; indent it further than `pod-kill`',
    ]);
  });

  test('and others that are unknown as well', () => {
    const scenario = SCENARIO.replace('      at: 2s', '    at: 2s\n    att: 3s');
    expect(problemsOf(scenario)).toEqual([
      '8:5: `at` stands beside `pod-kill`, not in it; indent it further than `pod-kill`',
      expect.stringContaining('9:5: unknown field `att` in `faults[0]`'),
    ]);
  });

  test('at the top of the file, too', () => {
    const scenario = SCENARIO.replace('  rate: 100\n  duration: 10s', 'rate: 100\nduration: 10s');
    expect(problemsOf(scenario)).toEqual([
      '4:1: `rate` and `duration` stand beside `load`, not in it; indent them further than `load`',
    ]);
  });
});

describe('several problems', () => {
  test('are reported in one go, by file and line, scenario and manifests alike', () => {
    const error = errorOf(
      filesWith({
        'scenario.yaml': SCENARIO.replace('rate: 100', 'raet: 100').replace('at: 2s', 'at: 2'),
        'deployment.yaml': 'kind: Deployment\n',
        'service.yaml': 'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: Nodeport}\n',
      }),
    );
    expect(error.problems.map(({ position: { file, line, column } }) => `${file}:${line}:${column}`)).toEqual(
      [
        'scenario.yaml:4:3',
        'scenario.yaml:4:3',
        'scenario.yaml:8:11',
        'deployment.yaml:1:1',
        'deployment.yaml:1:1',
        'service.yaml:4:14',
      ],
    );
  });

  test('of shape and of meaning are found together', () => {
    const error = errorOf(
      filesWith({
        'scenario.yaml': `${SCENARIO.replace('at: 2s', 'at: 12s')}objectives: {throughput: 500}\ntrials: {predict: -1}\n`,
      }),
    );
    expect(error.problems.map(({ message }) => message)).toEqual([
      'the fault would act at 12 s, when the load has ended',
      'a throughput of 500/s can never be reached: the load is only 100/s',
      '`trials.predict` cannot be -1',
    ]);
  });

  test('of one fault are found together', () => {
    const error = errorOf(
      filesWith({
        'scenario.yaml': SCENARIO.replace(
          'pod-kill:\n      at: 2s',
          'container-kill: {at: 12s, mode: fixed, value: 9, container: sever}',
        ),
      }),
    );
    expect(error.problems.map(({ message }) => message)).toEqual([
      'the fault would act at 12 s, when the load has ended',
      '9 pods are more than the 4 of Deployment web',
      'Deployment web has no container `sever`',
    ]);
  });

  test('are rendered with line, caret and hint', () => {
    const error = errorOf(filesWith({ 'scenario.yaml': SCENARIO.replace('rate: 100', 'raet: 100') }));
    expect(error.message).toContain(
      [
        'scenario.yaml:4:3: unknown field `raet` in `load`; expected one of service, port, path, rate, steps, arrivals, duration, timeout, latency_limit, expected_status, connections, source_ports, resolve',
        '    raet: 100',
        '    ^ did you mean `rate`?',
      ].join('\n'),
    );
  });

  test('on a very long line are shown with the part around them', () => {
    const space = ' '.repeat(2000);
    const error = errorOf(filesWith({ 'scenario.yaml': `${SCENARIO}cluster: {${space}node: 2${space}}\n` }));
    const [, excerpt = '', caret = ''] = error.message.split('\n');
    expect(excerpt.length).toBeLessThan(100);
    expect(excerpt.slice(caret.indexOf('^'))).toMatch(/^node: 2/);
  });

  test('beyond twenty are counted, not shown', () => {
    const unknown = Array.from({ length: 25 }, (_, k) => `unknown${k}: 1\n`).join('');
    const error = errorOf(filesWith({ 'scenario.yaml': SCENARIO + unknown }));
    expect(error.problems).toHaveLength(25);
    expect(error.message).toMatch(/`unknown19`[\s\S]*\n\nand 5 more problems$/);
    expect(error.message).not.toContain('unknown20');
  });

  test('never send control characters of a file to the terminal', () => {
    const error = errorOf(filesWith({ 'scenario.yaml': `${SCENARIO}"\\e[31mred": 1 # \u001b[31m\n` }));
    expect(error.message).not.toContain('\u001b');
  });
});

describe('files', () => {
  test('a scenario that is not there', () => {
    expect(errorOf({}).message).toMatch(
      /^scenario\.yaml:1:1: cannot read scenario\.yaml: there is no such file/,
    );
  });

  test('a folder instead of a scenario', () => {
    expect(errorOf({ 'nginx/deployment.yaml': '' }, 'nginx').message).toBe(
      'nginx:1:1: nginx is a folder; expected a YAML file',
    );
  });

  test('a folder of manifests is read in the order of names, as kubectl reads it', () => {
    const {
      'scenario.yaml': _,
      'deployment.yaml': deployment = '',
      'service.yaml': service = '',
    } = filesWith();
    const scenario = load({
      'scenario.yaml': SCENARIO.replace('[deployment.yaml, service.yaml]', '[k8s]'),
      'k8s/b.yaml': service,
      'k8s/a.yml': deployment,
      'k8s/c.json': JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } }),
      'k8s/README.md': 'not a manifest',
      'k8s/deeper/c.yaml': 'not: read',
    });
    expect(scenario.objects.map(({ kind }) => kind)).toEqual(['Deployment', 'Service', 'ConfigMap']);
  });

  test('a byte order mark and Windows line ends change nothing', () => {
    const scenario = load(filesWith({ 'scenario.yaml': `\ufeff${SCENARIO.replaceAll('\n', '\r\n')}` }));
    expect(scenario.load.rate_per_s).toBe(100);
  });
});

describe('overrides', () => {
  const path = () => join(folderWith(filesWith()), 'scenario.yaml');

  test('come before what the file says', () => {
    const scenario = loadScenario(path(), { seed: '7', trials: { measure: 5 } });
    expect(scenario.seed).toBe('7');
    expect(scenario.trials).toEqual({ predict: 1000, measure: 5 });
  });

  test.each([0, -1, 1.5, Number.NaN])('%s trials are refused', (predict) => {
    const attempt = () => loadScenario(path(), { trials: { predict } });
    expect(attempt).toThrow(UserError);
    expect(attempt).toThrow(/expected a whole number from 1 to 1000000/);
    try {
      attempt();
    } catch (error) {
      expect(error).toMatchObject({ exitCode: EXIT.configuration });
    }
  });
});
