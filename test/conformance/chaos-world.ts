import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster } from '../../src/chaos/cluster/cluster.ts';
import { openCluster } from '../../src/chaos/cluster/open.ts';
import { openJournal } from '../../src/chaos/safety/journal.ts';
import { ChaosWorld } from '../../src/chaos/world.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import type { World } from '../../src/timeline/world.ts';

/** Opens the cluster, applies the scenario's manifests, and removes them after `use`. */
export async function withChaosWorld(
  kind: Cluster['kind'],
  scenario: Scenario,
  use: (world: World) => Promise<void>,
  options?: Parameters<typeof openCluster>[2],
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'foreshock-'));
  const journal = await openJournal(join(folder, 'journal.jsonl'));
  const cluster = await openCluster(kind, scenario, options);
  const world = new ChaosWorld(scenario, cluster, { journal, trials: 1, wander_ms: 0 });
  try {
    await world.prepare();
    await use(world);
  } finally {
    await world.close();
    await cluster.close();
    await journal.close();
    await rm(folder, { recursive: true });
  }
}
