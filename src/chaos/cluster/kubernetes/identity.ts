import type { KubernetesObject } from '@kubernetes/client-node';
import type { ClusterIdentity } from '../cluster.ts';
import type { Api, Call } from './api.ts';
import { isApiError, isForbidden } from './errors.ts';

/** Made with the cluster and never deleted, so that its UID is as good as the cluster's own. */
const OLDEST: Call = { verb: 'get', group: '', version: 'v1', resource: 'namespaces', name: 'kube-system' };

/** By the UID where the account may see it, else by the address of its server. */
export async function identityOf(api: Api): Promise<ClusterIdentity> {
  const { server, context } = api;
  return { kind: 'kubernetes', uid: await uidOf(api), server, context };
}

async function uidOf(api: Api): Promise<string | undefined> {
  try {
    return (await api.read<KubernetesObject>(OLDEST)).metadata?.uid;
  } catch (error) {
    if (isForbidden(error) || isApiError(error, 404)) return undefined;
    throw error;
  }
}
