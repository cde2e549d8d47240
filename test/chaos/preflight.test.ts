import { expect, test } from 'vitest';
import { checkAccounts } from '../../src/chaos/preflight.ts';
import { EXIT } from '../../src/scenario/errors.ts';
import { FakeCluster } from './fake-cluster.ts';
import { lasting, podKill, shortScenario } from './scenario.ts';

const kill = shortScenario([podKill()]);
const drain = shortScenario([lasting('node-drain')]);

test('what the experiments of a day lack is named for all of them at once, and nothing is touched', async () => {
  const forbidden = ['delete pods', 'patch nodes', 'create pods/eviction'];
  const cluster = new FakeCluster(kill, { forbidden });
  await expect(checkAccounts(cluster, [kill, drain])).rejects.toMatchObject({
    exitCode: EXIT.configuration,
    message: expect.stringMatching(/delete pods.*patch nodes.*create pods\/eviction/),
    hint: expect.stringContaining('a ClusterRole with these rules'),
  });
  expect(cluster.calls).toEqual([]);
});

test('what only another one takes is not asked for', async () => {
  const cluster = new FakeCluster(kill, { forbidden: ['patch nodes'] });
  await expect(checkAccounts(cluster, [kill])).resolves.toBeUndefined();
  await expect(checkAccounts(cluster, [kill, drain])).rejects.toThrow('patch nodes');
});

test('what can be done without keeps no day from beginning', async () => {
  const cluster = new FakeCluster(kill, { forbidden: ['create events', 'list nodes', 'get namespaces'] });
  await expect(checkAccounts(cluster, [kill])).resolves.toBeUndefined();
});

test('what is missing must be his to create, what is there need not', async () => {
  const cluster = new FakeCluster(kill, { forbidden: ['create deployments'] });
  await expect(checkAccounts(cluster, [kill])).rejects.toThrow('create deployments');
  for (const object of kill.objects) await cluster.apply(object);
  await expect(checkAccounts(cluster, [kill])).resolves.toBeUndefined();
});
