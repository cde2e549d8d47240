import { describe, expect, test } from 'vitest';
import type { EphemeralState } from '../../src/chaos/cluster/ephemeral-containers.ts';
import { actionFor } from '../../src/chaos/fault-action.ts';
import type { Target } from '../../src/chaos/safety/journal.ts';
import { endStressor } from '../../src/chaos/stressor.ts';
import { EXIT } from '../../src/scenario/errors.ts';
import { expectUserError, ofType, run, started } from './run.ts';
import { lasting } from './scenario.ts';

const STRESS = lasting('cpu-stress');
const waiting = (reason: string): EphemeralState => ({ is: 'waiting', reason, ran_s: undefined });

describe.concurrent('a stressor', () => {
  test('is in a pod of its own name each time, and its pod is replaced before the next trial', async () => {
    const { scenario, cluster } = started([lasting('cpu-stress', { mode: 'all' })]);
    const { error, result, trials } = await run(cluster, { ...scenario, trials: { predict: 1, measure: 2 } });
    expect(error).toBeUndefined();
    expect(trials).toHaveLength(2);
    const added = cluster.calls.filter((call) => call.startsWith('add '));
    expect(added).toHaveLength(4);
    expect(new Set(added).size).toBe(4);
    expect(cluster.stressed).toEqual([]);
    expect(result?.notes.join()).toContain('pods that were stressed were deleted gracefully');
    for (const pod of added) expect(cluster.podNames).not.toContain(pod.slice('add '.length));
  });

  test('whose image cannot be pulled ends the trial, and its pod goes, for it would start some day', async () => {
    const { scenario, cluster } = started([STRESS], { stressor: waiting('ErrImagePull') });
    const { error, result } = await run(cluster, scenario);
    expectUserError(
      error,
      EXIT.aborted,
      'cpu-stress of nginx-',
      'image busybox:1.36 does not start: ErrImagePull',
    );
    const [pod] = cluster.calls.flatMap((call) => (call.startsWith('add ') ? [call.slice(4)] : []));
    expect(cluster.calls).toContain(`delete ${pod}`);
    expect(result?.notes.join() ?? '').not.toContain('is not undone');
  });

  test('that has ended by itself at once is told as that, with Kubernetes’ own word for it', async () => {
    const { scenario, cluster } = started([STRESS], {
      stressor: { is: 'terminated', reason: 'StartError', ran_s: 0 },
    });
    const { error } = await run(cluster, scenario);
    expectUserError(error, EXIT.aborted, 'ended at once: StartError');
  });

  test('that the kernel kills for what it takes has had its effect, and that is told', async () => {
    const { scenario, cluster } = started([lasting('memory-stress', { duration_ms: 5000 })], {
      stressor: { is: 'terminated', reason: 'OOMKilled', ran_s: 0 },
    });
    const { error, trials } = await run(cluster, scenario);
    expect(error).toBeUndefined();
    expect(ofType(trials[0]!, 'fault-begin')).toHaveLength(1);
    expect(ofType(trials[0]!, 'note').map(({ text }) => text)).toEqual([
      expect.stringMatching(/^memory-stress: the stress of nginx-\S+ ended after 0 of 5 s: OOMKilled$/),
    ]);
  });

  test('that ends before its time is told of', async () => {
    const { scenario, cluster } = started([lasting('cpu-stress', { duration_ms: 5000 })]);
    cluster.before = (call) => {
      if (!call.startsWith('add ')) return;
      setTimeout(() => {
        for (const uid of cluster.stressed) cluster.endStressor(uid, undefined, 'OOMKilled', 2);
      }, 100);
    };
    const { error, trials } = await run(cluster, scenario);
    expect(error).toBeUndefined();
    expect(ofType(trials[0]!, 'note').map(({ text }) => text)).toEqual([
      expect.stringMatching(/^cpu-stress: the stress of nginx-\S+ ended after 2 of 5 s: OOMKilled$/),
    ]);
    expect(cluster.calls.filter((call) => call.startsWith('exec'))).toEqual([]);
  });

  test('goes on until its time is up where no command may be run in it', async () => {
    const { scenario, cluster } = started([STRESS], { forbidden: ['create pods/exec'] });
    cluster.before = (call) => {
      if (!call.startsWith('add ')) return;
      setTimeout(() => {
        for (const uid of cluster.stressed) cluster.endStressor(uid, undefined, 'Completed', 1);
      }, 1000);
    };
    const { error, trials, result } = await run(cluster, scenario);
    expect(error).toBeUndefined();
    const [begin] = ofType(trials[0]!, 'fault-begin');
    const [end] = ofType(trials[0]!, 'fault-end');
    expect(end!.at_ms - begin!.at_ms).toBeGreaterThan(900);
    expect(cluster.calls.filter((call) => call.startsWith('exec'))).toEqual([]);
    expect(result?.notes.join()).toContain(
      'a stress that is to end before its time goes on until that is up',
    );
  });

  test('that is gone with its pod, or never came to be there, is nothing to end', async () => {
    const { cluster } = started([STRESS]);
    const before = actionFor('cpu-stress');
    const target: Target = {
      ...{ kind: 'Pod', namespace: 'default', name: 'nginx-gone', uid: 'uid-gone' },
      before: { stressor: 'foreshock-stress-1', duration_s: 30 },
    };
    expect(await endStressor(cluster, target)).toEqual({});
    expect(before.byHand(target)).toContain('it ends by itself after 30 s');
    expect(cluster.calls).toEqual([]);
  });
});

test('the names of two are never the same, so that one pod may be stressed again', () => {
  const names = Array.from({ length: 100 }, () => {
    const action = actionFor('cpu-stress');
    return action.on === 'pods' ? action.remember?.(STRESS)?.stressor : undefined;
  });
  expect(new Set(names).size).toBe(100);
  for (const name of names) expect(name).toMatch(/^foreshock-stress-[0-9a-f]{8}$/);
});
