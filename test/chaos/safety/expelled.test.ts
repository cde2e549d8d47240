import { beforeEach, expect, test, vi } from 'vitest';
import { claimOf } from '../../../src/chaos/choose.ts';
import type { ClusterReader, Pod } from '../../../src/chaos/cluster/cluster.ts';
import { Claims } from '../../../src/chaos/safety/claims.ts';
import { expelled } from '../../../src/chaos/safety/expelled.ts';
import type { Fault } from '../../../src/scenario/scenario.ts';
import { lasting, shortScenario } from '../scenario.ts';
import { time } from '../virtual-time.ts';

vi.mock('../../../src/chaos/sleep.ts', () => ({
  sleep: (duration_ms: number, signal?: AbortSignal) => time.sleep(duration_ms, signal),
}));

beforeEach(() => time.reset());

const GOES_MS = 350;
const SIGNAL_MS = 5000;

const POD: Pod = {
  ...{ namespace: 'default', name: 'a', uid: 'uid-a', labels: {}, node: 'node-1', ready: true },
  ...{ terminating: false, mirror: false, tolerations: [], phase: 'Running', owner: undefined },
  containers: [],
};

const taint = (effect: 'NoExecute' | 'NoSchedule') =>
  lasting('node-taint', { taint: { key: 'maintenance', value: 'yes', effect } });

const claimed = (fault: Fault) =>
  claimOf(shortScenario([fault]), fault, [
    { kind: 'Node', namespace: '', name: 'node-1', uid: 'uid-node-1' },
  ]);

/** @returns what an eviction beside a taint is told, and when */
async function wait(fault: Fault, pod: Pod | undefined, release_ms?: number) {
  const claims = new Claims();
  const tainted = claimed(fault);
  const evicting = claimed(lasting('node-drain'));
  claims.add(tainted);
  claims.add(evicting);
  const cluster = {
    podsOn: async (node: string) => (node === 'node-1' && pod !== undefined ? [pod] : []),
  } as unknown as ClusterReader;
  const over = new AbortController();
  time.after(SIGNAL_MS, () => over.abort());
  if (release_ms !== undefined) time.after(release_ms, () => claims.release(tainted));
  const hasGone = await time.until(expelled({ cluster, claims }, evicting, over.signal));
  return { hasGone, at_ms: time.now_ms };
}

test('a pod that is to be deleted is waited for until it is on its way', async () => {
  const pod = { ...POD };
  time.after(GOES_MS, () => Object.assign(pod, { terminating: true }));
  const { hasGone, at_ms } = await wait(taint('NoExecute'), pod);
  expect(hasGone).toBe(true);
  expect(at_ms).toBeGreaterThanOrEqual(GOES_MS);
  expect(at_ms).toBeLessThanOrEqual(GOES_MS + 100);
});

test('one that does not go is waited for until the signal, or until the taint is taken off', async () => {
  expect(await wait(taint('NoExecute'), POD)).toEqual({ hasGone: false, at_ms: SIGNAL_MS });
  time.reset();
  const { hasGone, at_ms } = await wait(taint('NoExecute'), POD, 1000);
  expect(hasGone).toBe(true);
  expect(at_ms).toBeLessThanOrEqual(1100);
});

const maintained = { key: 'maintenance', operator: 'Exists', value: '', effect: undefined } as const;

test.each<[string, Fault, Pod | undefined]>([
  ['there is none', taint('NoExecute'), undefined],
  ['the taint expels nobody', taint('NoSchedule'), POD],
  [
    'it tolerates the taint for a time',
    taint('NoExecute'),
    { ...POD, tolerations: [{ ...maintained, toleration_s: 300 }] },
  ],
  ['it is the kubelet’s own', taint('NoExecute'), { ...POD, mirror: true }],
  ['it has ended', taint('NoExecute'), { ...POD, phase: 'Succeeded' }],
  ['the other act drains', lasting('node-drain'), POD],
])('nobody is waited for where %s', async (_, fault, pod) => {
  expect(await wait(fault, pod)).toEqual({ hasGone: true, at_ms: 0 });
});

test('an act that was chosen later is not waited for: it has counted this one', () => {
  const claims = new Claims();
  const [evicting, tainted] = [claimed(lasting('node-drain')), claimed(taint('NoExecute'))];
  claims.add(evicting);
  claims.add(tainted);
  expect(claims.expelling(evicting)).toEqual([]);
});
