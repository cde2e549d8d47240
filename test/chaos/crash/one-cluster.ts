/** A cluster of a test's own, and runs on it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Cluster } from '../../../src/chaos/cluster/cluster.ts';
import { measure } from '../../../src/chaos/measure.ts';
import { openJournal } from '../../../src/chaos/safety/journal.ts';
import { crashServer } from './crash-server.ts';
import { clusterOf } from './runner.ts';
import { type CrashCase, crashScenario } from './scenario.ts';

export async function oneCluster(which: CrashCase) {
  const folder = mkdtempSync(join(tmpdir(), 'foreshock-one-'));
  const server = await crashServer();
  onTestFinished(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });
  const scenario = crashScenario(which);
  const fake = server.add('one', scenario, undefined);
  const cluster = clusterOf({ server: server.urlOf(fake), folder });
  const leases = cluster.leases!;
  const journal = join(folder, 'journal.jsonl');
  return { folder, scenario, fake, cluster, leases, journal, url: server.urlOf(fake) };
}

/** One trial, with a journal of its own. */
export async function runOn(
  cluster: Cluster,
  which: CrashCase,
  file: string,
  options: Partial<Parameters<typeof measure>[2]> = {},
) {
  const journal = await openJournal(file);
  try {
    return await measure(crashScenario(which), cluster, {
      journal,
      wander_ms: 0,
      trials: 1,
      undo_patience_ms: 200,
      recorder: () => ({ record: () => {} }),
      ...options,
    });
  } finally {
    await journal.close();
  }
}
