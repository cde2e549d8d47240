import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planAddresses } from '../../testbed/addresses.ts';
import { type Instance, instanceNamed } from '../../testbed/instance.ts';
import { processId } from '../../testbed/processes.ts';
import { deadComponents, newState, planOf, readState, remember, writeState } from '../../testbed/state.ts';

describe.skipIf(process.platform !== 'linux')('state', () => {
  let instance: Instance;
  beforeEach(() => {
    instance = { ...instanceNamed('test'), folder: mkdtempSync(join(tmpdir(), 'testbed-')) };
  });
  afterEach(() => rmSync(instance.folder, { recursive: true }));

  const state = () =>
    newState(
      { node_count: 3, zone_count: 2, network_policies: false },
      { binaries: '/bin', images: '/images' },
    );
  const file = () => join(instance.folder, 'state.json');

  it('is read as it was written', () => {
    const written = state();
    writeState(instance, written);
    expect(readState(instance)).toEqual(written);
  });

  it('is none where none was written', () => expect(readState(instance)).toBeUndefined());

  it('is none when an interruption has left half a file', () => {
    writeFileSync(file(), '{"version": 1, "boot_id"');
    expect(readState(instance)).toBeUndefined();
  });

  it('is none after a reboot: its pids are those of other processes', () => {
    writeFileSync(file(), JSON.stringify({ ...state(), boot_id: 'another' }));
    expect(readState(instance)).toBeUndefined();
  });

  it('holds each component once, as it was last started', () => {
    const self = processId(process.pid)!;
    const restarted = state();
    for (const name of ['etcd', 'registry']) remember(restarted, { name, process: self, log: 'first' });
    remember(restarted, { name: 'etcd', process: self, log: 'second' });
    expect(restarted.components.map(({ name, log }) => [name, log])).toEqual([
      ['etcd', 'second'],
      ['registry', 'first'],
    ]);
  });

  it('is the plan of its nodes', () => expect(planOf(state())).toEqual(planAddresses(3, 2)));

  it('tells which components are dead', () => {
    const self = processId(process.pid)!;
    const alive = { name: 'etcd', process: self, log: 'etcd.log' };
    const dead = { name: 'kubelet', process: { ...self, start_ticks: 0 }, log: 'kubelet.log' };
    expect(deadComponents({ ...state(), components: [alive, dead] })).toEqual([dead]);
  });
});
