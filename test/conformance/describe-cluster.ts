/** What every cluster must do so that chaos can rely on it: one suite, run against each implementation. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { now_ms } from '../../src/chaos/clock.ts';
import {
  ChangedError,
  type Cluster,
  type Endpoints,
  type ObjectEvent,
  type Pod,
  PodReplacedError,
  type Transport,
} from '../../src/chaos/cluster/cluster.ts';
import { LABELS, manifests, NAMESPACE, SERVICE } from './manifests.ts';

interface PodChange {
  readonly change: 'added' | 'modified' | 'deleted';
  readonly pod: Pod;
}

/** Beyond what a pod takes to start or to end in any of them, on a busy machine. */
const PATIENCE_MS = 20_000;

/** @param open a cluster without the objects of `manifests.ts` */
export function describeCluster(name: string, open: () => Promise<Cluster>): void {
  describe(name, () => {
    const { namespace, deployment, service, lonelyService } = manifests();
    const changes: PodChange[] = [];
    const endpoints: Endpoints[] = [];
    const watching = new AbortController();
    let cluster: Cluster;

    const pods = () => cluster.pods(NAMESPACE, LABELS);
    const readyPods = async () => {
      const found = await pods();
      return found.every(({ ready, terminating }) => ready && !terminating) ? found : [];
    };
    const steady = () =>
      until('two ready pods behind the Service', async () => {
        const found = await readyPods();
        const { ready } = await cluster.endpoints(NAMESPACE, SERVICE);
        return found.length === 2 && ready.length === 2 ? found : undefined;
      });
    const settled = async () => {
      const state = await cluster.workload({ kind: 'Deployment', namespace: NAMESPACE, name: 'conformance' });
      return state?.unsettled === undefined ? state : undefined;
    };
    const firstOf = async () => (await steady())[0]!;
    const get = async (transport: Transport) =>
      transport.send({
        path: '/',
        timeout_ms: 1000,
        connections: 'per-request',
        source_port: undefined,
        source_address: undefined,
      });

    beforeAll(async () => {
      cluster = await open();
      await cluster.apply(namespace);
    });

    afterAll(async () => {
      watching.abort();
      for (const object of [service, lonelyService, deployment(2), namespace]) {
        const found = await cluster.find(object);
        if (found) await cluster.remove(object, found.uid);
      }
      await cluster.close();
    });

    it('creates what is not there, says so, and then leaves it alone', async () => {
      expect(await cluster.find(deployment(2))).toBeUndefined();
      expect(await cluster.apply(deployment(2))).toBe('created');
      expect(await cluster.apply(service)).toBe('created');
      expect(await cluster.apply(deployment(2))).toBe('unchanged');
      expect(await cluster.apply(service)).toBe('unchanged');
      expect((await cluster.find(service))?.uid).toMatch(/./);
    });

    it('delivers the first state of a watch before the watch is said to stand', async () => {
      await cluster.watch(
        { namespace: NAMESPACE, selector: LABELS, service: SERVICE },
        {
          pod: (change, pod) => changes.push({ change, pod }),
          endpoints: (state) => endpoints.push(state),
          lost: (error) => expect.fail(`the watch was lost: ${error.message}`),
          found: () => {},
        },
        watching.signal,
      );
      expect(endpoints).toHaveLength(1);
    });

    it('runs the pods until they are ready, each owned by what would replace it', async () => {
      for (const pod of await steady()) {
        expect(pod).toMatchObject({ namespace: NAMESPACE, phase: 'Running', labels: LABELS });
        expect(pod.owner?.kind).toBe('ReplicaSet');
        expect(pod.node).toMatch(/./);
        expect(pod.containers).toMatchObject([{ name: 'nginx', ready: true, restarts: 0 }]);
      }
    });

    it('has the ready pods as endpoints', async () => {
      const names = (await steady()).map(({ name }) => name).sort();
      expect(await cluster.endpoints(NAMESPACE, SERVICE)).toEqual({
        service: SERVICE,
        ready: names,
        terminating: [],
      });
    });

    it('answers through the Service', async () => {
      await steady();
      const transport = await cluster.transport({ namespace: NAMESPACE, service: SERVICE, port: 80 });
      await until('an answer', async () => (await get(transport)).outcome === 'answered' || undefined);
      expect(await get(transport)).toEqual({ outcome: 'answered', status: 200 });
      await transport.close();
    });

    it('does not select every pod where a selector is empty', async () => {
      await expect(cluster.pods(NAMESPACE, {})).rejects.toThrow(RangeError);
    });

    it('takes an Event on a pod, and the same once more', async () => {
      const { namespace: of, name, uid } = await firstOf();
      const event: ObjectEvent = {
        regarding: { apiVersion: 'v1', kind: 'Pod', namespace: of, name, uid },
        ...{ id: Date.now().toString(16), at: new Date(), type: 'Normal' },
        ...{ reason: 'Conformance', action: 'Test', note: 'of the conformance suite', instance: 'test' },
      };
      await cluster.tell(event, watching.signal);
      await cluster.tell(event, watching.signal);
    });

    it('refuses to delete a pod that has another UID, and the pod lives on', async () => {
      const pod = await firstOf();
      const other = { ...pod, uid: '00000000-0000-4000-8000-000000000000' };
      await expect(cluster.deletePod(other, 0)).rejects.toThrow(PodReplacedError);
      await expect(cluster.deletePod({ ...pod, name: `${pod.name}x` }, 0)).rejects.toThrow(PodReplacedError);
      expect(await pods()).toContainEqual(expect.objectContaining({ uid: pod.uid, terminating: false }));
    });

    it('removes a pod at once when forced to, and another takes its place', async () => {
      const victim = await firstOf();
      await cluster.deletePod(victim, 0);
      expect((await pods()).map(({ uid }) => uid)).not.toContain(victim.uid);
      const after = await steady();
      expect(after.map(({ uid }) => uid)).not.toContain(victim.uid);
    });

    it('marks a pod that is deleted gracefully, and takes it from the ready endpoints before it has ended', async () => {
      const victim = await firstOf();
      const seen = endpoints.length;
      await cluster.deletePod(victim, undefined);
      const withoutIt = await until('endpoints without it', () =>
        endpoints.slice(seen).find(({ ready }) => !ready.includes(victim.name)),
      );
      expect(withoutIt.ready).toHaveLength(1);
      await until('its end', () =>
        changes.find(({ change, pod }) => change === 'deleted' && pod.uid === victim.uid),
      );
      expect(historyOf(changes, victim.uid)).toContainEqual(
        expect.objectContaining({ change: 'modified', pod: expect.objectContaining({ terminating: true }) }),
      );
    });

    it('tells of a pod from its addition to its deletion, in order', async () => {
      await steady();
      const ended = changes.filter(({ change }) => change === 'deleted').map(({ pod }) => pod.uid);
      expect(ended).toHaveLength(2);
      for (const uid of ended) {
        const told = historyOf(changes, uid).map(({ change }) => change);
        expect(told[0]).toBe('added');
        expect(told.at(-1)).toBe('deleted');
        expect(new Set(told.slice(1, -1))).toEqual(new Set(['modified']));
      }
      expect(endpoints.at(-1)).toEqual(await cluster.endpoints(NAMESPACE, SERVICE));
    });

    it('kills the process of a container, which is started again in the same pod', async () => {
      const victim = await firstOf();
      await cluster.killContainer(victim, 'nginx');
      const again = await until('the restart', async () =>
        (await readyPods()).find(
          ({ uid, containers }) => uid === victim.uid && containers[0]?.restarts === 1,
        ),
      );
      expect(again.name).toBe(victim.name);
    });

    it('does not kill a container of a pod that was replaced', async () => {
      const pod = { ...(await firstOf()), uid: '00000000-0000-4000-8000-000000000000' };
      await expect(cluster.killContainer(pod, 'nginx')).rejects.toThrow(PodReplacedError);
    });

    it('evicts a pod, and another takes its place', async () => {
      const victim = await firstOf();
      expect(await cluster.evictPod(victim, undefined)).toBeUndefined();
      const after = await until('its end', async () => {
        const found = await readyPods();
        return found.length === 2 && !found.some(({ uid }) => uid === victim.uid) ? found : undefined;
      });
      expect(after).toHaveLength(2);
      await expect(cluster.evictPod(victim, undefined)).rejects.toThrow(PodReplacedError);
    });

    it('pauses a container, whose connections are taken and not answered, and resumes it', async () => {
      await steady();
      const transport = await cluster.transport({ namespace: NAMESPACE, service: SERVICE, port: 80 });
      const paused = (await pods()).map((pod) => ({ pod, container: 'nginx' }));
      for (const which of paused) await cluster.provide({ verb: 'container-pause', ...which });
      expect(await get(transport)).toEqual({ outcome: 'timeout', status: undefined });
      for (const which of paused) {
        const { after_ms, before_ms } = await cluster.provide({ verb: 'container-resume', ...which });
        expect(after_ms).toBeLessThanOrEqual(before_ms);
        expect(now_ms() - before_ms).toBeLessThan(PATIENCE_MS);
      }
      await until('an answer', async () => (await get(transport)).outcome === 'answered' || undefined);
      await transport.close();
    });

    it('says of a workload what it is to have, and when its controller is done', async () => {
      await steady();
      const state = await until('a settled workload', settled);
      expect(state).toMatchObject({
        uid: (await cluster.find(deployment(2)))?.uid,
        replicas: 2,
        containers: [{ name: 'nginx', image: 'nginx:1.25' }],
      });
      const nobody = { kind: 'Deployment', namespace: NAMESPACE, name: 'nobody' } as const;
      expect(await cluster.workload(nobody)).toBeUndefined();
    });

    it('changes a workload by a patch, unless it is not as the patch takes it to be', async () => {
      const { uid } = await until('a settled workload', settled);
      const scaleFrom = (from: number, to: number) =>
        cluster.patch(
          deployment(2),
          [
            { op: 'test', path: '/metadata/uid', value: uid },
            { op: 'test', path: '/spec/replicas', value: from },
            { op: 'replace', path: '/spec/replicas', value: to },
          ],
          'scale',
        );
      await expect(scaleFrom(7, 1)).rejects.toThrow(ChangedError);
      const other = { op: 'test', path: '/metadata/uid', value: 'other' } as const;
      await expect(cluster.patch(deployment(2), [other])).rejects.toThrow(ChangedError);
      await scaleFrom(2, 0);
      await until('no pod', async () => (await pods()).length === 0 || undefined);
      await expect(scaleFrom(3, 1)).rejects.toThrow(ChangedError);
      await scaleFrom(0, 2);
      await steady();
      const { uid: same } = await until('a settled workload', settled);
      expect(same).toBe(uid);
      await scaleFrom(2, 1);
      await until('one pod', async () => (await pods()).length === 1 || undefined);
      await until('a settled workload', settled);
      await scaleFrom(1, 2);
      await cluster.disown(deployment(2));
      await steady();
    });

    it('knows its nodes, all ready, and the pods of each', async () => {
      const running = await steady();
      const nodes = await cluster.nodes();
      for (const node of nodes) expect(node).toMatchObject({ ready: true, unschedulable: false });
      const found = await Promise.all(nodes.map(({ name }) => cluster.podsOn(name)));
      for (const [index, { name }] of nodes.entries()) {
        expect(found[index]!.every(({ node }) => node === name)).toBe(true);
      }
      expect(found.flat().map(({ uid }) => uid)).toEqual(
        expect.arrayContaining(running.map(({ uid }) => uid)),
      );
    });

    it('sends through its first node', async () => {
      const transport = await cluster.transport({ namespace: NAMESPACE, service: SERVICE, port: 80 });
      const names = (await cluster.nodes()).map(({ name }) => name).sort();
      expect(transport.entry_node).toBe(names[0]);
      await transport.close();
    });

    it('changes what is there to what the manifest says, and says so', async () => {
      expect(await cluster.apply(deployment(1))).toBe('configured');
      await until('one pod', async () => (await pods()).length === 1 || undefined);
      expect(await cluster.apply(deployment(2))).toBe('configured');
      await steady();
    });

    it('does not answer through a Service that selects nothing', async () => {
      await cluster.apply(lonelyService);
      const transport = await cluster.transport({
        namespace: NAMESPACE,
        service: lonelyService.name,
        port: 80,
      });
      expect(['refused', 'timeout']).toContain((await get(transport)).outcome);
      await transport.close();
    });

    it('removes what it had made, and waits until nothing of it is left', async () => {
      for (const object of [lonelyService, service, deployment(2)]) {
        await cluster.remove(object, (await cluster.find(object))!.uid);
        expect(await cluster.find(object)).toBeUndefined();
      }
      expect(await pods()).toEqual([]);
      await until('no endpoints', async () => {
        const { ready, terminating } = await cluster.endpoints(NAMESPACE, SERVICE);
        return ready.length + terminating.length === 0 || undefined;
      });
    });

    it('does not remove an object that has another UID', async () => {
      await cluster.apply(service);
      await cluster.remove(service, '00000000-0000-4000-8000-000000000000');
      expect(await cluster.find(service)).toBeDefined();
    });
  });
}

const historyOf = (changes: readonly PodChange[], uid: string): readonly PodChange[] =>
  changes.filter(({ pod }) => pod.uid === uid);

/** Asks again and again until there is a value. */
async function until<T>(what: string, ask: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const value = await ask();
    if (value !== undefined) return value;
    if (performance.now() > deadline) throw new Error(`no ${what} within ${PATIENCE_MS / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
