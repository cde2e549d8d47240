import type { KubernetesObject, V1Node } from '@kubernetes/client-node';
import type { ClusterIdentity } from '../cluster.ts';
import { isKnownAllowed } from './access-review.ts';
import type { Api, Call } from './api.ts';
import { core } from './calls.ts';
import { isApiError, isForbidden } from './errors.ts';

/** Made with the cluster and never deleted, so that its UID is as good as the cluster's own. */
const OLDEST: Call = { verb: 'get', group: '', version: 'v1', resource: 'namespaces', name: 'kube-system' };

/** What the kubeconfig says, whether it answers or not. */
export function addressOf({ server, context }: Api): ClusterIdentity {
  return { kind: 'kubernetes', uid: undefined, server, context };
}

/** By the UID where the account may see it, else by the address of its server. */
export async function identityOf(api: Api): Promise<ClusterIdentity> {
  const { verb, group, resource, name } = OLDEST;
  const maySee = await isKnownAllowed(api, { verb, group, resource, namespace: undefined, name });
  return { ...addressOf(api), uid: maySee ? await uidOf(api) : undefined };
}

/** For reports: its version, and how many nodes it has where the account may see them. */
export async function describeBy(api: Api): Promise<string> {
  const { gitVersion } = await api.readPath<{ gitVersion: string }>('/version');
  const nodes = await visibleNodes(api);
  if (nodes === undefined) return `kubernetes ${gitVersion}`;
  return `kubernetes ${gitVersion}, ${nodes.length} ${nodes.length === 1 ? 'node' : 'nodes'}`;
}

/** undefined where the account may not see them. */
export async function visibleNodes(api: Api): Promise<readonly V1Node[] | undefined> {
  const call = core('list', 'nodes');
  if (!(await isKnownAllowed(api, { ...call, namespace: undefined }))) return undefined;
  return (await api.read<{ items: V1Node[] }>(call)).items;
}

async function uidOf(api: Api): Promise<string | undefined> {
  try {
    return (await api.read<KubernetesObject>(OLDEST)).metadata?.uid;
  } catch (error) {
    if (isForbidden(error) || isApiError(error, 404)) return undefined;
    throw error;
  }
}
