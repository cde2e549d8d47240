import { describe, expect, test } from 'vitest';
import { dryRun } from '../../src/chaos/dry-run.ts';
import { sleep } from '../../src/chaos/sleep.ts';
import { EXIT, UserError } from '../../src/scenario/errors.ts';
import type { Fault, Scenario } from '../../src/scenario/scenario.ts';
import { FakeCluster, type FakeOptions } from './fake-cluster.ts';
import { ofType, run, temporaryJournal } from './run.ts';
import { containerKill, lasting, podKill, shortScenario } from './scenario.ts';

const look = (scenario: Scenario, cluster: FakeCluster, journal = '') =>
  dryRun(scenario, cluster, { journal });

/** As a cluster is in which the manifests have long been applied. */
async function standing(faults: readonly Fault[], options: FakeOptions = {}) {
  const scenario = shortScenario(faults);
  const cluster = new FakeCluster(scenario, { kind: 'kubernetes', ...options });
  for (const object of scenario.objects) await cluster.apply(object);
  while ((await cluster.pods(scenario.load.namespace, { app: 'nginx' })).some(({ ready }) => !ready)) {
    await sleep(10);
  }
  cluster.calls.length = 0;
  return { scenario, cluster };
}

describe('a dry run changes nothing, and', () => {
  test('names the victims that the first trial then takes', async () => {
    const { scenario, cluster } = await standing([podKill({ mode: 'one' })]);
    const planned = await look(scenario, cluster);
    expect(cluster.calls).toEqual(['describe']);
    expect(planned.obstacles).toEqual([]);
    expect(planned.missing).toEqual([]);
    expect(planned.objects.map(({ state }) => state)).toEqual(scenario.objects.map(() => 'there'));
    const [act] = planned.acts;
    expect(act).toMatchObject({
      fault: 'pod-kill',
      at_ms: 100,
      undo: 'none: its controller creates another',
      blast_radius: '1 of 2 ready pods of Deployment default/nginx',
    });
    const [target] = act!.targets!;
    const pod = (await cluster.pods('default', { app: 'nginx' })).find(({ uid }) => uid === target!.uid);
    expect(target).toMatchObject({ kind: 'Pod', name: pod!.name, node: pod!.node });

    const { error, trials } = await run(cluster, scenario);
    expect(error).toBeUndefined();
    expect(ofType(trials[0]!, 'fault-begin')[0]!.targets).toEqual([target!.name]);
  });

  test('says what would be created where the manifests are not applied, and that nobody can be named', async () => {
    const scenario = shortScenario([podKill({ mode: 'all' }), lasting('scale', { at_ms: [200] })]);
    const cluster = new FakeCluster(scenario);
    const planned = await look(scenario, cluster);
    expect(cluster.calls).toEqual(['describe']);
    expect(planned.objects.map(({ state }) => state)).toEqual(scenario.objects.map(() => 'absent'));
    expect(planned.load.route).toBeUndefined();
    expect(planned.acts).toMatchObject([
      {
        blast_radius: '2 of 2 pods of Deployment default/nginx',
        unnamed: 'Deployment default/nginx is not in the cluster yet',
      },
      { undone_at_ms: 350, unnamed: 'Deployment default/nginx is not in the cluster yet' },
    ]);
    expect(planned.acts.some(({ targets }) => targets !== undefined)).toBe(false);
    expect(planned.obstacles).toEqual([]);
  });

  test('says how far faults reach that hit a zone or a Service, and names what they hit', async () => {
    const { scenario, cluster } = await standing([
      lasting('zone-outage', { at_ms: [200], duration_ms: 20 }),
      lasting('endpoint-removal'),
    ]);
    const { acts, obstacles } = await look(scenario, cluster);
    expect(obstacles).toEqual([]);
    expect(acts).toMatchObject([
      {
        fault: 'endpoint-removal',
        blast_radius: 'all clients of Service default/nginx',
        targets: [{ kind: 'Service', name: 'nginx' }],
      },
      {
        fault: 'zone-outage',
        blast_radius: 'all nodes of one zone that runs Deployment default/nginx, with all that they run',
        targets: [{ kind: 'Node', name: 'node-2' }],
      },
    ]);
    const absent = await look(scenario, new FakeCluster(scenario));
    expect(absent.obstacles).toEqual([]);
    expect(absent.acts.map(({ unnamed }) => unnamed)).toEqual(
      Array(2).fill('Deployment default/nginx is not in the cluster yet'),
    );
  });

  test('says of a stress that it ends by itself', async () => {
    const { scenario, cluster } = await standing([lasting('cpu-stress')]);
    const { acts } = await look(scenario, cluster);
    expect(acts).toMatchObject([
      {
        fault: 'cpu-stress',
        undone_at_ms: 250,
        blast_radius: '1 of 2 ready pods of Deployment default/nginx',
        undo: 'by itself when its time is up, by foreshock where that must be earlier',
      },
    ]);
    expect(cluster.stressed).toEqual([]);
  });

  test('does not pretend to know whom an act hits after others have changed which pods there are', async () => {
    const faults = [
      podKill({ at_ms: [100, 300] }),
      lasting('scale', { at_ms: [200], duration_ms: undefined }),
    ];
    const { scenario, cluster } = await standing(faults);
    const { acts } = await look(scenario, cluster);
    expect(acts.map(({ at_ms, targets }) => [at_ms, targets?.length])).toEqual([
      [100, 1],
      [200, 1],
      [300, undefined],
    ]);
    expect(acts[1]).toMatchObject({ fault: 'scale', undone_at_ms: 'end' });
    expect(acts[2]!.unnamed).toBe('by then the pod-kill at 0.1 s has changed which pods there are');
  });

  test('names the node of a node fault and what runs there', async () => {
    const { scenario, cluster } = await standing([lasting('node-drain')]);
    const { acts } = await look(scenario, cluster);
    const there = (await cluster.podsOn('node-2')).map(({ namespace, name }) => `${namespace}/${name}`);
    expect(acts[0]).toMatchObject({
      undone_at_ms: 250,
      targets: [{ kind: 'Node', name: 'node-2', uid: 'uid-node-2', pods: there }],
    });
    expect(there).toHaveLength(1);
  });

  test('tells everything that a run would end at, not only the first', async () => {
    const { scenario, cluster } = await standing([lasting('node-loss'), lasting('registry-outage')], {
      forbidden: ['cause registry-outage'],
    });
    cluster.addForeignPod('stranger', undefined, { node: 'node-2', labels: { app: 'other' } });
    const { obstacles } = await look(scenario, cluster);
    expect(obstacles.map(({ message }) => message)).toEqual([
      'no way to cause registry-outage',
      'node-loss would hit node node-2, which also runs pods that the scenario does not name: default/stranger',
    ]);
  });

  test('lists the rights that are missing, which are no obstacle to looking', async () => {
    const { scenario, cluster } = await standing([podKill()], { forbidden: ['delete pods'] });
    const { rights, obstacles, acts } = await look(scenario, cluster);
    expect(rights.missing).toMatchObject([
      {
        verb: 'delete',
        resource: 'pods',
        group: '',
        namespace: 'default',
        to: 'to cause pod-kill, and to undo it',
      },
    ]);
    expect(rights.roles.join()).toContain('a Role with these rules');
    expect(obstacles).toEqual([]);
    expect(acts[0]!.targets).toHaveLength(1);
  });

  test('goes on where the account may not even ask what it may', async () => {
    const { scenario, cluster } = await standing([podKill()]);
    cluster.may = async () => {
      throw new UserError('not allowed to create selfsubjectaccessreviews', { exitCode: EXIT.configuration });
    };
    const { rights, obstacles, acts } = await look(scenario, cluster);
    expect(rights).toEqual({
      unknown: 'not allowed to create selfsubjectaccessreviews',
      missing: [],
      roles: [],
    });
    expect(obstacles).toEqual([]);
    expect(acts[0]!.targets).toHaveLength(1);
  });

  test('says where pods would be replaced before the first trial, whose successors have no name yet', async () => {
    const { scenario, cluster } = await standing([containerKill()]);
    const [pod] = await cluster.pods('default', { app: 'nginx' });
    await cluster.killContainer(pod!, 'nginx');
    const { acts, missing } = await look(scenario, cluster);
    expect(missing!.join()).toContain('1 of 2 replicas ready');
    expect(acts[0]!.unnamed).toBe(
      `${pod!.name}, in which a container was restarted, would be replaced before the first trial`,
    );
  });

  test('says what an earlier run has left in this cluster', async () => {
    const { scenario, cluster } = await standing([podKill()]);
    const place = await temporaryJournal();
    await place.journal.begin(await cluster.identity());
    const target = { kind: 'Node', namespace: '', name: 'node-2', uid: 'uid-node-2' };
    await place.journal.intend({
      ...{ act: 'cut-power', trial: 0, undo: 'give it back', fault: 'node-loss' },
      target,
    });
    await place.journal.close();
    const text = (await place.lines()).map((line) => JSON.stringify(line)).join('\n');
    await place.remove();
    expect((await look(scenario, cluster, text)).left).toEqual(['node-loss of node-2 would be undone first']);
  });
});
