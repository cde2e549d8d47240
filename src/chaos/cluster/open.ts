import type { Scenario } from '../../scenario/scenario.ts';
import type { Cluster } from './cluster.ts';
import type { KubernetesOptions } from './kubernetes.ts';

/** Where chaos is to be caused. Each implementation, with its libraries, is loaded when it is chosen. */
export async function openCluster(
  kind: Cluster['kind'],
  scenario: Pick<Scenario, 'seed' | 'cluster' | 'workloads' | 'services'> & Partial<Pick<Scenario, 'safety'>>,
  options: KubernetesOptions = {},
): Promise<Cluster> {
  if (kind === 'embedded') {
    const { startEmbeddedCluster } = await import('./embedded.ts');
    return startEmbeddedCluster(scenario);
  }
  const { connectKubernetes } = await import('./kubernetes.ts');
  // Whoever has not lost the connection yet waits for it.
  return connectKubernetes({ patience_ms: scenario.safety?.abort.lost_connection_ms, ...options });
}
