import { expect, test } from 'vitest';
import { openJournal } from '../../src/chaos/safety/journal.ts';
import { FakeCluster } from './fake-cluster.ts';
import { run, temporaryJournal } from './run.ts';
import { podKill, shortScenario } from './scenario.ts';

test('a run in another cluster leaves alone what is left in this one, says so, and does not forget it', async () => {
  const scenario = shortScenario([podKill()]);
  const place = await temporaryJournal();
  const here = new FakeCluster(scenario, { uid: 'uid-here' });
  const elsewhere = new FakeCluster(scenario, { uid: 'uid-elsewhere' });
  const target = { kind: 'Node', namespace: '', name: 'node-2', uid: 'uid-node-2' };
  await place.journal.begin(await here.identity());
  await place.journal.intend({ act: 'cut-power', trial: 0, target, undo: '-', fault: 'node-loss' });
  await place.journal.close();

  const runIn = async (cluster: FakeCluster) => {
    const remove = async () => {};
    return run(cluster, scenario, {}, { ...place, remove, journal: await openJournal(place.file) });
  };
  const other = await runIn(elsewhere);
  expect(other.error).toBeUndefined();
  expect(elsewhere.calls).not.toContain('node-return node-2');
  expect(other.result?.notes.join()).toContain('node-loss of node-2 in another cluster (context fake');

  const again = await runIn(here);
  expect(again.error).toBeUndefined();
  expect(here.calls).toContain('node-return node-2');
  expect(again.result?.notes.join()).not.toContain('another cluster');
  await place.remove();
});
