/** Objects of which nobody heard whether they were created: the answer was lost, or the process died before it. */
import { describe, expect, test } from 'vitest';
import { openJournal } from '../../src/chaos/safety/journal.ts';
import { EXIT, UserError } from '../../src/scenario/errors.ts';
import type { FakeCluster } from './fake-cluster.ts';
import { expectUserError, run, started, temporaryJournal } from './run.ts';
import { podKill } from './scenario.ts';

/** The answer to the creation of the Service does not come. */
function loseAnswer(cluster: FakeCluster, isCreated: boolean): void {
  const apply = cluster.apply.bind(cluster);
  cluster.apply = async (object) => {
    const isLost = object.kind === 'Service';
    const result = isLost && !isCreated ? 'created' : await apply(object);
    if (isLost) throw new UserError('no answer', { exitCode: EXIT.configuration });
    return result;
  };
}

/** What is there was made by somebody else. */
function disownAll(cluster: FakeCluster): void {
  const find = cluster.find.bind(cluster);
  cluster.find = async (ref) => {
    const found = await find(ref);
    return found && { ...found, applied: false };
  };
}

const removals = (cluster: FakeCluster) => cluster.calls.filter((call) => call.startsWith('remove'));

describe.concurrent('where the answer to a creation is lost', () => {
  test('what is there after all is removed with the rest', async () => {
    const { scenario, cluster } = started([podKill()]);
    loseAnswer(cluster, true);
    const { error, journal } = await run(cluster, scenario);
    expectUserError(error, EXIT.configuration, 'no answer');
    expect(removals(cluster)).toEqual(['remove Service', 'remove Deployment']);
    expect(cluster.objects.size).toBe(0);
    expect(journal.filter((line) => line.act === 'remove')).toHaveLength(2);
  });

  test('nothing is removed that is not there, and the journal says so', async () => {
    const { scenario, cluster } = started([podKill()]);
    loseAnswer(cluster, false);
    const { error, journal } = await run(cluster, scenario);
    expectUserError(error, EXIT.configuration, 'no answer');
    expect(removals(cluster)).toEqual(['remove Deployment']);
    const intent = journal.find(({ act, target }) => act === 'create' && target?.kind === 'Service');
    const outcomes = journal.flatMap(({ id, outcome }) => (id === intent?.id && outcome ? [outcome] : []));
    expect(outcomes).toEqual(['failed', 'not-done']);
  });

  test('what somebody else made meanwhile is left alone', async () => {
    const { scenario, cluster } = started([podKill()]);
    loseAnswer(cluster, true);
    disownAll(cluster);
    await run(cluster, scenario);
    expect(removals(cluster)).toEqual(['remove Deployment']);
    expect([...cluster.objects.keys()]).toEqual(['Service default/nginx']);
  });

  test('and nobody can say whether it is there: it is named as not removed', async () => {
    const { scenario, cluster } = started([podKill()]);
    loseAnswer(cluster, true);
    const find = cluster.find.bind(cluster);
    cluster.find = async (ref) => {
      if (cluster.calls.includes('apply Service')) throw new Error('the API server has gone');
      return find(ref);
    };
    const { error } = await run(cluster, scenario);
    expectUserError(error, EXIT.notRestored, 'not removed: Service default/nginx (the API server has gone)');
  });
});

describe.concurrent('where a run was killed before it heard of a creation', () => {
  const afterDeath = async (prepare: (cluster: FakeCluster) => void) => {
    const { scenario, cluster } = started([podKill()]);
    const place = await temporaryJournal();
    for (const object of scenario.objects) {
      const { apiVersion, kind, namespace, name } = object;
      const target = { apiVersion, kind, namespace, name, uid: undefined };
      await place.journal.intend({ act: 'create', trial: undefined, target, undo: 'remove it' });
      await cluster.apply(object);
    }
    await place.journal.close();
    prepare(cluster);
    cluster.calls.length = 0;
    const journal = await openJournal(place.file);
    const { error, result } = await run(cluster, scenario, {}, { ...place, journal });
    expect(error).toBeUndefined();
    return { cluster, notes: result?.notes.join() };
  };

  test('the next one removes what is there first', async () => {
    const { cluster, notes } = await afterDeath(() => {});
    expect(cluster.calls.slice(0, 4)).toEqual([
      'describe',
      'remove Service',
      'remove Deployment',
      'apply Deployment',
    ]);
    expect(notes).toContain('of an earlier run that was killed was removed');
  });

  test('the next one leaves alone what foreshock did not apply', async () => {
    const { cluster, notes } = await afterDeath(disownAll);
    expect(removals(cluster)).toEqual([]);
    expect(notes).toContain('was there already');
  });
});
