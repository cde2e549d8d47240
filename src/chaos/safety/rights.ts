import { EXIT, UserError } from '../../scenario/errors.ts';
import type { Workload } from '../../scenario/scenario.ts';
import type { ClusterReader } from '../cluster/cluster.ts';

/** A rule as a Role has it. */
export interface Right {
  readonly verb: string;
  readonly resource: string;
  readonly group: string;
  /**
   * - `workloads`: in the namespaces of all workloads of the scenario
   * - `cluster`: in all namespaces, and on what is in none: a ClusterRole, bound by a ClusterRoleBinding
   */
  readonly scope?: 'workloads' | 'cluster';
}

/** What it takes to see what happens to the Service of the load, and to reach it. */
export const SERVICE_RIGHTS: readonly Right[] = [
  { verb: 'get', resource: 'services', group: '' },
  { verb: 'list', resource: 'pods', group: '' },
  { verb: 'watch', resource: 'pods', group: '' },
  { verb: 'list', resource: 'endpointslices', group: 'discovery.k8s.io' },
  { verb: 'watch', resource: 'endpointslices', group: 'discovery.k8s.io' },
];

/** To hold a target, so that no two runs hit it at once, and to say there what outlives the run. */
export const LEASE_RIGHTS: readonly Right[] = ['get', 'create', 'patch', 'delete'].map((verb) => ({
  verb,
  resource: 'leases',
  group: 'coordination.k8s.io',
}));

/** To find out whether a pod is still the one that was chosen, and to replace it after the trial. */
export const CONTAINER_RIGHTS: readonly Right[] = [
  { verb: 'get', resource: 'pods', group: '' },
  { verb: 'delete', resource: 'pods', group: '' },
];

/** To know what disruption budgets let go. */
export const BUDGET_RIGHTS: readonly Right[] = [
  { verb: 'list', resource: 'poddisruptionbudgets', group: 'policy' },
];

/** To know in which zone a pod runs. */
export const ZONE_RIGHTS: readonly Right[] = [{ verb: 'list', resource: 'nodes', group: '' }];

/** To know the nodes and who else runs there, and to put pods that were moved back in their places. */
export const NODE_RIGHTS: readonly Right[] = [
  { verb: 'list', resource: 'nodes', group: '', scope: 'cluster' },
  { verb: 'list', resource: 'pods', group: '', scope: 'cluster' },
  { verb: 'delete', resource: 'pods', group: '', scope: 'workloads' },
];

/** The same, and to change what nodes take. */
export const CORDON_RIGHTS: readonly Right[] = [
  ...NODE_RIGHTS,
  { verb: 'patch', resource: 'nodes', group: '', scope: 'cluster' },
];

/** To read or change workloads of a kind, or a subresource of them. */
export function workloadRights(
  kind: Workload['kind'],
  verb: 'get' | 'patch',
  subresource?: string,
): readonly Right[] {
  const group = kind === 'Job' ? 'batch' : 'apps';
  const resource = `${kind.toLowerCase()}s`;
  return [{ verb, group, resource: subresource === undefined ? resource : `${resource}/${subresource}` }];
}

/** A right, and where it is wanted. */
export interface Wanted extends Right {
  /** undefined: in the whole cluster. */
  readonly namespace: string | undefined;
}

/** Those that the account does not have. */
export async function missingRights(
  cluster: ClusterReader,
  wanted: readonly Wanted[],
): Promise<readonly Wanted[]> {
  const missing: Wanted[] = [];
  for (const right of new Map(wanted.map((right) => [JSON.stringify(right), right])).values()) {
    const { verb, resource, group, namespace } = right;
    if (!(await cluster.may(verb, resource, namespace, group))) missing.push(right);
  }
  return missing;
}

/** @throws UserError that names every right that is missing, and the rules that grant them */
export async function checkRights(cluster: ClusterReader, wanted: readonly Wanted[]): Promise<void> {
  const missing = await missingRights(cluster, wanted);
  if (missing.length === 0) return;
  const names = missing.map(
    ({ verb, resource, namespace }) =>
      `${verb} ${resource} in ${namespace === undefined ? 'the cluster' : `namespace ${namespace}`}`,
  );
  throw new UserError(`the account in use may not ${names.join(', nor ')}`, {
    exitCode: EXIT.configuration,
    hint: rolesFor(missing).join('; '),
  });
}

/** What would grant these rights, in sentences. */
export function rolesFor(missing: readonly Wanted[]): readonly string[] {
  return [
    ...rulesIn(
      'a Role',
      missing.filter(({ namespace }) => namespace !== undefined),
    ),
    ...rulesIn(
      'a ClusterRole',
      missing.filter(({ namespace }) => namespace === undefined),
    ),
  ];
}

function rulesIn(role: string, rights: readonly Right[]): string[] {
  if (rights.length === 0) return [];
  const rules = rights.map(
    ({ verb, resource, group }) =>
      `{apiGroups: ["${group}"], resources: ["${resource}"], verbs: ["${verb}"]}`,
  );
  return [`${role} with these rules allows it: ${[...new Set(rules)].join(', ')}`];
}
