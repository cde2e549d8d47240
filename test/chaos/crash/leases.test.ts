/** What runs know of each other by their Leases, and what the cluster alone knows of those that have died. */
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Lease, Leases } from '../../../src/chaos/cluster/leases.ts';
import { Unavailable } from '../../../src/chaos/cluster/unavailable.ts';
import { actionFor } from '../../../src/chaos/fault-action.ts';
import { patrol } from '../../../src/chaos/guard.ts';
import { restore } from '../../../src/chaos/restore.ts';
import { faultRecord, recordsIn } from '../../../src/chaos/safety/records.ts';
import { leaseFor } from '../../../src/chaos/safety/target-leases.ts';
import { EXIT } from '../../../src/scenario/errors.ts';
import { expectUserError } from '../run.ts';
import { DEAD_PID, held, WEB } from './held-lease.ts';
import { oneCluster, runOn } from './one-cluster.ts';

/** Scales the workload as a run would that is killed then. @returns its record */
async function scaledBy(run: string, { cluster, scenario }: Awaited<ReturnType<typeof oneCluster>>) {
  const state = (await cluster.workload(WEB))!;
  const target = { ...WEB, uid: state.uid, run, before: { replicas: state.replicas, scaled_to: 1 } };
  const fault = scenario.faults.find(({ type }) => type === 'scale')!;
  await actionFor('scale').apply(cluster, fault, target, AbortSignal.abort());
  return faultRecord('scale', target);
}

describe('a target', () => {
  test('that another run holds is refused with who and since when, and nothing is written', async () => {
    const { cluster, leases, fake, journal } = await oneCluster({ fault: 'scale' });
    await held(leases, { pid: process.pid, renewed_ms: Date.parse('2026-11-21T08:00:00Z') });
    fake.written.length = 0;
    const error = await runOn(cluster, { fault: 'scale' }, journal).catch((thrown: unknown) => thrown);
    expectUserError(
      error,
      EXIT.configuration,
      'Deployment default/nginx is the target of another run: bob@far; since 2026-11-21T08:00:00.000Z',
    );
    expect(fake.written).toEqual([]);
    expect((await leases.get(leaseFor(WEB)))?.holder).toBe('bob@far');
  });

  test('whose holder is elsewhere, and whose time is not up, is refused', async () => {
    const { cluster, leases, journal } = await oneCluster({ fault: 'scale' });
    await held(leases, { pid: DEAD_PID, machine: 'far' });
    const error = await runOn(cluster, { fault: 'scale' }, journal).catch((thrown: unknown) => thrown);
    expectUserError(error, EXIT.configuration, 'is the target of another run');
  });

  test.each([
    ['has ended on this machine', { pid: DEAD_PID }],
    [
      'is elsewhere and does not renew it',
      { pid: 1, machine: 'far', renewed_ms: Date.now() - 60_000, duration_s: 1 },
    ],
  ])('whose holder %s is taken, and what that left is repaired first', async (_, by) => {
    const place = await oneCluster({ fault: 'scale' });
    const { cluster, leases, fake, journal } = place;
    const before = fake.state.content;
    const record = await scaledBy('bob@far', place);
    expect((await cluster.workload(WEB))?.replicas).toBe(1);
    await held(leases, by, [record]);
    const { notes } = await runOn(cluster, { fault: 'pod-kill' }, journal);
    expect(notes.join()).toContain('scale of nginx, of an earlier run that was killed, was undone');
    expect(fake.state.content).toEqual(before);
  });

  test('that was taken away in mid-run ends it, with what it did undone', async () => {
    const { cluster, leases, journal } = await oneCluster({ fault: 'scale' });
    const taking = leases.write.bind(leases);
    let isTaken = false;
    Object.assign(leases, {
      async write(lease: Lease, content: Parameters<Leases['write']>[1]) {
        if (!isTaken) {
          isTaken = true;
          await taking((await leases.get(lease))!, { ...content, holder: 'carol@far' });
        }
        return taking(lease, content);
      },
    });
    const error = await runOn(cluster, { fault: 'scale' }, journal).catch((thrown: unknown) => thrown);
    expectUserError(error, EXIT.aborted, 'the Lease on Deployment nginx', 'was taken by carol@far');
    expect((await cluster.workload(WEB))?.replicas).toBe(2);
    expect((await leases.get(leaseFor(WEB)))?.holder).toBe('carol@far');
  });

  test.each(['at first', 'from a run that has died'])(
    'that was taken, %s, though nobody said so, is given back when the run ends for that',
    async (when) => {
      const { cluster, leases, fake, journal } = await oneCluster({ fault: 'scale' });
      const before = fake.state.content;
      const taking = when === 'at first' ? 'create' : 'write';
      if (taking === 'write') await held(leases, { pid: DEAD_PID });
      const take = leases[taking].bind(leases) as (...words: unknown[]) => Promise<unknown>;
      Object.assign(leases, {
        async [taking](...words: unknown[]) {
          await take(...words);
          throw new Unavailable('no answer', { exitCode: EXIT.configuration, mayBeDone: true });
        },
      });
      const error = await runOn(cluster, { fault: 'scale' }, journal).catch((thrown: unknown) => thrown);
      expectUserError(error, EXIT.configuration, 'no answer');
      expect(fake.state.content).toEqual(before);
    },
  );

  test('with the mark of a run that nobody knows any more is repaired first', async () => {
    const place = await oneCluster({ fault: 'scale' });
    const before = place.fake.state.content;
    await scaledBy('bob@far', place);
    await runOn(place.cluster, { fault: 'pod-kill' }, place.journal);
    expect(place.fake.state.content).toEqual(before);
  });
});

describe('from the cluster alone', () => {
  const told: string[] = [];
  const tell = (text: string) => void told.push(text);

  test.each(['its Lease', 'the mark on the object'])(
    'what a dead run left is put back, going by %s',
    async (by) => {
      const place = await oneCluster({ fault: 'scale' });
      const { cluster, leases, fake } = place;
      const before = fake.state.content;
      const record = await scaledBy('bob@far', place);
      if (by === 'its Lease') await held(leases, { pid: DEAD_PID }, [record]);
      expect(await restore({ cluster, tell })).toEqual({ wasLeft: true, goingOn: [] });
      expect(fake.state.content).toEqual(before);
      const writes = fake.written.length;
      expect(await restore({ cluster, tell })).toEqual({ wasLeft: false, goingOn: [] });
      expect(fake.written).toHaveLength(writes);
    },
  );

  test('what a run did that goes on is left alone, and it is named', async () => {
    const place = await oneCluster({ fault: 'scale' });
    await held(place.leases, { pid: process.pid }, [await scaledBy('bob@far', place)]);
    const { wasLeft, goingOn } = await restore({ cluster: place.cluster, tell });
    expect(wasLeft).toBe(false);
    expect(goingOn).toEqual([
      expect.stringContaining('Deployment default/nginx is the target of another run: bob@far'),
    ]);
    expect((await place.cluster.workload(WEB))?.replicas).toBe(1);
  });

  test('what somebody else has changed since is left alone, without its mark', async () => {
    const place = await oneCluster({ fault: 'scale' });
    const { cluster } = place;
    await held(place.leases, { pid: DEAD_PID }, [await scaledBy('bob@far', place)]);
    const { uid } = (await cluster.workload(WEB))!;
    await cluster.patch({ apiVersion: 'apps/v1', ...WEB }, [
      { op: 'test', path: '/metadata/uid', value: uid },
      { op: 'replace', path: '/spec/replicas', value: 5 },
    ]);
    await restore({ cluster, tell });
    const state = await cluster.workload(WEB);
    expect([state?.replicas, state?.annotated?.own]).toEqual([5, {}]);
  });

  test('a guard restores when a Lease is not renewed for as long as it says, and not before', async () => {
    const place = await oneCluster({ fault: 'scale' });
    const { cluster, leases } = place;
    let lease = await held(leases, { pid: 1, machine: 'far', duration_s: 1 }, [
      await scaledBy('bob@far', place),
    ]);
    const ending = new AbortController();
    const patrolling = patrol(undefined, { cluster, tell, signal: ending.signal, poll_ms: 50 });
    for (let renewal = 0; renewal < 8; renewal += 1) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      lease = await leases.write(lease, { ...lease, renewed_ms: Date.now() });
    }
    expect((await cluster.workload(WEB))?.replicas).toBe(1);
    await expect.poll(async () => (await cluster.workload(WEB))?.replicas, { timeout: 20_000 }).toBe(2);
    await expect.poll(() => leases.get(leaseFor(WEB)), { timeout: 20_000 }).toBeUndefined();
    ending.abort();
    await patrolling;
  });
});

describe('a Lease', () => {
  test('has a name of its own for each workload, which an object may have', () => {
    const name = fc.stringMatching(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/);
    const workload = fc.record({
      kind: fc.constantFrom('Deployment' as const, 'StatefulSet' as const, 'DaemonSet' as const),
      namespace: fc.constant('shop'),
      name,
    });
    fc.assert(
      fc.property(workload, workload, (one, other) => {
        const names = [leaseFor(one).name, leaseFor(other).name];
        for (const each of names) expect(each).toMatch(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/);
        expect(names[0] === names[1]).toBe(one.kind === other.kind && one.name === other.name);
      }),
    );
  });

  test('is not believed about workloads of other namespaces', () => {
    const target = { ...WEB, uid: 'u', run: 'r' };
    const mine = faultRecord('scale', target);
    const node = faultRecord('node-drain', { kind: 'Node', namespace: '', name: 'node-1', uid: 'u' });
    const foreign = faultRecord('scale', { ...target, namespace: 'other' });
    expect(recordsIn('default', [mine, node, foreign])).toEqual([mine, node]);
  });
});

test('the journal of a run that is over does not mind who holds its targets now', async () => {
  const { cluster, leases, journal, folder } = await oneCluster({ fault: 'scale' });
  await runOn(cluster, { fault: 'scale' }, journal);
  await held(leases, { pid: process.pid });
  expect(await restore({ cluster, journal, tell: () => {} })).toEqual({ wasLeft: false, goingOn: [] });
  await expect(runOn(cluster, { fault: 'scale' }, join(folder, 'other.jsonl'))).rejects.toThrow(
    'is the target of',
  );
});
