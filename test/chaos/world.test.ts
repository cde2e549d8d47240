import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { Unavailable } from '../../src/chaos/cluster/unavailable.ts';
import { type MeasureOptions, measure } from '../../src/chaos/measure.ts';
import { openJournal } from '../../src/chaos/safety/journal.ts';
import { ChaosWorld } from '../../src/chaos/world.ts';
import { EXIT, UserError } from '../../src/scenario/errors.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import type { TimelineEvent } from '../../src/timeline/event.ts';
import { FakeCluster, type FakeOptions } from './fake-cluster.ts';
import { expectUserError, ofType, run, started, temporaryJournal } from './run.ts';
import { containerKill, lasting, podKill, shortScenario } from './scenario.ts';

const deletes = (cluster: FakeCluster) => cluster.calls.filter((call) => call.startsWith('delete'));

describe.concurrent('a trial', () => {
  test('records the header first, each scheduled request once, faults, pods and endpoints on one clock', async () => {
    const { scenario, cluster } = started([podKill({ mode: 'all' })]);
    const { trials, error, result } = await run(cluster, scenario);
    expect(error).toBeUndefined();
    const events = trials[0]!;
    expect(events[0]).toMatchObject({ type: 'header', arm: 'chaos', trial: 0, where: 'fake, 1 node' });

    const requests = ofType(events, 'request').toSorted((a, b) => a.at_ms - b.at_ms);
    expect(requests.map((request) => request.at_ms)).toEqual(Array.from({ length: 20 }, (_, k) => k * 20));
    const bad = requests.filter((request) => request.outcome === 'refused');
    expect(bad.length).toBeGreaterThan(0);
    expect(bad.every((request) => request.at_ms >= 100 && request.at_ms < 250)).toBe(true);

    const [begin] = ofType(events, 'fault-begin');
    const [end] = ofType(events, 'fault-end');
    expect(begin!.targets.length).toBe(2);
    expect(begin!.at_ms).toBeGreaterThanOrEqual(99);
    expect(begin!.at_ms).toBeLessThan(150);
    expect(end!.at_ms).toBeGreaterThanOrEqual(begin!.at_ms);
    expect(end!.targets).toEqual(begin!.targets);

    const pods = ofType(events, 'pod');
    expect(pods.filter((pod) => pod.at_ms === 0 && pod.ready).length).toBe(2);
    expect(pods.filter((pod) => pod.gone).map((pod) => pod.pod)).toEqual(begin!.targets);
    expect(ofType(events, 'endpoints').some((endpoints) => endpoints.ready.length === 0)).toBe(true);
    expect(result?.where).toBe('fake, 1 node');
    expect(result?.notes).toContain('route: in memory');
  });

  test('chooses victims by seed and trial', async () => {
    // Further apart than the time before an act in which it is chosen: a pod that replaces another may be hit, too.
    const faults = [podKill({ grace_period_s: undefined, at_ms: [20, 400, 780, 1160] })];
    const load = { ...shortScenario(faults).load, duration_ms: 1300 };
    const targets = async (seed: string, trials: number) => {
      const scenario = { ...shortScenario(faults, { load }), seed };
      const result = await run(new FakeCluster(scenario), scenario, { trials });
      return result.trials.map((events) => ofType(events, 'fault-begin').flatMap((event) => event.targets));
    };
    const [first, again, others] = await Promise.all([targets('1', 1), targets('1', 1), targets('2', 1)]);
    expect(new Set(first![0]!).size).toBe(4);
    expect(again).toEqual(first);
    expect(others).not.toEqual(first);
  });

  test('follows another, each from steady state', async () => {
    const { scenario, cluster } = started([podKill({ mode: 'all', at_ms: [350] })], { start_ms: 400 });
    const { trials, progress, error } = await run(cluster, scenario, { trials: 2 });
    expect(error).toBeUndefined();
    for (const events of trials) {
      const good = ofType(events, 'request').filter((request) => request.outcome === 'ok');
      expect(good.filter((request) => request.at_ms < 340).length).toBe(17);
    }
    expect(
      progress.filter(({ state }) => state === 'done').map(({ trial, trials }) => [trial, trials]),
    ).toEqual([
      [0, 2],
      [1, 2],
    ]);
  });
});

describe.concurrent('the journal', () => {
  test('has each act on disk before the cluster is asked for it, and its outcome after', async () => {
    const { scenario, cluster } = started([podKill({ mode: 'all' })]);
    const place = await temporaryJournal();
    const seen: string[] = [];
    cluster.before = async (call) => {
      if (call === 'describe') return;
      const lines = await place.lines();
      const open = lines.filter(
        (line) => line.act && !lines.some((other) => other.outcome && other.id === line.id),
      );
      expect(open.length, call).toBeGreaterThan(0);
      seen.push(call);
    };
    const { journal: lines } = await run(cluster, scenario, {}, place);
    expect(seen).toEqual(cluster.calls.filter((call) => call !== 'describe'));

    const kills = lines.filter((line) => line.act === 'delete-pod');
    expect(kills.length).toBe(2);
    for (const kill of kills) {
      expect(kill.target?.uid).toMatch(/^uid-/);
      expect(kill.trial).toBe(0);
      expect(lines.find((line) => line.id === kill.id && line.outcome)).toMatchObject({
        outcome: 'done',
      });
    }
    const intents = lines.filter((line) => line.act).length;
    expect(lines.filter((line) => line.outcome).length).toBe(intents);
  });
});

describe.concurrent('what is left behind', () => {
  test('nothing that was created', async () => {
    const { scenario, cluster } = started([podKill()]);
    const { error } = await run(cluster, scenario);
    expect(error).toBeUndefined();
    expect(cluster.objects.size).toBe(0);
    expect(cluster.calls.filter((call) => call.startsWith('apply')).length).toBe(scenario.objects.length);
    expect(cluster.calls.filter((call) => call.startsWith('remove')).length).toBe(scenario.objects.length);
  });

  test('everything that was there: it is neither written to nor removed', async () => {
    const { scenario, cluster } = started([podKill()]);
    const deployment = scenario.objects.find(({ kind }) => kind === 'Deployment')!;
    await cluster.apply(deployment);
    cluster.calls.length = 0;
    const { error, result } = await run(cluster, scenario);
    expect(error).toBeUndefined();
    expect([...cluster.objects.keys()]).toEqual(['Deployment default/nginx']);
    expect(cluster.calls).not.toContain('apply Deployment');
    expect(cluster.calls).not.toContain('remove Deployment');
    expect(cluster.podNames.length).toBe(2);
    expect(result?.notes.join()).toContain('Deployment default/nginx was there already');
  });

  test('a second run finds things as the first did', async () => {
    const { scenario, cluster } = started([podKill()]);
    await run(cluster, scenario);
    const first = cluster.calls.filter((call) => !call.startsWith('delete'));
    cluster.calls.length = 0;
    const { error } = await run(cluster, scenario);
    expect(error).toBeUndefined();
    expect(cluster.calls.filter((call) => !call.startsWith('delete'))).toEqual(first);
  });

  test('of a run that was killed, the next one removes first, going by the journal', async () => {
    const { scenario, cluster } = started([podKill()]);
    const directory = await mkdtemp(path.join(os.tmpdir(), 'foreshock-test-'));
    const file = path.join(directory, 'journal.jsonl');
    const killed = await openJournal(file);
    const gone = new ChaosWorld(scenario, cluster, { journal: killed });
    await gone.prepare();
    await killed.close();
    const before = new Map(cluster.objects);
    cluster.calls.length = 0;

    const journal = await openJournal(file);
    const events: TimelineEvent[] = [];
    const { notes } = await measure(scenario, cluster, {
      journal,
      wander_ms: 0,
      recorder: () => ({ record: (event) => void events.push(event) }),
    });
    await journal.close();
    await rm(directory, { recursive: true });
    expect(before.size).toBe(scenario.objects.length);
    expect(cluster.calls.slice(0, 5)).toEqual([
      'describe',
      'remove Service',
      'remove Deployment',
      'apply Deployment',
      'apply Service',
    ]);
    expect(cluster.objects.size).toBe(0);
    expect(notes.filter((note) => note.includes('earlier run that was killed')).length).toBe(before.size);
  });

  test('what cannot be removed is named', async () => {
    const { scenario, cluster } = started([podKill()]);
    cluster.before = (call) => {
      if (call === 'remove Service') throw new Error('a finalizer holds it');
    };
    const { error } = await run(cluster, scenario);
    expectUserError(error, EXIT.notRestored, 'Service default/', 'a finalizer holds it');
    expect([...cluster.objects.keys()].every((key) => key.startsWith('Service'))).toBe(true);
  });
});

describe.concurrent('container-kill', () => {
  test('leaves a fresh pod for the next trial: the restarted one is replaced gracefully', async () => {
    const { scenario, cluster } = started([containerKill()]);
    const { error, result, trials, journal } = await run(cluster, scenario, { trials: 2 });
    expect(error).toBeUndefined();
    const kills = cluster.calls.filter((call) => /^(kill|delete)/.test(call));
    expect(kills.length).toBe(4);
    for (const [kill, replaced] of [kills.slice(0, 2), kills.slice(2)]) {
      expect(kill).toMatch(/^kill .*\/nginx$/);
      expect(replaced).toBe(kill!.replace('kill', 'delete').replace('/nginx', ''));
    }
    expect(ofType(trials[1]!, 'fault-begin').length).toBe(1);
    expect(result?.notes.join()).toContain('deleted gracefully before the next trial');
    expect(journal.filter((line) => line.act === 'kill-container')[0]?.target).toMatchObject({
      container: 'nginx',
    });
    expect(journal.filter((line) => line.act === 'replace-pod').length).toBe(2);
  });
});

describe.concurrent('a trial that is over', () => {
  test('is not taken for not restored because the API server is away when a pod is to be replaced', async () => {
    const { scenario, cluster } = started([containerKill()]);
    let failures = 0;
    cluster.before = (call) => {
      if (!call.startsWith('delete') || failures === 2) return;
      failures += 1;
      throw new Unavailable('nobody is there', { exitCode: EXIT.configuration, mayBeDone: true });
    };
    const { error, journal } = await run(cluster, scenario);
    expect(error).toBeUndefined();
    const replacing = journal.filter(({ act }) => act === 'replace-pod').map(({ id }) => id);
    const outcomes = journal.filter(({ id, outcome }) => replacing.includes(id) && outcome !== undefined);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'done']);
  });
});

describe.concurrent('sandbox-kill', () => {
  test('is left to the provider, leaves nothing to undo, and a fresh pod for the next trial', async () => {
    const { scenario, cluster } = started([lasting('sandbox-kill')]);
    const { error, trials, journal } = await run(cluster, scenario, { trials: 2 });
    expect(error).toBeUndefined();
    const kills = cluster.calls.filter((call) => /^(sandbox-|delete)/.test(call));
    expect(kills.length).toBe(4);
    for (const [kill, replaced] of [kills.slice(0, 2), kills.slice(2)]) {
      expect(kill).toMatch(/^sandbox-kill nginx-/);
      expect(replaced).toBe(kill!.replace('sandbox-kill', 'delete'));
    }
    for (const events of trials) {
      const [begin] = ofType(events, 'fault-begin');
      expect(begin?.targets).toHaveLength(1);
      expect(ofType(events, 'fault-end').map(({ targets }) => targets)).toEqual([begin?.targets]);
    }
    expect(journal.filter((line) => line.act === 'kill-sandbox').length).toBe(2);
    expect(journal.filter((line) => line.act === 'undo')).toEqual([]);
  });
});

describe.concurrent('abort', () => {
  test('in mid-fault lets nothing further begin, awaits steady state and removes what was created', async () => {
    const { scenario, cluster } = started([podKill({ mode: 'all', at_ms: [50, 300] })], { start_ms: 200 });
    const aborting = new AbortController();
    cluster.before = (call) => {
      if (call.startsWith('delete')) aborting.abort(new Error('Ctrl-C'));
    };
    const { error, trials, progress } = await run(cluster, scenario, { signal: aborting.signal });
    expectUserError(error, EXIT.aborted, 'aborted');
    expect(deletes(cluster).length).toBe(2);
    const requests = ofType(trials[0]!, 'request');
    expect(requests.length).toBe(20);
    expect(requests.some((request) => request.outcome === 'not-sent')).toBe(true);
    expect(progress.some(({ state }) => state === 'restoring')).toBe(true);
    expect(cluster.objects.size).toBe(0);
  });

  test('between choosing and acting leaves an intent that is marked as not done', async () => {
    const { scenario, cluster } = started([podKill({ at_ms: [380] })]);
    const aborting = new AbortController();
    const { error, journal } = await run(cluster, scenario, {
      signal: aborting.signal,
      recorder: () => ({
        record: (event) => {
          if (event.type === 'request' && event.at_ms >= 240) aborting.abort();
        },
      }),
    });
    expectUserError(error, EXIT.aborted);
    expect(deletes(cluster)).toEqual([]);
    const intent = journal.find((line) => line.act === 'delete-pod');
    expect(journal).toContainEqual(expect.objectContaining({ id: intent?.id, outcome: 'not-done' }));
  });

  test('before anything was applied touches nothing', async () => {
    const { scenario, cluster } = started([podKill()]);
    const { error } = await run(cluster, scenario, { signal: AbortSignal.abort() });
    expectUserError(error, EXIT.aborted);
    expect(cluster.calls).toEqual([]);
  });

  test('while waiting for pods that never come ends at once and removes what was created', async () => {
    const { scenario, cluster } = started([podKill()], { start_ms: Number.POSITIVE_INFINITY });
    const { error } = await run(cluster, scenario, { signal: AbortSignal.timeout(300) });
    expectUserError(error, EXIT.aborted);
    expect(cluster.objects.size).toBe(0);
  });
});

describe.concurrent('steady state', () => {
  test('that does not come names pod, container and reason, and the pods are removed again', async () => {
    const { scenario, cluster } = started([podKill()], {
      start_ms: Number.POSITIVE_INFINITY,
      reason: 'ErrImagePull',
    });
    const { error, progress } = await run(cluster, scenario, { hopeless_after_ms: 300 });
    expectUserError(error, EXIT.configuration, '0 of 2 replicas ready', 'container nginx: ErrImagePull');
    expect(progress.some(({ detail }) => detail.includes('ErrImagePull'))).toBe(true);
    expect(deletes(cluster)).toEqual([]);
    expect(cluster.objects.size).toBe(0);
  });

  test('that does not come back is reported as not restored, with what is missing', async () => {
    const scenario = shortScenario([podKill({ mode: 'all' })]);
    const options: FakeOptions = { start_ms: 20 };
    const cluster = new FakeCluster(scenario, options);
    cluster.before = (call) => {
      if (call.startsWith('delete')) options.start_ms = Number.POSITIVE_INFINITY;
    };
    const { error } = await run(cluster, scenario, { steady_deadline_ms: 700 });
    expectUserError(error, EXIT.notRestored, 'after trial 1', '0 of 2 replicas ready');
  });
});

describe.concurrent('refusals, before anything is touched', () => {
  const untouched = async (
    scenario: Scenario,
    options: FakeOptions,
    parts: string[],
    measureOptions: Partial<MeasureOptions> = {},
  ) => {
    const cluster = new FakeCluster(scenario, options);
    const { error } = await run(cluster, scenario, measureOptions);
    expectUserError(error, EXIT.configuration, ...parts);
    expect(cluster.calls.filter((call) => call !== 'describe')).toEqual([]);
  };

  test('an account that may not delete pods: all missing rights are named', () =>
    untouched(shortScenario([podKill()]), { forbidden: ['delete pods', 'watch pods'] }, [
      'may not watch pods in namespace default',
      'nor delete pods in namespace default',
    ]));

  test('a container-kill in a cluster that has no way to it', () =>
    untouched(shortScenario([containerKill()]), { forbidden: ['cause container-kill'] }, [
      'no way to cause container-kill',
    ]));

  test('a protected namespace', () => {
    const scenario = shortScenario([podKill({ namespace: 'kube-system' })]);
    return untouched(scenario, {}, ['kube-system', 'protected']);
  });

  test('an empty selector', () => {
    const scenario = shortScenario([podKill()]);
    const workloads = scenario.workloads.map((workload) => ({ ...workload, selector: {} }));
    return untouched({ ...scenario, workloads }, {}, ['empty selector']);
  });

  test('a fault on a Deployment that is not in the manifests', () =>
    untouched(shortScenario([podKill({ workload: 'other' })]), {}, [
      'default/other, a workload that is not in the manifests',
    ]));

  test('a rate that needs more source ports than there are', () => {
    const scenario = shortScenario([podKill()]);
    const load = { ...scenario.load, rate_per_s: 5000, source_ports: 'own' as const };
    return untouched({ ...scenario, load }, { kind: 'kubernetes' }, ['source ports']);
  });

  test('source addresses that this machine does not have', () =>
    untouched(shortScenario([podKill()]), { kind: 'kubernetes' }, ['198.51.100.1'], {
      source_addresses: ['127.0.0.1', '198.51.100.1'],
    }));

  test.each([
    ['of another owner', { kind: 'Job', name: 'migration', uid: 'u' }, 'stray (Job migration)'],
    ['without an owner', undefined, 'stray (no owner)'],
  ])('a selector that matches a pod %s', async (_, owner, named) => {
    const { scenario, cluster } = started([podKill()]);
    cluster.addForeignPod('stray', owner);
    const { error } = await run(cluster, scenario);
    expectUserError(error, EXIT.configuration, 'pods of another owner', named);
    expect(cluster.calls).toEqual(['describe']);
    expect(cluster.podNames).toEqual(['stray']);
  });
});

describe.concurrent('in mid-trial', () => {
  test('a victim that was replaced meanwhile is not touched', async () => {
    const { scenario, cluster } = started([podKill({ mode: 'all' })]);
    cluster.before = (call) => {
      const name = /^delete (\S+)/.exec(call)?.[1];
      if (name === undefined || deletes(cluster).length > 0) return;
      if (cluster.podNames[0] === name) cluster.replacePod(name);
    };
    const { error, trials, journal } = await run(cluster, scenario);
    expect(error).toBeUndefined();
    const [begin] = ofType(trials[0]!, 'fault-begin');
    const [end] = ofType(trials[0]!, 'fault-end');
    expect(end!.targets).toEqual([begin!.targets[1]]);
    expect(ofType(trials[0]!, 'note').map((note) => note.text)).toEqual([
      `pod-kill: ${begin!.targets[0]} was replaced before it was hit, and not touched`,
    ]);
    expect(journal.filter((line) => line.outcome === 'not-touched').length).toBe(1);
  });

  test('a fault that hits nothing makes no measurement', async () => {
    const { scenario, cluster } = started([podKill()]);
    cluster.before = (call) => {
      const name = /^delete (\S+)/.exec(call)?.[1];
      if (name !== undefined) cluster.replacePod(name);
    };
    const { error } = await run(cluster, scenario);
    expectUserError(error, EXIT.inconclusive, 'hit nothing');
    expect(cluster.objects.size).toBe(0);
  });

  test('a foreign pod that appears under the selector stops the fault, and nothing is killed', async () => {
    const { scenario, cluster } = started([podKill({ at_ms: [380] })]);
    const { error } = await run(cluster, scenario, {
      recorder: () => ({
        record: (event) => {
          if (event.type === 'header') cluster.addForeignPod('stray', undefined);
        },
      }),
      steady_deadline_ms: 500,
    });
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toContain('stray (no owner)');
    expect(deletes(cluster)).toEqual([]);
  });

  test('an error of the cluster ends the trial, and the workload is awaited all the same', async () => {
    const { scenario, cluster } = started([podKill({ mode: 'all' })]);
    let calls = 0;
    cluster.before = (call) => {
      if (call.startsWith('delete') && ++calls === 2) throw new Error('the API server has gone');
    };
    const { error, progress, journal } = await run(cluster, scenario);
    expect(error).toEqual(new Error('the API server has gone'));
    expect(progress.some(({ state }) => state === 'restoring')).toBe(true);
    expect(cluster.objects.size).toBe(0);
    expect(journal.filter((line) => line.outcome === 'failed').length).toBe(1);
  });
});
