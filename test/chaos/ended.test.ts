/** With which exit code a run ends, where it could not go on. */
import { describe, expect, test } from 'vitest';
import { openJournal } from '../../src/chaos/safety/journal.ts';
import { EXIT, UserError } from '../../src/scenario/errors.ts';
import { expectUserError, run, started, temporaryJournal } from './run.ts';
import { lasting, podKill } from './scenario.ts';

const refusal = () =>
  new UserError('the provider command failed', { exitCode: EXIT.configuration, hint: 'try it by hand' });

describe.concurrent('what keeps a run from going on', () => {
  test('before any fault has begun says that nothing was touched', async () => {
    const { scenario, cluster } = started([podKill()]);
    cluster.before = (call) => {
      if (call.startsWith('apply')) throw refusal();
    };
    expectUserError((await run(cluster, scenario)).error, EXIT.configuration);
  });

  test('once one has begun does not say so any more: what was begun is undone', async () => {
    const { scenario, cluster } = started([lasting('node-loss')]);
    cluster.before = (call) => {
      if (call === 'node-loss node-2') throw refusal();
    };
    const { error, journal } = await run(cluster, scenario);
    expectUserError(error, EXIT.aborted, 'the provider command failed');
    expect(error).toMatchObject({ hint: 'try it by hand' });
    expect(journal.some(({ act }) => act === 'undo')).toBe(true);
  });

  test('between two trials does not say so either', async () => {
    const { scenario, cluster } = started([podKill()]);
    const { error } = await run(cluster, scenario, {
      trials: 2,
      recorder(trial) {
        if (trial === 1) cluster.addForeignPod('stray', undefined);
        return { record: () => {} };
      },
    });
    expectUserError(error, EXIT.aborted, 'stray (no owner)');
  });

  test.each([
    ['cannot be undone', true, 'node-loss of node-2 is not undone: no power'],
    [
      'is still to be undone',
      false,
      'node-loss of node-1, of an earlier run that was killed, is not undone yet',
    ],
  ])('though somebody has ended it: what an earlier run left and %s is told', async (_, fails, message) => {
    const { scenario, cluster } = started([lasting('node-loss')]);
    const place = await temporaryJournal();
    const target = { kind: 'Node', namespace: '', name: 'node-2', uid: 'uid-node-2' };
    const other = { ...target, name: 'node-1', uid: 'uid-node-1' };
    for (const each of [other, target]) {
      await place.journal.intend({
        act: 'cut-power',
        trial: 0,
        target: each,
        undo: 'give it back',
        fault: 'node-loss',
      });
    }
    await place.journal.close();
    const aborting = new AbortController();
    cluster.before = (call) => {
      if (call !== 'node-return node-2') return;
      aborting.abort(new Error('Ctrl-C'));
      if (fails) throw new Error('no power');
    };
    const again = { ...place, journal: await openJournal(place.file) };
    const { error } = await run(
      cluster,
      scenario,
      { signal: aborting.signal, undo_patience_ms: 60_000 },
      again,
    );
    expectUserError(error, EXIT.notRestored, message);
  });
});
