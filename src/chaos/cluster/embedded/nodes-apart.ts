import { setTimeout as sleep } from 'node:timers/promises';
import type { WebernetesCluster } from './webernetes.ts';

/** Kubernetes pkg/kubelet/kubelet.go genericPlegRelistPeriod, and webernetes' own. */
const PLEG_PERIOD_MS = 1000;

/**
 * Machines do not start within one millisecond. Were they to, the kubelets of all nodes would look at their
 * containers in step for ever, and what is killed on two nodes would always come back at the same moment.
 */
export function startNodesApart(cluster: WebernetesCluster, random: () => number): void {
  for (const server of cluster.servers.slice(1)) {
    const boot = server.boot.bind(server);
    server.boot = async (context) => {
      await sleep(random() * PLEG_PERIOD_MS);
      await boot(context);
    };
  }
}
