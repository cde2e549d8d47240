import { describe, expect, test } from 'vitest';
import type { Cluster, Pod } from '../../../src/chaos/cluster/cluster.ts';
import { placementOf, type Renewal, spreadAnew } from '../../../src/chaos/safety/fresh-pods.ts';
import { noJournal } from '../../../src/chaos/safety/journal.ts';
import { shortScenario } from '../scenario.ts';

const workload = shortScenario([]).workloads[0]!;

/** Pods on nodes; a deleted one comes back on the next of `next`, or where there are fewest. */
function placed(nodes: readonly string[], next: string[] = []) {
  let count = 0;
  const pods: Pod[] = [];
  const add = (node: string) => {
    count += 1;
    pods.push({
      namespace: workload.namespace,
      name: `web-abc-${count}`,
      uid: `uid-${count}`,
      labels: { ...workload.pod.labels, 'pod-template-hash': 'abc' },
      node,
      phase: 'Running',
      ready: true,
      terminating: false,
      owner: { kind: 'ReplicaSet', name: `${workload.name}-abc`, uid: 'u' },
      mirror: false,
      tolerations: [],
      containers: [],
    });
  };
  for (const node of nodes) add(node);
  const deleted: (string | undefined)[] = [];
  const cluster = {
    pods: async () => pods,
    async deletePod({ name }: { name: string }) {
      const index = pods.findIndex((pod) => pod.name === name);
      deleted.push(pods[index]?.node);
      pods.splice(index, 1);
      add(next.shift() ?? 'nowhere');
    },
  } as unknown as Cluster;
  return { cluster, deleted, nodes: () => pods.map(({ node }) => node).sort() };
}

async function spread(cluster: Cluster, from: readonly string[], entry: string | undefined) {
  const told: string[] = [];
  const renewal: Renewal = {
    cluster,
    journal: noJournal,
    trial: 0,
    signal: undefined,
    progress: () => {},
    tell: (note) => told.push(note),
    settle: async () => {},
  };
  await spreadAnew(renewal, await placementOf(placed(from).cluster, [workload], entry));
  return told;
}

describe('pods that a fault has moved', () => {
  test('are left where they are as many a node as at first, whichever node it is', async () => {
    const { cluster, deleted } = placed(['node-1', 'node-3']);
    expect(await spread(cluster, ['node-1', 'node-2'], 'node-1')).toEqual([]);
    expect(deleted).toEqual([]);
  });

  test('are replaced one after the other from the fullest node, until they are spread as at first', async () => {
    const { cluster, deleted, nodes } = placed(
      ['node-1', 'node-1', 'node-1', 'node-2'],
      ['node-3', 'node-2'],
    );
    const told = await spread(cluster, ['node-1', 'node-2', 'node-2', 'node-3'], 'node-1');
    expect(deleted).toEqual(['node-1', 'node-1']);
    expect(nodes()).toEqual(['node-1', 'node-2', 'node-2', 'node-3']);
    expect(new Set(told).size).toBe(1);
  });

  test('go back from where the load enters, where a fault on nodes would not find them', async () => {
    const { cluster, deleted, nodes } = placed(['node-1'], ['node-1', 'node-3']);
    await spread(cluster, ['node-2'], 'node-1');
    expect(deleted).toEqual(['node-1', 'node-1']);
    expect(nodes()).toEqual(['node-3']);
  });

  test('do not care which node it is where load enters at none', async () => {
    const { cluster, deleted } = placed(['node-1']);
    await spread(cluster, ['node-2'], undefined);
    expect(deleted).toEqual([]);
  });

  test('that the scheduler will not spread are told of', async () => {
    const always = Array.from({ length: 20 }, () => 'node-1');
    const { cluster, deleted } = placed(['node-1', 'node-1'], always);
    const told = await spread(cluster, ['node-1', 'node-2'], 'node-1');
    expect(deleted).toHaveLength(8);
    expect(told.at(-1)).toContain('runs as 2 on its nodes from trial 2 on, not as 1+1 as at first');
  });
});
