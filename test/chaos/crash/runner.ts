/**
 * Runs, many at once in one process, until somebody kills it: `node runner.ts ORDERS`, a file with a list of Order. Says
 * "over ID" for each that ends by itself.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster, Transport } from '../../../src/chaos/cluster/cluster.ts';
import { connectKubernetes } from '../../../src/chaos/cluster/kubernetes.ts';
import { GOODBYE } from '../../../src/chaos/guard.ts';
import { guardProcess } from '../../../src/chaos/guard-process.ts';
import type { StartGuard } from '../../../src/chaos/hold.ts';
import { measure } from '../../../src/chaos/measure.ts';
import { openJournal } from '../../../src/chaos/safety/journal.ts';
import { kubeconfigFor } from '../cluster/kubernetes/fake-api-server.ts';
import { type CrashCase, crashScenario } from './scenario.ts';

export interface Order extends CrashCase {
  readonly id: string;
  /** Of its API server. */
  readonly server: string;
  /** Of its own: journal.jsonl, kubeconfig and provider.log, what its commands were asked for, are there. */
  readonly folder: string;
  /** A socket on which a guard listens, the command of one, or none. */
  readonly guard: { readonly socket: string } | { readonly command: readonly string[] } | undefined;
  /** How long after the others it begins. Default: at once. */
  readonly delay_ms?: number;
}

/** Takes the place of the network. */
const transport: Transport = {
  route: 'in memory',
  entry_node: 'node-1',
  send: async () => ({ outcome: 'answered', status: 200 }),
  close: async () => {},
};

/** As `guardProcess`, with a guard that is in the test's own process: what it sees of the run's end is the same. */
function guardOn(socket: string, id: string): StartGuard {
  return async () => {
    const line = connect(socket);
    await new Promise((resolve, reject) => line.once('connect', resolve).once('error', reject));
    line.write(`${id}\n`);
    line.unref();
    return {
      dismiss: () => new Promise((resolve) => line.end(GOODBYE, () => resolve())),
    };
  };
}

/** Writes down what it is asked for, as the cluster's machines would remember it. */
export const providerIn = (folder: string, ...words: readonly string[]): string =>
  JSON.stringify(['sh', '-c', `echo "$@" >> '${join(folder, 'provider.log')}'`, 'provider', ...words]);

export function clusterOf({ server, folder }: Pick<Order, 'server' | 'folder'>): Cluster {
  const kubeconfig = join(folder, 'config');
  writeFileSync(kubeconfig, kubeconfigFor(server));
  const cluster = connectKubernetes({
    kubeconfig,
    providerCommand: providerIn(folder),
    containerKillCommand: providerIn(folder, 'kill'),
  });
  return Object.assign(cluster, { transport: async () => transport });
}

async function run(order: Order): Promise<void> {
  await sleep(order.delay_ms ?? 0);
  const journal = await openJournal(join(order.folder, 'journal.jsonl'));
  const { guard } = order;
  try {
    await measure(crashScenario(order), clusterOf(order), {
      journal,
      guard:
        guard === undefined
          ? undefined
          : 'socket' in guard
            ? guardOn(guard.socket, order.id)
            : guardProcess(guard.command as [string, ...string[]], join(order.folder, 'guard.log')),
      wander_ms: 0,
      trials: 1,
      recorder: () => ({ record: () => {} }),
    });
  } finally {
    await journal.close();
  }
}

if (import.meta.main) {
  const orders = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as readonly Order[];
  await Promise.all(
    orders.map((order) =>
      run(order).then(
        () => process.stdout.write(`over ${order.id}\n`),
        (error) => process.stdout.write(`over ${order.id} ${error?.message}\n`),
      ),
    ),
  );
}
