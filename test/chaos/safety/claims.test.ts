import { describe, expect, test } from 'vitest';
import { claimOf } from '../../../src/chaos/choose.ts';
import type { Pod } from '../../../src/chaos/cluster/cluster.ts';
import { type Claim, Claims } from '../../../src/chaos/safety/claims.ts';
import type { Target } from '../../../src/chaos/safety/journal.ts';
import type { Fault } from '../../../src/scenario/scenario.ts';
import { containerKill, lasting, podKill, shortScenario } from '../scenario.ts';

const pod = (name: string, node: string, restarts = 0): Pod => ({
  ...{ namespace: 'default', name, uid: `uid-${name}`, labels: {}, node, ready: true, terminating: false },
  ...{ mirror: false, tolerations: [], phase: 'Running', owner: undefined },
  containers: [{ name: 'nginx', ready: true, restarts, reason: undefined }],
});
const A = pod('a', 'node-1');
const B = pod('b', 'node-2');

const target = (kind: string, name: string, more: Partial<Target> = {}): Target => ({
  ...{ kind, namespace: kind === 'Node' ? '' : 'default', name, uid: `uid-${name}` },
  ...more,
});
const claim = (fault: Fault, ...targets: Target[]): Claim => claimOf(shortScenario([fault]), fault, targets);

describe('what is claimed', () => {
  test('counts from the choice to the release, for who looks later and for who looks already', () => {
    const claims = new Claims();
    const before = claims.now();
    const paused = claim(lasting('container-pause'), target('Pod', 'a'));
    claims.add(paused);
    const during = claims.now();
    claims.begin(paused, false);
    claims.answer(paused);
    claims.release(paused);
    expect([before, during, claims.now()].map((claimed) => claimed.isAway(A))).toEqual([false, true, false]);
    expect(during.isAway(B)).toBe(false);
  });

  test('is not chosen again where it is to be deleted, until the cluster has answered', () => {
    const claims = new Claims();
    const killed = claim(podKill(), target('Pod', 'a'));
    claims.add(killed);
    claims.add(claim(lasting('container-pause'), target('Pod', 'b')));
    expect([A, B].map((each) => claims.now().isLeaving(each))).toEqual([true, false]);
    claims.begin(killed, false);
    expect(claims.now().isLeaving(A)).toBe(true);
    claims.answer(killed);
    expect(claims.now().isLeaving(A)).toBe(false);
    expect(claims.now().isAway(A)).toBe(true);
  });

  test('is all of a node, whoever comes there meanwhile, but for pods that go on', () => {
    const claims = new Claims();
    claims.add(claim(lasting('node-drain'), target('Node', 'node-2')));
    const late = pod('late', 'node-2');
    expect([A, B, late].map((each) => claims.now().isAway(each))).toEqual([false, true, true]);
    const cordoned = new Claims();
    cordoned.add(claim(lasting('node-cordon'), target('Node', 'node-2')));
    expect(cordoned.now().isAway(B)).toBe(false);
  });

  test('of a controller is each number of replicas that it may have to come to', () => {
    const [nginx] = shortScenario([]).workloads;
    const claims = new Claims();
    const before = { replicas: 5, scaled_to: 1 };
    const scaled = claim(lasting('scale', { replicas: 1 }), target('Deployment', 'nginx', { before }));
    claims.add(scaled);
    claims.add(claim(lasting('bad-image'), target('Deployment', 'nginx')));
    expect(claims.now().told(nginx!)).toEqual([
      { workload: nginx, replicas: [5, 1], isRolling: false },
      { workload: nginx, replicas: [], isRolling: true },
    ]);
    expect(claims.now().told({ ...nginx!, name: 'another' })).toEqual([]);
    claims.release(scaled);
    expect(claims.now().told(nginx!)).toHaveLength(1);
  });

  test('is counted as it waits for its time', () => {
    const claims = new Claims();
    const first = claim(podKill(), target('Pod', 'a'), target('Pod', 'b'));
    claims.add(first);
    claims.add(claim(lasting('control-plane-outage'), target('ControlPlane', 'api-server')));
    expect(claims.waiting).toBe(3);
    expect(claims.hasBegun('pod-kill')).toBe(false);
    claims.begin(first, false);
    expect(claims.waiting).toBe(1);
    expect([claims.hasBegun('pod-kill'), claims.hasBegun('control-plane-outage')]).toEqual([true, false]);
  });
});

test('a container that was killed is away until it was restarted, though the claim is released', () => {
  const claims = new Claims();
  claims.now().see([A, B]);
  const killed = claim(containerKill(), target('Pod', 'a'));
  claims.add(killed);
  claims.begin(killed, true);
  claims.release(killed);
  expect([A, B].map((each) => claims.now().isAway(each))).toEqual([true, false]);
  expect(claims.now().isAway(pod('a', 'node-1', 1))).toBe(false);
});
