/** What stands when a run has died is known to the cluster itself: without its journal, all of it is put back. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { chooseTargets } from '../../../src/chaos/choose.ts';
import { actionFor, FAULT_TYPES } from '../../../src/chaos/fault-action.ts';
import { restore } from '../../../src/chaos/restore.ts';
import { faultRecord } from '../../../src/chaos/safety/records.ts';
import type { FaultType } from '../../../src/scenario/scenario.ts';
import { DEAD_PID, held } from './held-lease.ts';
import { oneCluster, runOn } from './one-cluster.ts';
import { type CrashCase, nameOf } from './scenario.ts';

const RUN = 'bob@far';
const LASTING = FAULT_TYPES.filter((type) => actionFor(type).undo !== undefined);
const IN_ORDER: readonly CrashCase[] = [
  { fault: 'bad-image', kind: 'StatefulSet' },
  { fault: 'bad-readiness', kind: 'StatefulSet' },
];
/**
 * What is caused through the API: the object that is changed says so. What a command has caused only the Lease does, and
 * what ends by itself needs nobody to say so.
 */
const isMarked = (type: FaultType): boolean => {
  const { byCommand, endsByItself } = actionFor(type);
  return byCommand !== true && endsByItself !== true;
};
const MARKED: readonly CrashCase[] = [...LASTING.filter(isMarked).map((fault) => ({ fault })), ...IN_ORDER];

/** Causes the fault as a run does that dies then. @returns its records, and what was so before */
async function caused(which: CrashCase) {
  const place = await oneCluster(which);
  const { cluster, scenario, fake, folder } = place;
  for (const object of scenario.objects) if (object.kind === 'Service') await cluster.apply(object);
  const before = fake.state.content;
  const [fault] = scenario.faults;
  const choice = { scenario, cluster, trial: 0, entry_node: 'node-1' };
  const targets = (await chooseTargets(choice, fault!, 'victims/0/0')).map((each) => ({ ...each, run: RUN }));
  for (const target of targets) {
    const { rest } = await actionFor(fault!.type).apply(cluster, fault!, target, AbortSignal.abort());
    await rest;
  }
  const provided = () => {
    try {
      return readFileSync(join(folder, 'provider.log'), 'utf8').trim().split('\n');
    } catch {
      return [];
    }
  };
  const isStanding = JSON.stringify(fake.state.content) !== JSON.stringify(before) || provided().length > 0;
  return {
    ...place,
    before,
    isStanding,
    provided,
    records: targets.map((each) => faultRecord(which.fault, each)),
  };
}

const tell = () => {};

describe('from the Lease of a dead run', () => {
  test.each(
    [...LASTING.map((fault): CrashCase => ({ fault })), ...IN_ORDER].map(
      (each) => [nameOf(each), each] as const,
    ),
  )('%s is undone, and the second time there is nothing to do', async (_, which) => {
    const { cluster, leases, fake, before, isStanding, provided, records } = await caused(which);
    expect(isStanding).toBe(true);
    const commands = provided().length;
    const kind = which.kind ?? 'Deployment';
    await held(leases, { pid: DEAD_PID }, records, kind);
    expect(await restore({ cluster, tell })).toEqual({ wasLeft: true, goingOn: [] });
    expect(fake.state.content).toEqual(before);
    expect(provided().length).toBe(2 * commands);
    expect(await restore({ cluster, tell })).toEqual({ wasLeft: false, goingOn: [] });
  });
});

describe('from the mark on what was changed, though the Lease is gone as well,', () => {
  test.each(MARKED.map((each) => [nameOf(each), each] as const))(
    '%s is undone by restore',
    async (_, which) => {
      const { cluster, fake, before, isStanding } = await caused(which);
      expect(isStanding).toBe(true);
      expect(await restore({ cluster, tell })).toEqual({ wasLeft: true, goingOn: [] });
      expect(fake.state.content).toEqual(before);
      const writes = fake.written.length;
      expect(await restore({ cluster, tell })).toEqual({ wasLeft: false, goingOn: [] });
      expect(fake.written).toHaveLength(writes);
    },
  );

  test.each([
    ...[['scale'], ['bad-image'], ['bad-readiness'], ['endpoint-removal']],
    ...[['http-delay'], ['http-abort']],
  ] as const)('%s is undone by the next run on the same target', async (fault) => {
    const { cluster, fake, before, journal } = await caused({ fault });
    const { notes } = await runOn(cluster, { fault: 'pod-kill' }, journal);
    expect(notes.join()).toContain(`${fault} of nginx, of an earlier run that was killed, was undone`);
    expect(fake.state.content).toEqual(before);
  });
});
