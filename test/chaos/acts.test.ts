import { networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import { chooseTargets } from '../../src/chaos/choose.ts';
import { ChangedError, type ClusterNode } from '../../src/chaos/cluster/cluster.ts';
import { actionFor } from '../../src/chaos/fault-action.ts';
import { openJournal } from '../../src/chaos/safety/journal.ts';
import { sleep } from '../../src/chaos/sleep.ts';
import { actTimes } from '../../src/scenario/act-times.ts';
import { exponential } from '../../src/scenario/distribution.ts';
import { EXIT, type UserError } from '../../src/scenario/errors.ts';
import type {
  Deployment,
  FaultType,
  Job,
  NodeTaint,
  Scenario,
  Toleration,
} from '../../src/scenario/scenario.ts';
import type { TimelineEvent } from '../../src/timeline/event.ts';
import { FakeCluster, type FakeOptions } from './fake-cluster.ts';
import { expectUserError, ofType, run, started, temporaryJournal } from './run.ts';
import { lasting, podKill, shortScenario } from './scenario.ts';

const noteTexts = (events: readonly TimelineEvent[]) => ofType(events, 'note').map(({ text }) => text);
/** What faults asked for: neither the manifests nor what is replaced between trials. */
const acts = (cluster: FakeCluster) =>
  cluster.calls.filter((call) => !/^(describe|apply|remove|delete)/.test(call));

/** What each fault that lasts asks the cluster for, and what its undoing does. */
const LASTING: readonly [FaultType, act: RegExp, undo: RegExp][] = [
  ['container-pause', /^container-pause nginx-.*/, /^container-resume nginx-.*/],
  ['network-partition', /^patch Pod nginx-.*/, /^patch Pod nginx-.*/],
  ['dns-outage', /^patch Pod nginx-.*/, /^patch Pod nginx-.*/],
  ['cpu-stress', /^add nginx-.*/, /^exec nginx-.*/],
  ['memory-stress', /^add nginx-.*/, /^exec nginx-.*/],
  ['node-cordon', /^patch Node node-2$/, /^patch Node node-2$/],
  ['node-drain', /^patch Node node-2$/, /^patch Node node-2$/],
  ['node-taint', /^patch Node node-2$/, /^patch Node node-2$/],
  ['node-loss', /^node-loss node-2$/, /^node-return node-2$/],
  ['node-partition', /^node-partition node-2$/, /^node-rejoin node-2$/],
  ['zone-outage', /^node-loss node-2$/, /^node-return node-2$/],
  ['bad-image', /^patch Deployment nginx$/, /^patch Deployment nginx$/],
  ['bad-readiness', /^patch Deployment nginx$/, /^patch Deployment nginx$/],
  ['scale', /^patch Deployment nginx\/scale$/, /^patch Deployment nginx\/scale$/],
  ['endpoint-removal', /^patch Service nginx$/, /^patch Service nginx$/],
  ['control-plane-outage', /^control-plane-pause api-server$/, /^control-plane-resume api-server$/],
  ['registry-outage', /^registry-down registry$/, /^registry-up registry$/],
];

/** Of the taint that `lasting` gives. */
const tolerance = (change: Partial<Toleration> = {}): Toleration => ({
  ...{ key: 'maintenance', operator: 'Exists', value: '', effect: undefined, toleration_s: undefined },
  ...change,
});

describe.concurrent.each(LASTING)('%s', (type, act, undo) => {
  test('is caused in its time and undone after its duration, both in the journal first', async () => {
    const { scenario, cluster } = started([lasting(type)]);
    const before = structuredClone(cluster.template);
    const { error, trials, journal } = await run(cluster, scenario);
    expect(error).toBeUndefined();

    const [begin] = ofType(trials[0]!, 'fault-begin');
    const [end] = ofType(trials[0]!, 'fault-end');
    expect(begin!.at_ms).toBeGreaterThanOrEqual(99);
    expect(begin!.at_ms).toBeLessThan(150);
    expect(end!.at_ms - begin!.at_ms).toBeGreaterThanOrEqual(145);
    expect(end!.at_ms - begin!.at_ms).toBeLessThan(220);
    expect(end!.targets).toEqual(begin!.targets);

    const asked = acts(cluster).filter((call) => !call.startsWith('evict'));
    expect(asked).toHaveLength(2);
    expect(asked[0]).toMatch(act);
    expect(asked[1]).toMatch(undo);
    expect(cluster.broken).toEqual([]);
    expectNodesAsBefore(await cluster.nodes());
    expect(cluster.selectorOf('nginx')).toEqual(scenario.services[0]!.selector);
    expect(cluster.template).toMatchObject({ replicas: before.replicas, containers: before.containers });

    const lines = journal.filter((line) => line.fault === type);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatchObject({ act: 'undo', target: lines[0]!.target, undo: lines[0]!.undo });
    for (const { id } of lines)
      expect(journal).toContainEqual(expect.objectContaining({ id, outcome: 'done' }));
  });

  test('is undone when the load has ended where it has no duration', async () => {
    const { scenario, cluster } = started([lasting(type, { duration_ms: undefined })]);
    const { error, trials } = await run(cluster, scenario);
    expect(error).toBeUndefined();
    const requests = ofType(trials[0]!, 'request').length;
    const [end] = ofType(trials[0]!, 'fault-end');
    expect(requests).toBe(20);
    expect(end!.at_ms).toBeGreaterThanOrEqual(380);
    expect(cluster.broken).toEqual([]);
    expect(acts(cluster).at(-1)).toMatch(undo);
  });

  test('is undone at once on abort', async () => {
    const { scenario, cluster } = started([lasting(type, { duration_ms: 100_000 })]);
    const aborting = new AbortController();
    cluster.before = (call) => {
      if (act.test(call)) setTimeout(() => aborting.abort(new Error('Ctrl-C')), 50);
    };
    const { error, journal } = await run(cluster, scenario, { signal: aborting.signal });
    expectUserError(error, EXIT.aborted, 'aborted');
    expect(acts(cluster).filter((call) => undo.test(call)).length).toBeGreaterThan(0);
    expect(cluster.broken).toEqual([]);
    expect(journal.filter((line) => line.act === 'undo')).toHaveLength(1);
  });

  test('that cannot be undone is named, with what a person can do', async () => {
    const { scenario, cluster } = started([lasting(type)]);
    let calls = 0;
    cluster.before = (call) => {
      if (undo.test(call) && (undo.source !== act.source || ++calls > 1)) throw new Error('no answer');
    };
    const aborting = new AbortController();
    const signal = aborting.signal;
    // Also where a person has given up on it meanwhile.
    setTimeout(() => aborting.abort(), 1500);
    const { error, journal } = await run(cluster, scenario, { signal });
    expectUserError(error, EXIT.notRestored, `${type} of`, 'is not undone: no answer');
    expect((error as UserError).hint).toMatch(/^by hand: ./);
    const lines = journal.filter((line) => line.act === 'undo');
    expect(lines).toHaveLength(1);
    expect(journal).toContainEqual(expect.objectContaining({ id: lines[0]!.id, outcome: 'failed' }));
  });

  test('of a run that was killed is undone by the next one, going by the journal', async () => {
    const fault = lasting(type);
    const { scenario, cluster } = started([fault], { start_ms: 0 });
    for (const object of scenario.objects) await cluster.apply(object);
    await sleep(20);
    const place = await temporaryJournal();
    const action = actionFor(type);
    const choice = { scenario, cluster, trial: 0, entry_node: 'node-1' };
    for (const target of await chooseTargets(choice, fault, 'victims/0/0')) {
      await place.journal.intend({
        act: action.act,
        trial: 0,
        target,
        undo: action.byHand(target),
        fault: type,
      });
      await action.apply(cluster, fault, target, AbortSignal.abort());
    }
    await place.journal.close();
    cluster.calls.length = 0;

    const journal = await openJournal(place.file);
    const next = { ...scenario, faults: [podKill()] };
    const { error, result } = await run(cluster, next, {}, { ...place, journal });
    expect(error).toBeUndefined();
    expect(acts(cluster).filter((call) => undo.test(call))).toHaveLength(1);
    expect(result?.notes.join()).toMatch(
      new RegExp(`${type} of .*, of an earlier run that was killed, was undone`),
    );
    expect(cluster.broken).toEqual([]);
    expectNodesAsBefore(await cluster.nodes());
  });
});

function expectNodesAsBefore(nodes: readonly ClusterNode[]): void {
  for (const node of nodes) expect(node).toMatchObject({ unschedulable: false, taints: [] });
}

describe.concurrent('a fault on pods', () => {
  test('pod-eviction asks again where the budget refuses, and a pod that never goes is told of', async () => {
    const { scenario, cluster } = started([lasting('pod-eviction')], { refusals: 100 });
    const { error, trials } = await run(cluster, scenario);
    expect(error).toBeUndefined();
    const [begin] = ofType(trials[0]!, 'fault-begin');
    expect(acts(cluster)).toEqual([`evict ${begin!.targets[0]}`]);
    expect(noteTexts(trials[0]!)).toEqual([
      `pod-eviction: ${begin!.targets[0]} was not evicted: the budget is used up`,
    ]);
    expect(ofType(trials[0]!, 'fault-end')[0]!.at_ms).toBeGreaterThanOrEqual(380);
  });

  test('does not hold up another that comes while it goes on', async () => {
    const { scenario, cluster } = started(
      [lasting('node-drain', { duration_ms: 300 }), podKill({ at_ms: [200], mode: 'all' })],
      { refusals: 100 },
    );
    const { error, trials } = await run(cluster, scenario);
    expect(error).toBeUndefined();
    const begins = ofType(trials[0]!, 'fault-begin');
    expect(begins.map(({ name }) => name)).toEqual(['node-drain', 'pod-kill']);
    expect(begins[1]!.at_ms).toBeLessThan(250);
    expect(begins[1]!.targets).toHaveLength(2);
    expect(ofType(trials[0]!, 'fault-end').map(({ name }) => name)).toEqual(['pod-kill', 'node-drain']);
    expect(noteTexts(trials[0]!).join()).toContain('node node-2 is not drained');
  });

  test('does not hit again what it hits already', async () => {
    const { scenario, cluster } = started([
      lasting('container-pause', { mode: 'all', at_ms: [50, 150], duration_ms: 250 }),
    ]);
    const { error, trials } = await run(cluster, scenario);
    expect(error).toBeUndefined();
    const [first, second] = ofType(trials[0]!, 'fault-begin');
    expect([first!.targets.length, second!.targets.length]).toEqual([2, 0]);
    expect(noteTexts(trials[0]!)).toEqual(
      first!.targets.map((name) => `container-pause: ${name} is hit by it already`),
    );
    expect(acts(cluster).filter((call) => call.startsWith('container-resume'))).toHaveLength(2);
  });
});

describe.concurrent('a fault on nodes', () => {
  test('is refused where all pods run where the load enters: there is nothing to hit', async () => {
    const { scenario, cluster } = started([lasting('node-loss', { mode: 'all' })], { nodes: 1 });
    const { error } = await run(cluster, scenario);
    expectUserError(error, EXIT.configuration, 'no node to hit', 'node-1, where the load enters');
    expect(acts(cluster)).toEqual([]);
    expect(cluster.objects.size).toBe(0);
  });

  test.each(['node-loss', 'node-partition', 'node-drain'] as const)(
    '%s is refused where a node also runs pods of others, and nothing is hit',
    async (type) => {
      const { scenario, cluster } = started([lasting(type)]);
      cluster.addForeignPod(
        'coredns',
        { kind: 'ReplicaSet', name: 'coredns-1', uid: 'u' },
        {
          namespace: 'kube-system',
          node: 'node-2',
          labels: {},
        },
      );
      const { error } = await run(cluster, scenario);
      expectUserError(error, EXIT.configuration, 'node-2', 'kube-system/coredns');
      expect(acts(cluster)).toEqual([]);
      expect(cluster.objects.size).toBe(0);
    },
  );

  test('does not mind pods that every node has, nor the kubelet’s own', async () => {
    const { scenario, cluster } = started([lasting('node-drain')]);
    const there = { namespace: 'kube-system', node: 'node-2', labels: {} };
    cluster.addForeignPod('kube-proxy', { kind: 'DaemonSet', name: 'kube-proxy', uid: 'u' }, there);
    cluster.addForeignPod('etcd', { kind: 'Node', name: 'node-2', uid: 'u' }, { ...there, mirror: true });
    cluster.addForeignPod(
      'migration',
      { kind: 'Job', name: 'm', uid: 'u' },
      { ...there, phase: 'Succeeded' },
    );
    const { error, trials } = await run(cluster, scenario);
    expect(error).toBeUndefined();
    const evicted = acts(cluster).filter((call) => call.startsWith('evict'));
    expect(evicted).toHaveLength(1);
    expect(evicted[0]).toMatch(/^evict nginx-/);
    expect(noteTexts(trials[0]!)).toContain('node-drain: node node-2 is drained');
  });

  test('a pod of somebody else that comes there in mid-run stops it', async () => {
    const { scenario, cluster } = started([lasting('node-loss', { at_ms: [350] })]);
    const { error } = await run(cluster, scenario, {
      recorder: () => ({
        record(event) {
          if (event.type !== 'header') return;
          cluster.addForeignPod('stray', undefined, { node: 'node-2', namespace: 'other', labels: {} });
        },
      }),
    });
    expectUserError(error, EXIT.aborted, 'other/stray');
    expect(acts(cluster)).toEqual([]);
  });

  test.each(['node-cordon', 'node-drain'] as const)('%s leaves a node cordoned that was so', async (type) => {
    const { scenario, cluster } = started([lasting(type)]);
    cluster.before = (call) => {
      // Steady state wants the nodes as they were at first, so it must be so before the first look at them.
      if (call === 'describe') cluster.changeNode('node-2', { unschedulable: true });
    };
    for (const object of scenario.objects) await cluster.apply(object);
    await sleep(80);
    const { error } = await run(cluster, scenario);
    expect(error).toBeUndefined();
    expect(acts(cluster).filter((call) => call.startsWith('patch Node'))).toHaveLength(1);
    expect((await cluster.nodes())[1]!.unschedulable).toBe(true);
  });

  test('node-cordon and node-drain that overlap leave the node as it was before both', async () => {
    // The second is prepared while the first lasts, and begins when that is over.
    const { scenario, cluster } = started([
      lasting('node-cordon', { at_ms: [50], duration_ms: 100 }),
      lasting('node-drain', { at_ms: [250], duration_ms: 100 }),
    ]);
    const { error } = await run(cluster, scenario);
    expect(error).toBeUndefined();
    expect(acts(cluster).filter((call) => call === 'patch Node node-2')).toHaveLength(4);
    expect((await cluster.nodes())[1]!.unschedulable).toBe(false);
  });

  test('node-cordon that ends while the next one is prepared is not taken for how the node was', async () => {
    const { scenario, cluster } = started([lasting('node-cordon', { at_ms: [50, 120], duration_ms: 60 })]);
    // The look of the second is held up until the first is over.
    const nodes = cluster.nodes.bind(cluster);
    let isHeld = false;
    cluster.nodes = async () => {
      const seen = await nodes();
      if (!isHeld && seen[1]!.unschedulable) {
        isHeld = true;
        await sleep(150);
      }
      return seen;
    };
    const { error } = await run(cluster, scenario);
    expect(error).toBeUndefined();
    expect((await nodes())[1]!.unschedulable).toBe(false);
  });

  test('node-cordon does not mind pods of others, which go on', async () => {
    const { scenario, cluster } = started([lasting('node-cordon')]);
    const there = { namespace: 'kube-system', node: 'node-2', labels: {} };
    cluster.addForeignPod('coredns', { kind: 'ReplicaSet', name: 'coredns-1', uid: 'u' }, there);
    expect((await run(cluster, scenario)).error).toBeUndefined();
    expect(acts(cluster)).toEqual(['patch Node node-2', 'patch Node node-2']);
  });

  test('node-taint with NoExecute is refused where a pod of others would go, whoever owns it', async () => {
    const { scenario, cluster } = started([lasting('node-taint')]);
    const owner = { kind: 'DaemonSet', name: 'logs', uid: 'u' };
    const there = { namespace: 'ops', node: 'node-2', labels: {} };
    const seconds = [tolerance({ toleration_s: 300 })];
    cluster.addForeignPod('logs-1', owner, { ...there, tolerations: seconds });
    const { error } = await run(cluster, scenario);
    expectUserError(error, EXIT.configuration, 'node-2', 'ops/logs-1');
    expect(acts(cluster)).toEqual([]);
  });

  test('node-taint leaves pods of others where they tolerate it, or it evicts nobody', async () => {
    const taint = { key: 'maintenance', value: 'yes', effect: 'NoSchedule' } as const;
    for (const [fault, tolerations] of [
      [lasting('node-taint'), [tolerance()]],
      [lasting('node-taint', { taint }), []],
    ] as const) {
      const { scenario, cluster } = started([fault]);
      const there = { namespace: 'ops', node: 'node-2', labels: {}, tolerations };
      cluster.addForeignPod('logs-1', { kind: 'DaemonSet', name: 'logs', uid: 'u' }, there);
      expect((await run(cluster, scenario)).error).toBeUndefined();
      expect(acts(cluster)).toEqual(['patch Node node-2', 'patch Node node-2']);
    }
  });

  test('node-taint that was there when it was chosen, and is gone a moment later, is not added', async () => {
    const fault = lasting('node-taint');
    const { scenario, cluster } = started([fault], { start_ms: 1 });
    for (const object of scenario.objects) await cluster.apply(object);
    await expect
      .poll(() => cluster.pods('default', { app: 'nginx' }))
      .toMatchObject([{ ready: true }, { ready: true }]);
    cluster.changeNode('node-2', { taints: [fault.taint] });
    const choice = { scenario, cluster, trial: 0, entry_node: 'node-1' };
    const [target] = await chooseTargets(choice, fault, 'victims/0/0');
    cluster.changeNode('node-2', { taints: [] });
    const applying = actionFor('node-taint').apply(cluster, fault, target!, AbortSignal.abort());
    await expect(applying).rejects.toThrow(ChangedError);
    expect((await cluster.nodes())[1]!.taints).toEqual([]);
  });

  test('node-taint keeps the taints that come and go beside its own', async () => {
    const { scenario, cluster } = started([lasting('node-taint', { duration_ms: 200 })]);
    const pressure = {
      key: 'pressure',
      value: '',
      effect: 'NoSchedule',
      timeAdded: '2026-01-01T00:00:00Z',
    } as const;
    const own = (scenario.faults[0] as NodeTaint).taint;
    let calls = 0;
    cluster.before = (call) => {
      if (call !== 'patch Node node-2') return;
      calls += 1;
      // Between its read and its write: it reads anew.
      if (calls === 1) cluster.changeNode('node-2', { taints: [pressure] });
      if (calls === 3) cluster.changeNode('node-2', { taints: [own, pressure] });
    };
    const { error } = await run(cluster, scenario, { steady_deadline_ms: 300 });
    expectUserError(error, EXIT.notRestored, 'node node-2 has the taint pressure:NoSchedule');
    expect(calls).toBe(4);
    expect((await cluster.nodes())[1]!.taints).toEqual([pressure]);
  });

  test('node-taint that somebody else has changed is left alone, and one that was there is not touched', async () => {
    const other = { key: 'maintenance', value: 'no', effect: 'NoExecute' } as const;
    const changed = started([lasting('node-taint')]);
    changed.cluster.before = (call) => {
      if (call === 'patch Node node-2')
        setTimeout(() => changed.cluster.changeNode('node-2', { taints: [other] }), 50);
    };
    const { trials } = await run(changed.cluster, changed.scenario, { steady_deadline_ms: 200 });
    expect(noteTexts(trials[0]!)).toEqual([
      'node-taint: somebody else set the taint maintenance:NoExecute of node-2 to no, which was left alone',
    ]);
    const had = started([lasting('node-taint')]);
    had.cluster.changeNode('node-2', { taints: [other] });
    const { error } = await run(had.cluster, had.scenario);
    expectUserError(error, EXIT.inconclusive, 'node-taint hit nothing');
    expect((await had.cluster.nodes())[1]!.taints).toEqual([other]);
  });

  test('zone-outage hits all nodes of a zone, those that run nothing as well, and none of another', async () => {
    const { scenario, cluster } = started([lasting('zone-outage')], { nodes: 5 });
    for (const name of ['node-2', 'node-4']) cluster.changeNode(name, { zone: 'b' });
    for (const name of ['node-1', 'node-3']) cluster.changeNode(name, { zone: 'a' });
    const { error, trials } = await run(cluster, scenario);
    expect(error).toBeUndefined();
    expect(ofType(trials[0]!, 'fault-begin')[0]!.targets).toEqual(['node-2', 'node-4']);
    expect(acts(cluster).toSorted()).toEqual([
      ...['node-loss node-2', 'node-loss node-4', 'node-return node-2', 'node-return node-4'],
    ]);
  });

  test.each([
    ['any', 'there is no zone to hit'],
    ['a', 'zone a is not for it to hit'],
    ['c', 'zone c is not for it to hit'],
  ])('zone-outage of %s is refused where the load enters, or nobody is', async (zone, message) => {
    const { scenario, cluster } = started([lasting('zone-outage', { zone })], { nodes: 2 });
    for (const name of ['node-1', 'node-2']) cluster.changeNode(name, { zone: 'a' });
    const { error } = await run(cluster, scenario);
    expectUserError(error, EXIT.configuration, message);
    expect(acts(cluster)).toEqual([]);
  });

  test('zone-outage is refused where any node of the zone runs pods of others', async () => {
    const { scenario, cluster } = started([lasting('zone-outage')], { nodes: 3 });
    for (const name of ['node-2', 'node-3']) cluster.changeNode(name, { zone: 'b' });
    const there = { namespace: 'ops', node: 'node-3', labels: {} };
    cluster.addForeignPod('db-0', { kind: 'StatefulSet', name: 'db', uid: 'u' }, there);
    const { error } = await run(cluster, scenario);
    expectUserError(error, EXIT.configuration, 'node-3', 'ops/db-0');
    expect(acts(cluster)).toEqual([]);
  });

  test('leaves the pods spread as at first for the next trial', async () => {
    const { scenario, cluster } = started([lasting('node-drain')]);
    const { error, result, trials } = await run(cluster, scenario, { trials: 2 });
    expect(error).toBeUndefined();
    for (const events of trials) {
      expect(ofType(events, 'fault-begin')[0]!.targets).toEqual(['node-2']);
      const nodes = ofType(events, 'pod').filter(({ at_ms }) => at_ms === 0);
      expect(new Set(nodes.map(({ node }) => node))).toEqual(new Set(['node-1', 'node-2']));
    }
    expect(result?.notes.join()).toContain('until they were spread over the nodes as at first');
  });
});

test('scale goes by the number that there is when it acts', async () => {
  const { scenario, cluster } = started([lasting('scale', { replicas: { by: 50, unit: 'percent' } })]);
  const counts: number[] = [];
  cluster.before = () => void counts.push(cluster.template.replicas);
  const { error } = await run(cluster, scenario);
  expect(error).toBeUndefined();
  expect(acts(cluster)).toHaveLength(2);
  expect(Math.max(...counts)).toBe(3);
  expect(cluster.template.replicas).toBe(2);
});

describe.concurrent('what somebody else changes meanwhile', () => {
  test('is left alone by the undoing, and told of', async () => {
    const { scenario, cluster } = started([lasting('scale', { duration_ms: 250 })]);
    cluster.before = (call) => {
      if (call === 'patch Deployment nginx/scale') setTimeout(() => cluster.scaleTo(3), 50);
    };
    const { trials } = await run(cluster, scenario, { steady_deadline_ms: 300 });
    expect(noteTexts(trials[0]!)).toEqual([
      'scale: somebody else scaled nginx from 1 to 3, which was left alone',
    ]);
    expect(cluster.template.replicas).toBe(3);
    expect(acts(cluster)).toHaveLength(1);
  });

  test('is told of in the report, too: it is not as it was found', async () => {
    const { scenario, cluster } = started([lasting('bad-image', { duration_ms: 250 })]);
    cluster.before = (call) => {
      if (call === 'patch Deployment nginx') setTimeout(() => cluster.setImage('nginx:2'), 50);
    };
    const { error, result } = await run(cluster, scenario);
    expect(error).toBeUndefined();
    expect(result?.notes).toContain(
      'bad-image: somebody else set the image of nginx to nginx:2, which was left alone',
    );
    expect(cluster.template.containers[0]!.image).toBe('nginx:2');
  });

  test('is told of where it is the readiness probe, of whatever kind', async () => {
    const other = { exec: { command: ['true'] } };
    const { scenario, cluster } = started([lasting('bad-readiness', { duration_ms: 250 })]);
    cluster.before = (call) => {
      if (call === 'patch Deployment nginx') setTimeout(() => cluster.setReadinessProbe(other), 50);
    };
    const { error, result } = await run(cluster, scenario);
    expect(error).toBeUndefined();
    expect(result?.notes).toContain(
      'bad-readiness: somebody else set the readiness probe of nginx, which was left alone',
    );
    expect(cluster.template.containers[0]!.readinessProbe).toEqual(other);
  });

  test('before a bad probe is set is not touched, and where there was none there is none again', async () => {
    const { scenario, cluster } = started([lasting('bad-readiness')]);
    cluster.setReadinessProbe(undefined);
    expect((await run(cluster, scenario)).error).toBeUndefined();
    expect(acts(cluster)).toHaveLength(2);
    expect(cluster.template.containers[0]).not.toHaveProperty('readinessProbe');
    const changed = started([lasting('bad-readiness')]);
    changed.cluster.before = (call) => {
      if (call === 'patch Deployment nginx') changed.cluster.setReadinessProbe({ exec: {} });
    };
    const { error } = await run(changed.cluster, changed.scenario);
    expectUserError(error, EXIT.inconclusive, 'bad-readiness hit nothing');
  });

  test('between choosing and acting ends the trial, and nothing is undone', async () => {
    const { scenario, cluster } = started([lasting('scale')]);
    cluster.before = (call) => {
      if (call === 'patch Deployment nginx/scale') cluster.scaleTo(3);
    };
    const { error, journal } = await run(cluster, scenario);
    expectUserError(error, EXIT.inconclusive, 'hit nothing');
    expect(cluster.template.replicas).toBe(3);
    expect(journal.some((line) => line.outcome === 'not-touched')).toBe(true);
    expect(journal.some((line) => line.act === 'undo')).toBe(false);
  });
});

describe.concurrent('the rules of the scenario', () => {
  const safety = (scenario: Scenario): Scenario => ({
    ...scenario,
    safety: { ...scenario.safety, min_healthy: { pods: 1 } },
  });

  test('count all pods behind a Service as hit that loses its endpoints', async () => {
    const { scenario, cluster } = started([lasting('endpoint-removal')]);
    const { error } = await run(cluster, safety(scenario));
    expectUserError(
      error,
      EXIT.aborted,
      'endpoint-removal would leave 0 healthy pods',
      'min_healthy wants 1',
    );
    expect(acts(cluster)).toEqual([]);
  });

  test('count no pod as hit or gone on a node that is only cordoned', async () => {
    const { scenario, cluster } = started([
      lasting('node-cordon', { at_ms: [50], duration_ms: 300 }),
      podKill({ at_ms: [200] }),
    ]);
    const { error } = await run(cluster, safety(scenario));
    expect(error).toBeUndefined();
    expect(cluster.calls.some((call) => call.startsWith('delete nginx'))).toBe(true);
  });
});

describe.concurrent('network-partition', () => {
  /** Long enough for the requests to tell. */
  const long = (options: FakeOptions, mode: 'one' | 'all' = 'one') => {
    const begun = started([lasting('network-partition', { mode, duration_ms: 2600 })], options);
    const load = { ...begun.scenario.load, duration_ms: 3000 };
    return { ...begun, scenario: { ...begun.scenario, load } };
  };

  test('cuts its victims off and leaves them endpoints, until both policy and label are gone', async () => {
    const { scenario, cluster } = long({});
    const { error, trials } = await run(cluster, scenario);
    expect(error).toBeUndefined();
    const { targets } = ofType(trials[0]!, 'fault-begin')[0]!;
    expect(acts(cluster)).toEqual([`patch Pod ${targets[0]}`, `patch Pod ${targets[0]}`]);
    expect(cluster.calls.filter((call) => call.endsWith('NetworkPolicy'))).toEqual([
      ...['apply NetworkPolicy', 'remove NetworkPolicy'],
    ]);
    expect(ofType(trials[0]!, 'request').some(({ outcome }) => outcome === 'timeout')).toBe(true);
    expect(ofType(trials[0]!, 'endpoints').every(({ ready }) => ready.length === 2)).toBe(true);
    expect(ofType(trials[0]!, 'no-effect')).toEqual([]);
    expect([...cluster.objects.keys()].filter((key) => key.startsWith('NetworkPolicy'))).toEqual([]);
    for (const pod of await cluster.podsOn('node-1')) {
      expect(pod.labels).not.toHaveProperty(['foreshock.dev/partition']);
    }
  });

  test.each(['one', 'all'] as const)(
    'of %s, where the network enforces nothing, is told to have had no effect',
    async (mode) => {
      const { scenario, cluster } = long({ enforces: false }, mode);
      const { trials, result } = await run(cluster, scenario);
      const [event, ...more] = ofType(trials[0]!, 'no-effect');
      expect(more).toEqual([]);
      expect(event).toMatchObject({ fault: 0, repetition: 0, name: 'network-partition' });
      expect(event!.because).toContain('does not enforce NetworkPolicies');
      expect(result?.notes.join()).toContain('network-partition had no effect');
    },
  );

  test('leaves no policy behind where its pod was replaced at the last moment', async () => {
    const { scenario, cluster } = started([lasting('network-partition')]);
    cluster.before = (call) => {
      if (call.startsWith('patch Pod')) cluster.replacePod(call.slice('patch Pod '.length));
    };
    const { error } = await run(cluster, scenario);
    expectUserError(error, EXIT.inconclusive, 'network-partition hit nothing');
    expect([...cluster.objects.keys()].filter((key) => key.startsWith('NetworkPolicy'))).toEqual([]);
  });
});

describe.concurrent('endpoint-removal', () => {
  test('leaves the Service without endpoints, its pods as they are, and refuses nobody but its clients', async () => {
    const { scenario, cluster } = started([lasting('endpoint-removal')]);
    const { error, trials } = await run(cluster, scenario);
    expect(error).toBeUndefined();
    // On a busy machine the sender may not get to one.
    const outcomes = ofType(trials[0]!, 'request').map(({ outcome }) => outcome);
    expect(new Set(outcomes.filter((outcome) => outcome !== 'not-sent'))).toEqual(new Set(['ok', 'refused']));
    expect(ofType(trials[0]!, 'pod').filter(({ at_ms }) => at_ms > 0)).toEqual([]);
  });

  test('is undone once, and again does nothing; a conflict is no sign that it is', async () => {
    const fault = lasting('endpoint-removal');
    const { scenario, cluster } = started([fault]);
    for (const object of scenario.objects) await cluster.apply(object);
    const choice = { scenario, cluster, trial: 0, entry_node: 'node-1' };
    const [target] = await chooseTargets(choice, fault, 'victims/0/0');
    const { apply, undo } = actionFor('endpoint-removal');
    await apply(cluster, fault, target!, AbortSignal.abort());
    expect(cluster.selectorOf('nginx')).toHaveProperty(['foreshock.dev/no-pod'], 'true');
    let conflicts = 1;
    cluster.before = () => {
      if (conflicts-- > 0) throw new ChangedError('somebody wrote in between');
    };
    await expect(undo!(cluster, target!)).rejects.toThrow(ChangedError);
    expect(await undo!(cluster, target!)).toEqual({});
    expect(cluster.selectorOf('nginx')).toEqual(scenario.services[0]!.selector);
    expect(await undo!(cluster, target!)).toEqual({});
    expect(await undo!(cluster, { ...target!, uid: 'another' })).toEqual({ note: 'Service nginx is gone' });
  });

  test('is refused while the API server is away', async () => {
    const { scenario, cluster } = started([
      lasting('control-plane-outage', { at_ms: [50] }),
      lasting('endpoint-removal', { at_ms: [120] }),
    ]);
    const { error } = await run(cluster, scenario);
    expectUserError(error, EXIT.configuration, 'endpoint-removal at 0.12 s needs the API server');
  });
});

describe.concurrent('a command that takes its time', () => {
  test('is called so much earlier once that is known, and the fault lasts as long as it should', async () => {
    const { scenario, cluster } = started([lasting('node-partition', { duration_ms: 200 })]);
    cluster.before = async (call) => {
      if (/^node-(partition|rejoin)/.test(call)) await sleep(90);
    };
    const { error, trials } = await run(cluster, scenario, { trials: 2 });
    expect(error).toBeUndefined();
    for (const [trial, late_ms] of [90, 0].entries()) {
      const [begin] = ofType(trials[trial]!, 'fault-begin');
      const [end] = ofType(trials[trial]!, 'fault-end');
      expect(Math.abs(begin!.at_ms - 100 - late_ms)).toBeLessThan(30);
      expect(Math.abs(end!.at_ms - begin!.at_ms - 200)).toBeLessThan(30);
    }
  });
});

describe.concurrent('a fault that goes wrong', () => {
  test('is undone all the same: nobody knows how far it came', async () => {
    const { scenario, cluster } = started([lasting('node-loss', { duration_ms: 100_000 })]);
    cluster.after = (call) => {
      if (call === 'node-loss node-2') throw new Error('the line broke');
    };
    const { error, journal } = await run(cluster, scenario);
    expect(error).toEqual(new Error('the line broke'));
    expect(cluster.broken).toEqual([]);
    expect(journal.filter((line) => line.outcome === 'failed')).toHaveLength(1);
    expect(journal.filter((line) => line.act === 'undo')).toHaveLength(1);
  });

  test('ends the others, and what lasts of them is undone', async () => {
    const { scenario, cluster } = started([
      lasting('registry-outage', { duration_ms: 100_000 }),
      podKill({ at_ms: [150] }),
    ]);
    cluster.before = (call) => {
      if (call.startsWith('delete')) throw new Error('the API server has gone');
    };
    const { error } = await run(cluster, scenario);
    expect(error).toEqual(new Error('the API server has gone'));
    expect(cluster.broken).toEqual([]);
  });
});

describe.concurrent('refusals, before anything is touched', () => {
  const refused = async (scenario: Scenario, ...parts: string[]) => {
    const cluster = new FakeCluster(scenario);
    const { error } = await run(cluster, scenario);
    expectUserError(error, EXIT.configuration, ...parts);
    expect(cluster.calls.filter((call) => call !== 'describe')).toEqual([]);
  };

  test('a fault that would need the API server while another has taken it away', () =>
    refused(
      shortScenario([lasting('control-plane-outage', { at_ms: [50] }), podKill({ at_ms: [120] })]),
      'pod-kill at 0.12 s needs the API server',
      'the control-plane-outage at 0.05 s',
    ));

  test('but not one beside an outage of the scheduler', async () => {
    const { scenario, cluster } = started([
      lasting('control-plane-outage', { at_ms: [50], component: 'scheduler' }),
      podKill({ at_ms: [120] }),
    ]);
    expect((await run(cluster, scenario)).error).toBeUndefined();
  });

  test.each(['node-drain', 'node-loss', 'node-partition'] as const)(
    '%s where it is not known at which node the load enters',
    async (type) => {
      const { scenario, cluster } = started([lasting(type)], { hasEntry: false });
      const { error } = await run(cluster, scenario);
      expectUserError(error, EXIT.configuration, 'it might hit the one where the load enters');
      expect(acts(cluster)).toEqual([]);
      expect(cluster.objects.size).toBe(0);
    },
  );

  test.each(['node-drain', 'node-loss'] as const)('%s that could hit this machine only', async (type) => {
    const { scenario, cluster } = started([lasting(type)]);
    const [own] = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
    cluster.changeNode('node-2', { addresses: ['192.0.2.2', own!.address] });
    const { error } = await run(cluster, scenario);
    expectUserError(error, EXIT.configuration, 'there is no node to hit', 'or on this machine');
    expect(acts(cluster)).toEqual([]);
  });

  test('a fault on a Job', () => {
    const scenario = shortScenario([podKill()]);
    const { strategy, progress_deadline_s, ...rest } = scenario.workloads[0] as Deployment;
    const job: Job = { ...rest, kind: 'Job', completions: 1, backoff_limit: 6 };
    return refused({ ...scenario, workloads: [job] }, 'Job nginx', 'ends by itself');
  });

  test('a right on the whole cluster that is missing, with the kind of role that grants it', async () => {
    const { scenario, cluster } = started([lasting('node-drain')], {
      forbidden: ['patch nodes', 'create pods/eviction'],
    });
    const { error } = await run(cluster, scenario);
    expectUserError(
      error,
      EXIT.configuration,
      'patch nodes in the cluster',
      'create pods/eviction in namespace default',
    );
    expect((error as UserError).hint).toMatch(
      /a Role with .*pods\/eviction.*; a ClusterRole with .*"nodes".*"patch"/,
    );
    expect(cluster.calls).toEqual(['describe']);
  });
});

test('acts that are drawn come when the simulator has them, in each trial', async () => {
  const at_ms = { first: exponential(50), gap: exponential(80), times: undefined, until_ms: 400 };
  const scenario = shortScenario([podKill({ at_ms })], {
    seed: 'drawn',
    trials: { predict: 10, measure: 2 },
  });
  const { error, trials } = await run(new FakeCluster(scenario), scenario);
  expect(error).toBeUndefined();
  for (const trial of [0, 1]) {
    const begun_ms = ofType(trials[trial]!, 'fault-begin').map((event) => event.at_ms);
    const [drawn_ms] = actTimes(scenario, trial);
    expect(begun_ms).toHaveLength(drawn_ms!.length);
    for (const [act, intended_ms] of drawn_ms!.entries()) {
      expect(begun_ms[act]! - intended_ms).toBeGreaterThan(-1);
      expect(begun_ms[act]! - intended_ms).toBeLessThan(50);
    }
  }
  expect(ofType(trials[0]!, 'fault-begin').length + ofType(trials[1]!, 'fault-begin').length).toBeGreaterThan(
    2,
  );
});
