/** A provider command that takes nodes away: what it is told, and that what it took is given back, whoever has to do it. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Cluster } from '../../../src/chaos/cluster/cluster.ts';
import { connectKubernetes } from '../../../src/chaos/cluster/kubernetes.ts';
import { restore } from '../../../src/chaos/restore.ts';
import { EXIT } from '../../../src/scenario/errors.ts';
import { expectUserError } from '../run.ts';
import { oneCluster, runOn } from './one-cluster.ts';

const NODE_LOSS = { fault: 'node-loss' } as const;

/** What a machine of the fake cluster is called. */
const MACHINE = 'node-2 fake://zone-2/machine-2';

/** With a program that writes down what it is asked and told, and does what `behaviour`, a piece of shell, says. */
async function provided(behaviour = '') {
  const place = await oneCluster(NODE_LOSS);
  const { folder } = place;
  const program = join(folder, 'power');
  const log = join(folder, 'asked');
  const behave = (next: string) => {
    const say = `echo "$* $FORESHOCK_NODE $FORESHOCK_PROVIDER_ID" >> '${log}'`;
    writeFileSync(program, `#!/bin/sh\n${say}\n${next}\n`);
    chmodSync(program, 0o755);
  };
  behave(behaviour);
  writeFileSync(log, '');
  const kubeconfig = join(folder, 'config');
  const cluster: Cluster = Object.assign(connectKubernetes({ kubeconfig, providerCommand: program }), {
    transport: place.cluster.transport,
  });
  const asked = () => readFileSync(log, 'utf8').trim().split('\n');
  return { ...place, cluster, asked, behave };
}

const LOSS = `node-loss --node node-2 ${MACHINE}`;
const RETURN = `node-return --node node-2 ${MACHINE}`;

describe('a provider command', { timeout: 30_000 }, () => {
  test('is told the node and the name that its cloud has for the machine, both times', async () => {
    const { cluster, journal, asked } = await provided();
    await runOn(cluster, NODE_LOSS, journal);
    expect(asked()).toEqual([LOSS, RETURN]);
  });

  test('is asked to give the node back when the run is aborted', async () => {
    const { cluster, journal, asked } = await provided();
    const stop = new AbortController();
    const run = runOn(cluster, NODE_LOSS, journal, {
      signal: stop.signal,
      aborted_deadline_ms: 2000,
      progress: ({ detail }) => {
        if (detail.startsWith('node-loss')) stop.abort();
      },
    });
    await expect(run).rejects.toMatchObject({ exitCode: EXIT.aborted });
    expect(asked()).toEqual([LOSS, RETURN]);
  });

  test('that fails to cut the power ends the trial, in its own words, and is asked to give the node back', async () => {
    const { cluster, journal, asked } = await provided(
      `case $1 in node-loss) echo 'no such machine' >&2; exit 3 ;; esac`,
    );
    const error = await runOn(cluster, NODE_LOSS, journal).catch((caught: unknown) => caught);
    expectUserError(error, EXIT.aborted, 'the provider command failed: no such machine');
    expect(asked()).toEqual([LOSS, RETURN]);
  });

  test.each([
    ['the journal', true],
    ['the Lease of the dead run alone', false],
  ])('that fails to give the node back is asked again by restore, going by %s', async (_, hasJournal) => {
    const { cluster, journal, asked, behave } = await provided('[ "$1" != node-return ]');
    const error = await runOn(cluster, NODE_LOSS, journal).catch((caught: unknown) => caught);
    expectUserError(error, EXIT.notRestored, 'node-loss of node-2 is not undone');
    behave('');
    const before = asked().length;
    const told: string[] = [];
    const tell = (text: string) => void told.push(text);
    const place = { cluster, tell, lapsed: async () => true, ...(hasJournal ? { journal } : {}) };
    const restoring = () => restore(place);
    expect((await restoring()).wasLeft).toBe(true);
    expect(asked().slice(before)).toEqual([RETURN]);
    expect(told.join('\n')).toContain('node-loss of node-2, of an earlier run that was killed, was undone');
    expect((await restoring()).wasLeft).toBe(false);
    expect(asked().slice(before)).toEqual([RETURN]);
  });
});
