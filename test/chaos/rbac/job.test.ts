import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { jobDocuments } from '../../../src/chaos/rbac/job.ts';
import { scenarioFiles } from '../../../src/chaos/rbac/scenario-files.ts';
import { EXIT } from '../../../src/scenario/errors.ts';
import { loadGameDay } from '../../../src/scenario/game-day/load.ts';
import type { GameDay } from '../../../src/scenario/game-day.ts';
import { loadScenario } from '../../../src/scenario/load.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';

const folder = mkdtempSync(join(tmpdir(), 'foreshock-job-'));
afterAll(() => rmSync(folder, { recursive: true }));

function written(name: string, text: string): string {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

const SERVICE =
  'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 80}]}\n';
const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx}]}
`;
const scenarioWith = (manifests: readonly string[]) =>
  `version: foreshock/v1\nmanifests: ${JSON.stringify(manifests)}\nload: {rate: 10, duration: 5s}\nfaults: [{pod-kill: {at: 1s}}]\n`;

interface Volume {
  readonly configMap?: { readonly items: readonly { readonly key: string; readonly path: string }[] };
}

const jobOf = (scenario: Scenario, claim?: string) => {
  const account = { name: 'foreshock-web', namespace: 'chaos' };
  const [configMap, job] = jobDocuments({
    ...{ account, subject: scenario, command: 'chaos', image: 'registry.example/foreshock:0.1.0', claim },
  });
  return { configMap: configMap?.toJS(), job: job?.toJS(), text: String(job) };
};

/** As the kubelet lays a ConfigMap out. */
function mounted(scenario: Scenario): Scenario {
  const { configMap, job } = jobOf(scenario);
  const { volumes, containers } = job.spec.template.spec;
  const root = mkdtempSync(join(folder, 'mount-'));
  const [scenarioVolume] = volumes as readonly Volume[];
  for (const { key, path } of scenarioVolume?.configMap?.items ?? []) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), configMap.data[key]);
  }
  return loadScenario(containers[0].args[1].replace('/scenario', root));
}

/** Without the places in files, which differ. */
const content = ({ workloads, services, objects, load, faults, name }: Scenario) =>
  JSON.parse(
    JSON.stringify({ workloads, services, objects, load, faults, name }, (key, value) =>
      key === 'position' ? undefined : value,
    ),
  );

describe('the scenario in the pod', () => {
  test.each([
    ['scenarios/nginx-x2.yaml'],
    ['scenarios/shop-3-zones.yaml'],
    ['scenarios/validation/two-node-loss.yaml'],
  ])('%s is the one here', (file) => {
    const scenario = loadScenario(file);
    expect(content(mounted(scenario))).toEqual(content(scenario));
  });

  test('finds manifests beside it, above it, and in files of one name', () => {
    written('deploy/base/web.yaml', SERVICE);
    written('deploy/web.yaml', DEPLOYMENT);
    const file = written('chaos/kill/web.yaml', scenarioWith(['../../deploy/web.yaml', '../../deploy/base']));
    const scenario = loadScenario(file);
    expect(content(mounted(scenario))).toEqual(content(scenario));
    expect(scenarioFiles(scenario).files.map(({ path }) => path)).toEqual([
      ...['chaos/kill/web.yaml', 'deploy/web.yaml', 'deploy/base/web.yaml'],
    ]);
  });

  test('has keys that a ConfigMap can have, each its own', () => {
    written('keys/a/ä b.yaml', SERVICE);
    written('keys/a_ä_b.yaml', DEPLOYMENT);
    const { files } = scenarioFiles(
      loadScenario(written('keys/web.yaml', scenarioWith(['a/ä b.yaml', 'a_ä_b.yaml']))),
    );
    const keys = files.map(({ key }) => key);
    expect(new Set(keys).size).toBe(3);
    for (const key of keys) expect(key).toMatch(/^[-._a-zA-Z0-9]+$/);
  });
});

test('a game day in the pod is the one here, with all of its experiments', () => {
  const file = 'scenarios/game-days/nginx.yaml';
  const scenarios = (gameDay: GameDay) =>
    gameDay.steps.flatMap((step) => ('scenario' in step ? step.scenario : []));
  const gameDay = loadGameDay(file);
  const objects = scenarios(gameDay).flatMap((scenario) => scenario.objects);
  const experiments = scenarios(gameDay).map((scenario) => scenario.file);
  const { files, main } = scenarioFiles({ file, objects, experiments });
  const root = mkdtempSync(join(folder, 'day-'));
  for (const { path, text } of files) written(join(relative(folder, root), path), text);
  expect(scenarios(loadGameDay(join(root, main))).map(content)).toEqual(scenarios(gameDay).map(content));
});

describe('what does not belong into a ConfigMap is refused, where it stands', () => {
  const refused = (scenario: Scenario) => {
    try {
      jobOf(scenario);
    } catch (error) {
      return error;
    }
    throw new Error('it was not refused');
  };

  test('a Secret', () => {
    const secret = 'apiVersion: v1\nkind: Secret\nmetadata: {name: password}\nstringData: {word: xyzzy}\n';
    const all = written('secret/all.yaml', `${DEPLOYMENT}---\n${SERVICE}---\n${secret}`);
    expect(refused(loadScenario(written('secret/web.yaml', scenarioWith(['all.yaml']))))).toMatchObject({
      exitCode: EXIT.configuration,
      message: expect.stringMatching(`^${all}:\\d+:1: Secret password`),
    });
  });

  test('a manifest that is named by its place on this machine', () => {
    const all = written('absolute/all.yaml', `${DEPLOYMENT}---\n${SERVICE}`);
    expect(refused(loadScenario(written('absolute/web.yaml', scenarioWith([resolve(all)]))))).toMatchObject({
      exitCode: EXIT.configuration,
      message: expect.stringContaining(`the manifest ${all} is named by its place on this machine`),
    });
  });

  test('a scenario of a game day that is named so', () => {
    written('absolute/all.yaml', `${DEPLOYMENT}---\n${SERVICE}`);
    const scenario = loadScenario(written('absolute/web.yaml', scenarioWith(['all.yaml'])));
    const file = written(
      'absolute/day.yaml',
      `version: foreshock/v1\ngame_day: [{chaos: {scenario: ${resolve(scenario.file)}}}]\n`,
    );
    expect(() => scenarioFiles({ file, objects: scenario.objects, experiments: [scenario.file] })).toThrow(
      `the scenario ${resolve(scenario.file)} is named by its place on this machine`,
    );
  });

  test('more than it holds', () => {
    written('large/all.yaml', `${DEPLOYMENT}---\n${SERVICE}# ${'x'.repeat(1024 * 1024)}\n`);
    expect(refused(loadScenario(written('large/web.yaml', scenarioWith(['all.yaml']))))).toMatchObject({
      exitCode: EXIT.configuration,
      message: expect.stringMatching(/have \d+ bytes, and a ConfigMap holds 1048576/),
    });
  });
});

describe('the Job', () => {
  const scenario = loadScenario('scenarios/nginx-x2.yaml');

  test('runs under the account, once, with the rights of nobody in particular', () => {
    const { spec } = jobOf(scenario).job;
    const pod = spec.template.spec;
    expect(spec.backoffLimit).toBe(0);
    expect(pod).toMatchObject({
      ...{ serviceAccountName: 'foreshock-web', restartPolicy: 'Never' },
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(pod.containers[0]).toMatchObject({
      args: ['chaos', '/scenario/nginx-x2.yaml', '--cluster', 'kubernetes', '--yes', '--out', '/results'],
      env: [{ name: 'FORESHOCK_HOST_IP', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } }],
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    });
  });

  test('keeps its results where it is given a claim, and says where it is not', () => {
    const results = ({ job }: ReturnType<typeof jobOf>) => job.spec.template.spec.volumes[1];
    expect(results(jobOf(scenario))).toEqual({ name: 'results', emptyDir: {} });
    expect(jobOf(scenario).text).toContain(
      '# The results, and the journal, go with its pod: --claim keeps them.',
    );
    expect(results(jobOf(scenario, 'kept'))).toEqual({
      ...{ name: 'results', persistentVolumeClaim: { claimName: 'kept' } },
    });
  });

  test('says that its image needs a program, where a fault does', () => {
    expect(jobOf(scenario).text).not.toContain('must have the program');
    const lost = loadScenario('scenarios/validation/two-node-loss.yaml');
    expect(jobOf(lost).text).toContain('# For node-loss the image must have the program');
  });
});

test('nothing of it names a file of this machine', () => {
  const { configMap, job } = jobOf(loadScenario(resolve('scenarios/nginx-x2.yaml')));
  expect(JSON.stringify([configMap.metadata, Object.keys(configMap.data), job])).not.toContain(process.cwd());
  expect(configMap.data['nginx-x2.yaml']).toBe(readFileSync('scenarios/nginx-x2.yaml', 'utf8'));
});
