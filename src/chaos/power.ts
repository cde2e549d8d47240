import type { Cluster, ClusterNode, ProviderAction } from './cluster/cluster.ts';
import type { Caused, Undone } from './fault-action.ts';
import type { Target } from './safety/journal.ts';
import { NODE_RIGHTS, RETURN_RIGHTS } from './safety/rights.ts';

type NodeVerb = Extract<ProviderAction, { readonly node: string }>['verb'];

/** What the provider is told of a node, and of a node that may be gone by the time it is to come back. */
export const ofNode = (verb: NodeVerb, { name, before }: Target): ProviderAction => ({
  ...{ verb, node: name },
  ...(before?.provider_id === undefined ? {} : { provider_id: String(before.provider_id) }),
});

/** Written down, because the API server may not be there to be asked when it is wanted. */
export const rememberProviderId = ({ provider_id }: ClusterNode) =>
  provider_id === undefined ? undefined : { provider_id };

/** What all that takes the power from nodes does to each; undone: it boots, and its kubelet starts the pods that are still its. */
export const POWER_CUT = {
  on: 'nodes',
  rights: () => NODE_RIGHTS,
  undoRights: () => RETURN_RIGHTS,
  act: 'cut-power',
  byHand: ({ name }: Target) => `give node ${name} its power back`,
  leavesRestarts: true,
  kills: true,
  byCommand: true,
  remember: rememberProviderId,
  apply: async (cluster: Cluster, _fault: unknown, target: Target): Promise<Caused> => ({
    effect: await cluster.provide(ofNode('node-loss', target)),
  }),
  undo: async (cluster: Cluster, target: Target): Promise<Undone> => ({
    effect: await cluster.provide(ofNode('node-return', target)),
  }),
} as const;
