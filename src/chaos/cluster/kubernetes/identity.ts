import type { KubernetesObject } from '@kubernetes/client-node';
import type { Cluster, ClusterIdentity } from '../cluster.ts';
import type { Api, Call } from './api.ts';
import { isApiError, isForbidden } from './errors.ts';

/** Made with the cluster and never deleted, so that its UID is as good as the cluster's own. */
const OLDEST: Call = { verb: 'get', group: '', version: 'v1', resource: 'namespaces', name: 'kube-system' };

/** What the kubeconfig says, whether it answers or not. */
export function addressOf({ server, context }: Api): ClusterIdentity {
  return { kind: 'kubernetes', uid: undefined, server, context };
}

/** By the UID where the account may see it, else by the address of its server. */
export async function identityOf(api: Api): Promise<ClusterIdentity> {
  return { ...addressOf(api), uid: await uidOf(api) };
}

/** For reports: its version, and how many nodes it has where the account may see them. */
export async function describeBy(api: Api, cluster: Pick<Cluster, 'may' | 'nodes'>): Promise<string> {
  const { gitVersion } = await api.readPath<{ gitVersion: string }>('/version');
  if (!(await maySeeNodes(cluster))) return `kubernetes ${gitVersion}`;
  const { length } = await cluster.nodes();
  return `kubernetes ${gitVersion}, ${length} ${length === 1 ? 'node' : 'nodes'}`;
}

/** Not every account may even ask what it may. */
async function maySeeNodes(cluster: Pick<Cluster, 'may'>): Promise<boolean> {
  try {
    return await cluster.may('list', 'nodes', undefined);
  } catch (error) {
    if (isForbidden(error)) return false;
    throw error;
  }
}

async function uidOf(api: Api): Promise<string | undefined> {
  try {
    return (await api.read<KubernetesObject>(OLDEST)).metadata?.uid;
  } catch (error) {
    if (isForbidden(error) || isApiError(error, 404)) return undefined;
    throw error;
  }
}
