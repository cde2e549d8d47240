import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ObjectRef } from '../../../src/chaos/cluster/cluster.ts';
import { surveyOf, surveyOnPaper } from '../../../src/chaos/rbac/survey.ts';
import { allRights } from '../../../src/chaos/wanted-rights.ts';
import { EXIT } from '../../../src/scenario/errors.ts';
import { FakeCluster } from '../fake-cluster.ts';
import { podKill, shortScenario } from '../scenario.ts';

const ref = (apiVersion: string, kind: string, namespace = 'shop'): ObjectRef => ({
  ...{ apiVersion, kind, namespace, name: 'web' },
});

describe('on paper', () => {
  test.each([
    ['v1', 'Service', '', 'services'],
    ['v1', 'Endpoints', '', 'endpoints'],
    ['networking.k8s.io/v1', 'NetworkPolicy', 'networking.k8s.io', 'networkpolicies'],
    ['networking.k8s.io/v1', 'Ingress', 'networking.k8s.io', 'ingresses'],
    ['storage.k8s.io/v1', 'StorageClass', 'storage.k8s.io', 'storageclasses'],
    ['autoscaling/v2', 'HorizontalPodAutoscaler', 'autoscaling', 'horizontalpodautoscalers'],
  ])('%s %s is known', async (apiVersion, kind, group, resource) => {
    expect(await surveyOnPaper(false).resourceOf(ref(apiVersion, kind))).toEqual({
      ...{ group, resource, namespace: 'shop' },
    });
  });

  test('what is in no namespace is in none', async () => {
    const found = await surveyOnPaper(false).resourceOf(ref('scheduling.k8s.io/v1', 'PriorityClass', ''));
    expect(found?.namespace).toBeUndefined();
  });

  test.each([
    ['an extension', 'gateway.networking.k8s.io/v1', 'HTTPRoute'],
    ['a kind of another group', 'example.com/v1', 'Service'],
  ])('%s is refused where it stands', async (_, apiVersion, kind) => {
    const object = { ...ref(apiVersion, kind), position: { file: 'web.yaml', line: 7, column: 1 } };
    await expect(surveyOnPaper(false).resourceOf(object)).rejects.toMatchObject({
      exitCode: EXIT.configuration,
      message: expect.stringMatching(`^web.yaml:7:1: .*${kind} in ${apiVersion}`),
      hint: expect.stringContaining('--cluster kubernetes'),
    });
  });

  test.each([
    ['v1', 'Namespace'],
    ['rbac.authorization.k8s.io/v1', 'Role'],
  ])('a %s %s is not for the account to create', async (apiVersion, kind) => {
    expect(await surveyOnPaper(false).find(ref(apiVersion, kind))).toBeDefined();
    expect(await surveyOnPaper(false).find(ref('v1', 'Service'))).toBeUndefined();
    expect(await surveyOnPaper(true).find(ref('v1', 'Service'))).toBeDefined();
  });
});

test('of a cluster, only what is not there may be created', async () => {
  const scenario = shortScenario([podKill()]);
  const cluster = new FakeCluster(scenario);
  const deployment = scenario.objects.find(({ kind }) => kind === 'Deployment');
  await cluster.apply(deployment!);
  const rights = await allRights(surveyOf(cluster), scenario);
  const created = rights.filter(({ verb }) => verb === 'create').map(({ resource }) => resource);
  expect(created).toEqual(expect.arrayContaining(['services', 'events']));
  expect(created).not.toContain('deployments');
});

test('every kind that the manifest reader has in no namespace, and no other, is taken for that', () => {
  // The two lists stand for the same table of Kubernetes: one must not know a kind that the other calls by another name.
  const reader = readFileSync('src/scenario/manifest/objects.ts', 'utf8');
  const survey = readFileSync('src/chaos/rbac/survey.ts', 'utf8');
  const scoped = /CLUSTER_SCOPED = new Set\(\[([^\]]+)\]/.exec(reader)?.[1]?.match(/\w+/g) ?? [];
  expect(scoped.length).toBeGreaterThan(10);
  expect(scoped.filter((kind) => !survey.includes(`'${kind}'`))).toEqual([]);
});
