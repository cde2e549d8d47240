import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { EXIT } from '../../src/scenario/errors.ts';
import { accessText, granted } from '../chaos/cluster/kubernetes/authorizer.ts';
import { fakeApiServer } from '../chaos/cluster/kubernetes/fake-api-server.ts';
import { expectGolden } from '../report/golden.ts';
import { foreshock } from './command.ts';

const SCENARIO = 'scenarios/nginx-x2.yaml';
const DRAIN = 'scenarios/validation/three-drain-budget.yaml';
const GAME_DAY = 'scenarios/game-days/nginx.yaml';
/** Of the game day. */
const EXPERIMENTS = [SCENARIO, 'scenarios/validation/two-all-forced.yaml'];
const IMAGE = 'registry.example/foreshock:0.1.0';

const folder = mkdtempSync(join(tmpdir(), 'foreshock-rbac-'));
afterAll(() => rmSync(folder, { recursive: true }));

const rbac = async (...words: string[]) => {
  const ended = await foreshock(['rbac', ...words]);
  expect(ended).toMatchObject({ code: EXIT.ok, stderr: '' });
  return ended.stdout;
};
const grants = async (...words: string[]) => granted(await rbac(...words)).map(accessText);

describe('rbac prints', () => {
  test('an account, its Roles and what binds them, with what each is for', async () => {
    expectGolden('rbac/three-drain-budget.yaml', await rbac(DRAIN));
  });

  test('a Job with all that it runs', async () => {
    expectGolden('rbac/job.yaml', await rbac(SCENARIO, '--required-only', '--job', '--image', IMAGE));
  });

  test('objects that kubectl can apply in their order: an account before what binds it', async () => {
    const kinds = parseAllDocuments(await rbac(SCENARIO, '--job', '--image', IMAGE)).map(
      (document) => (document.toJS() as { kind: string } | null)?.kind,
    );
    expect(kinds.filter((kind) => kind !== undefined)).toEqual([
      ...['ServiceAccount', 'Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding', 'ConfigMap', 'Job'],
    ]);
  });

  test('the account under the name and in the namespace that are given', async () => {
    const text = await rbac(SCENARIO, '--account', 'game-day', '--namespace', 'chaos');
    const names = parseAllDocuments(text).flatMap((document) => {
      const object = document.toJS() as {
        kind: string;
        metadata: { name: string; namespace?: string };
      } | null;
      return object === null
        ? []
        : [`${object.kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`];
    });
    expect(names).toEqual([
      ...['ServiceAccount chaos/game-day', 'Role default/game-day', 'RoleBinding default/game-day'],
      ...['ClusterRole /chaos:game-day', 'ClusterRoleBinding /chaos:game-day'],
    ]);
  });

  test('no right to create or to remove what is deployed', async () => {
    const changing = (texts: readonly string[]) =>
      texts.filter((text) => /^(create|patch|delete) (apps)?\/(deployments|services)/.test(text));
    expect(changing(await grants(SCENARIO))).toHaveLength(6);
    expect(changing(await grants(SCENARIO, '--deployed'))).toEqual([]);
  });

  test('nothing of the whole cluster where only what is needed is asked for', async () => {
    expect((await grants(SCENARIO)).filter((text) => text.includes(' */'))).toHaveLength(2);
    expect((await grants(SCENARIO, '--required-only')).filter((text) => text.includes(' */'))).toEqual([]);
  });

  test('what calibrate takes: of ConfigMaps its own alone', async () => {
    const texts = await grants(SCENARIO, '--for', 'calibrate');
    const configMaps = texts.filter((text) => text.includes('configmaps'));
    expect(configMaps).toHaveLength(6);
    expect(configMaps.filter((text) => !text.endsWith('default/foreshock-calibrate'))).toEqual([]);
    expect(texts).toEqual(expect.arrayContaining(['list /events default/*', 'watch /events default/*']));
    expect(await grants(SCENARIO, '--for', 'verify')).toEqual(await grants(SCENARIO));
  });

  test('for all experiments of a game day together, what each of them takes', async () => {
    const text = await rbac(GAME_DAY);
    expectGolden('rbac/game-day.yaml', text);
    const each = await Promise.all(EXPERIMENTS.map((file) => grants(file)));
    expect(new Set(granted(text).map(accessText))).toEqual(new Set(each.flat()));
  });

  test('a Job that runs a game day, with all that its experiments name, and asks nobody', async () => {
    const documents = parseAllDocuments(await rbac(GAME_DAY, '--job', '--image', IMAGE));
    const objects = documents.map((document) => document.toJS() as { kind: string } | null);
    const job = objects.find((object) => object?.kind === 'Job') as unknown as {
      spec: { template: { spec: { containers: [{ args: string[] }] } } };
    };
    expect(job.spec.template.spec.containers[0].args).toEqual([
      ...['game-day', '/scenario/game-days/nginx.yaml', '--cluster', 'kubernetes', '--yes'],
      ...['--unattended', '--out', '/results'],
    ]);
    const configMap = objects.find((object) => object?.kind === 'ConfigMap') as unknown as {
      data: Record<string, string>;
    };
    expect(Object.keys(configMap.data)).toEqual(
      expect.arrayContaining(['game-days_nginx.yaml', 'nginx-x2.yaml', 'validation_two-all-forced.yaml']),
    );
  });

  test('what it takes to put back what a run has left, and to guard it: no right to cause anything', async () => {
    const text = await rbac(DRAIN, '--for', 'restore');
    expectGolden('rbac/restore.yaml', text);
    const run = await grants(DRAIN);
    const texts = granted(text).map(accessText);
    expect(texts.filter((each) => /^create /.test(each))).toEqual([]);
    const writing = texts.filter((each) => /^(patch|delete) /.test(each));
    expect(writing.filter((each) => !run.includes(each))).toEqual([]);
    expect(writing).toContain('patch /nodes */*');
    expect(writing).toContain('delete apps/deployments default/nginx');
    const deployed = await grants(DRAIN, '--for', 'restore', '--deployed');
    expect(deployed.filter((each) => each.includes('/deployments default/nginx'))).toEqual([]);
  });

  test('the same for all that a game day may leave', async () => {
    const together = await grants(GAME_DAY, '--for', 'restore');
    const each = await Promise.all(EXPERIMENTS.map((file) => grants(file, '--for', 'restore')));
    expect(new Set(together)).toEqual(new Set(each.flat()));
  });

  test('a namespace of the manifests first, which the account cannot create: its Role is in it', async () => {
    const file = join(folder, 'own.yaml');
    writeFileSync(
      join(folder, 'own.k8s.yaml'),
      `{apiVersion: v1, kind: Namespace, metadata: {name: shop}}
---
{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {selector: {app: web}, ports: [{port: 80}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: nginx}]}}
---
{apiVersion: v1, kind: Secret, metadata: {name: password, namespace: shop}}
`,
    );
    writeFileSync(
      file,
      'version: foreshock/v1\nmanifests: [own.k8s.yaml]\nload: {rate: 10, duration: 5s}\nfaults: [{pod-kill: {at: 1s}}]\n',
    );
    const text = await rbac(file);
    expect(text).toMatch(/^apiVersion: v1\nkind: Namespace\nmetadata:\n {2}name: shop\n---\n/m);
    expect(
      granted(text)
        .map(accessText)
        .filter((each) => each.includes('namespaces')),
    ).toEqual([...['get /namespaces */shop', 'get /namespaces */kube-system']]);
    expect(text).toContain(
      '# To be there before the run: Secret shop/password; no right to Secrets is granted.',
    );
    expect(granted(text).map(accessText).join()).not.toContain('secrets');
  });

  test('what a cluster says is there, and what it calls its kinds, where it is asked', async () => {
    const server = await fakeApiServer(({ path }) => {
      const kinds = (...names: string[]) => ({
        body: {
          resources: names.map((kind) => ({ kind, name: `${kind.toLowerCase()}s`, namespaced: true })),
        },
      });
      if (path === '/api/v1') return kinds('Service');
      if (path === '/apis/apps/v1') return kinds('Deployment');
      return path.endsWith('/services/nginx') ? { body: { metadata: { uid: 'uid-1' } } } : undefined;
    });
    vi.stubEnv('KUBECONFIG', server.kubeconfig);
    try {
      const created = (await grants(SCENARIO, '--cluster', 'kubernetes')).filter((text) =>
        /^create (apps)?\/(deployments|services)/.test(text),
      );
      expect(created).toEqual(['create apps/deployments default/nginx']);
      expect(server.requests.every(({ method }) => method === 'GET')).toBe(true);
    } finally {
      vi.unstubAllEnvs();
      await server.close();
    }
  });
});

describe('rbac refuses', () => {
  test.each([
    ['a Job without an image', ['--job'], '--job needs the image', 'give --image'],
    ['an image without a Job', ['--image', IMAGE], '--image and --claim are of the Job', 'give --job'],
    ['a claim without a Job', ['--claim', 'kept'], '--image and --claim are of the Job', 'give --job'],
    [
      'a context of no cluster',
      ['--context', 'staging'],
      '--context is of a cluster',
      '--cluster kubernetes',
    ],
    ['to be told what it asks for', ['--cluster', 'kubernetes', '--deployed'], '--deployed', 'leave one'],
    [
      'a Job that would restore',
      ['--for', 'restore', '--job', '--image', IMAGE],
      '--job is of a run',
      'a guard in the cluster',
    ],
    ['a name that is none', ['--account', 'Game Day'], '--account cannot be Game Day', 'lower case'],
    ['a namespace that is none', ['--namespace', 'A_b'], '--namespace cannot be A_b', 'lower case'],
  ])('%s', async (_, words, message, hint) => {
    const { code, stdout, stderr } = await foreshock(['rbac', SCENARIO, ...words]);
    expect({ code, stdout }).toEqual({ code: EXIT.configuration, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
  });

  test('a game day that is to calibrate, or has no experiment', async () => {
    const file = join(folder, 'day.yaml');
    writeFileSync(file, 'version: foreshock/v1\ngame_day:\n  - ask: Ready?\n');
    const none = await foreshock(['rbac', file]);
    expect(none.code).toBe(EXIT.configuration);
    expect(none.stderr).toContain('has no experiment');
    const calibrating = await foreshock(['rbac', GAME_DAY, '--for', 'calibrate']);
    expect(calibrating.code).toBe(EXIT.configuration);
    expect(calibrating.stderr).toContain('is a game day, which calibrates nothing');
  });

  test('a game day with a mistake, where it stands', async () => {
    const file = join(folder, 'wrong.yaml');
    writeFileSync(file, 'version: foreshock/v1\ngame_day:\n  - chaos: {scenario: nowhere.yaml}\n');
    const { code, stderr } = await foreshock(['rbac', file]);
    expect(code).toBe(EXIT.configuration);
    expect(stderr).toMatch(/wrong\.yaml:3:\d+/);
  });

  test('a plan', async () => {
    const { code, stderr } = await foreshock(['rbac', 'scenarios/plans/shop-3-zones.yaml']);
    expect(code).toBe(EXIT.configuration);
    expect(stderr).toContain('is a plan');
  });
});
