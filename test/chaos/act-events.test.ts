import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { ActEvents } from '../../src/chaos/act-events.ts';
import type { Cluster, ObjectEvent } from '../../src/chaos/cluster/cluster.ts';
import { eventObject } from '../../src/chaos/cluster/object-event.ts';
import type { Intent, Journal } from '../../src/chaos/safety/journal.ts';
import { ofType, run, started } from './run.ts';
import { lasting, podKill, shortScenario } from './scenario.ts';

describe('what was hit says who did it:', () => {
  test('the pod that was killed, and the run, its trial and its scenario', async () => {
    const { scenario, cluster } = started([podKill()]);
    const { error, journal, trials } = await run(cluster, scenario);
    expect(error).toBeUndefined();
    const kill = journal.find(({ act }) => act === 'delete-pod');
    const [begun] = ofType(trials[0]!, 'fault-begin');
    expect(cluster.events).toHaveLength(1);
    expect(cluster.events[0]).toMatchObject({
      regarding: { apiVersion: 'v1', kind: 'Pod', namespace: 'default', uid: kill?.target?.uid },
      ...{ type: 'Warning', reason: 'PodKill', action: 'DeletePod' },
      note: `pod-kill, by foreshock: run ${kill?.id.replace(/\/\d+$/, '')}, scenario ${scenario.name}, trial 1`,
    });
    expect([cluster.events[0]?.regarding.name]).toEqual(begun?.targets);
  });

  test('the node that was drained, how to undo it by hand, and that it was undone', async () => {
    const { scenario, cluster } = started([lasting('node-drain')]);
    expect((await run(cluster, scenario)).error).toBeUndefined();
    const ofNode = cluster.events.filter(({ regarding }) => regarding.kind === 'Node');
    expect(ofNode.map(({ reason, type }) => [reason, type])).toEqual([
      ['NodeDrain', 'Warning'],
      ['NodeDrainUndone', 'Normal'],
    ]);
    expect(ofNode[0]?.note).toMatch(/; to undo it: kubectl uncordon node-2$/);
    expect(ofNode[1]?.note).toMatch(/^node-drain undone, by foreshock: run /);
  });

  test('the workload that was scaled', async () => {
    const { scenario, cluster } = started([lasting('scale')]);
    expect((await run(cluster, scenario)).error).toBeUndefined();
    expect(
      cluster.events.map(({ reason, regarding }) => [reason, regarding.kind, regarding.apiVersion]),
    ).toEqual([
      ['Scale', 'Deployment', 'apps/v1'],
      ['ScaleUndone', 'Deployment', 'apps/v1'],
    ]);
  });

  test('nothing that is no object of the API', async () => {
    const { scenario, cluster } = started([lasting('registry-outage')]);
    expect((await run(cluster, scenario)).error).toBeUndefined();
    expect(cluster.events).toEqual([]);
  });
});

describe('a run', () => {
  test('does without, and says so, where its account may not write Events', async () => {
    const { scenario, cluster } = started([podKill()], { forbidden: ['create events'] });
    const { error, result } = await run(cluster, scenario);
    expect(error).toBeUndefined();
    expect(cluster.events).toEqual([]);
    expect(result?.notes).toContain(
      'the account may not create events in namespace default: nothing on what is hit says who did it',
    );
  });

  test('does not fail where they cannot be written, and says so', async () => {
    const { scenario, cluster } = started([podKill()]);
    cluster.before = (call) => {
      if (call.startsWith('tell')) throw new Error('etcd is full');
    };
    const { error, result } = await run(cluster, scenario);
    expect(error).toBeUndefined();
    expect(result?.notes).toContain('1 Event on what was hit could not be written: etcd is full');
  });

  test('writes at its end what could not be written before', async () => {
    const { scenario, cluster } = started([podKill()]);
    let failures = 0;
    cluster.before = (call) => {
      if (call.startsWith('tell') && failures++ === 0) throw new Error('the API server is away');
    };
    const { error, result } = await run(cluster, scenario);
    expect(error).toBeUndefined();
    expect(cluster.events.map(({ reason }) => reason)).toEqual(['PodKill']);
    expect(result?.notes.join()).not.toContain('could not be written');
  });
});

describe('while an Event is being written', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  const intent: Intent = {
    act: 'delete-pod',
    trial: 0,
    target: { kind: 'Pod', namespace: 'shop', name: 'web-1', uid: 'uid-1' },
    undo: 'none',
    cause: 'pod-kill',
  };

  test('nobody waits for it, but at the end for some seconds', async () => {
    vi.useFakeTimers();
    let stopped = false;
    const tell: Cluster['tell'] = (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          stopped = true;
          reject(new Error('no answer'));
        });
      });
    const settled: string[] = [];
    const journal = {
      run: 'run-1',
      intend: async () => async (outcome: string) => void settled.push(outcome),
    } as unknown as Journal;
    const cluster = { tell } as unknown as Cluster;
    const events = new ActEvents(shortScenario([]), cluster);
    events.allow(new Set(['shop']));
    const settle = await events.witness(journal).intend(intent);
    await settle('done');
    expect(settled).toEqual(['done']);
    const flushed = events.flush();
    await vi.advanceTimersByTimeAsync(4999);
    expect(stopped).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(stopped).toBe(true);
    expect(await flushed).toEqual([expect.stringMatching(/^1 Event on what was hit could not be written/)]);
  });

  test.each(['failed', 'not-done', 'not-touched'] as const)(
    'of what is %s, none is written',
    async (outcome) => {
      const told: ObjectEvent[] = [];
      const journal = { run: 'run-1', intend: async () => async () => {} } as unknown as Journal;
      const cluster = { tell: async (event: ObjectEvent) => void told.push(event) } as unknown as Cluster;
      const events = new ActEvents(shortScenario([]), cluster);
      events.allow(new Set(['shop']));
      await (await events.witness(journal).intend(intent))(outcome);
      expect(await events.flush()).toEqual([]);
      expect(told).toEqual([]);
    },
  );
});

test('an Event is as the API server takes it, whatever it is about', () => {
  const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,60}[a-z0-9])?$/);
  const name = fc.array(label, { minLength: 1, maxLength: 12 }).map((labels) =>
    labels
      .join('.')
      .slice(0, 253)
      .replace(/[^a-z0-9]+$/, ''),
  );
  fc.assert(
    fc.property(
      name,
      fc.string({ unit: 'binary', maxLength: 3000 }),
      fc.string({ minLength: 1, maxLength: 300 }),
      (of, note, who) => {
        const event = eventObject({
          regarding: { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: of, uid: 'uid-1' },
          ...{ id: '18a1b2c3d4e5f607', at: new Date(0), type: 'Normal', reason: 'A', action: 'B' },
          ...{ note, instance: who },
        });
        // Kubernetes 1.35 apimachinery/pkg/util/validation IsDNS1123Subdomain, pkg/apis/core/validation/events.go.
        expect(event.metadata.name).toMatch(
          /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
        );
        expect(event.metadata.name.length).toBeLessThanOrEqual(253);
        expect(Buffer.byteLength(event.note)).toBeLessThanOrEqual(1024);
        expect(Buffer.byteLength(event.reportingInstance)).toBeLessThanOrEqual(128);
        expect(event.eventTime).toMatch(/\.\d{6}Z$/);
      },
    ),
  );
});
