/**
 * What the account of a run must be allowed to do. The one vocabulary of the preflight, which asks for it, and of
 * `foreshock rbac`, which prints it: a right that is not declared so is neither asked for nor granted.
 */
import { EXIT, UserError } from '../../scenario/errors.ts';
import type { Workload } from '../../scenario/scenario.ts';
import type { ClusterReader } from '../cluster/cluster.ts';

/** A rule as a Role has it, as what uses it declares it. */
export interface Right {
  readonly verb: string;
  /** With its subresource after a slash. */
  readonly resource: string;
  readonly group: string;
  /**
   * Default: the namespace of what is hit.
   *
   * - `workloads`: the namespaces of all workloads of the scenario
   * - `lasting-workloads`: of those that do not end by themselves
   * - `cluster`: all namespaces, and what is in none: a ClusterRole, bound by a ClusterRoleBinding
   */
  readonly scope?: 'workloads' | 'lasting-workloads' | 'cluster';
  /** On the object of the workload, or the Service, that is hit, and on no other. */
  readonly on?: 'workload' | 'service';
  /** Of the only object that it is wanted on; undefined: its name is not known beforehand, or the verb goes by none. */
  readonly name?: string | undefined;
  /** What it is for, where that is not the purpose of the whole. */
  readonly to?: string;
  /** What is lost without it: the run can do without it. Undefined: it cannot. */
  readonly without?: string;
}

/** What it takes to see what happens to the Service of the load. */
export const SERVICE_RIGHTS: readonly Right[] = [
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
export const ZONE_RIGHTS: readonly Right[] = [
  { verb: 'list', resource: 'nodes', group: '', scope: 'cluster' },
];

/** To know the nodes and who else runs there, and to put pods that were moved back in their places. */
export const NODE_RIGHTS: readonly Right[] = [
  { verb: 'list', resource: 'nodes', group: '', scope: 'cluster' },
  { verb: 'list', resource: 'pods', group: '', scope: 'cluster' },
  { verb: 'delete', resource: 'pods', group: '', scope: 'lasting-workloads' },
];

/** To see when a node that was away is ready again. */
export const RETURN_RIGHTS: readonly Right[] = [
  { verb: 'list', resource: 'nodes', group: '', scope: 'cluster' },
];

/** To let pods onto a node again. */
export const UNCORDON_RIGHTS: readonly Right[] = [
  { verb: 'list', resource: 'nodes', group: '', scope: 'cluster' },
  { verb: 'patch', resource: 'nodes', group: '', scope: 'cluster' },
];

/** As NODE_RIGHTS, and to change what nodes take. */
export const CORDON_RIGHTS: readonly Right[] = [
  ...NODE_RIGHTS,
  { verb: 'patch', resource: 'nodes', group: '', scope: 'cluster' },
];

/** To know the cluster, whatever is done with it. */
export const IDENTITY_RIGHT: Right = {
  ...{ verb: 'get', resource: 'namespaces', group: '', name: 'kube-system', scope: 'cluster' },
  to: 'to know the cluster by the UID of its oldest namespace',
  without: 'it is known by the address of its server',
};

/** What any run uses where it may, and does without where it may not. */
export const OPTIONAL_RIGHTS: readonly Right[] = [
  {
    ...{ verb: 'list', resource: 'nodes', group: '', scope: 'cluster' },
    to: 'to count the nodes and to reach the Service at a node port',
    without: 'they are not counted, and the load goes to no node port',
  },
  IDENTITY_RIGHT,
];

/** To tell on an object what was done to it. */
export const EVENT_RIGHT: Right = {
  ...{ verb: 'create', resource: 'events', group: 'events.k8s.io' },
  to: 'to say in Events on what is hit who did it',
  without: 'nothing on what is hit says who did it',
};

/** To read or change the workload that is hit, or a subresource of it. */
export function workloadRights(
  kind: Workload['kind'],
  verb: 'get' | 'patch',
  subresource?: string,
): readonly Right[] {
  const group = kind === 'Job' ? 'batch' : 'apps';
  const resource = `${kind.toLowerCase()}s`;
  return [
    {
      ...{ verb, group, on: 'workload' },
      resource: subresource === undefined ? resource : `${resource}/${subresource}`,
    },
  ];
}

/** To change a pod template, and to put it right again: where pods start in order, the bad one has to be deleted. */
export function rollBackRights(kind: Workload['kind'], workload?: Workload): readonly Right[] {
  const isInOrder = workload?.kind === 'StatefulSet' && workload.pod_management === 'OrderedReady';
  return [
    ...workloadRights(kind, 'patch'),
    ...(isInOrder ? [{ verb: 'delete', resource: 'pods', group: '' }] : []),
  ];
}

/** The same where nothing else lets it look at the workload, and at the pods that have to go. */
export function undoRollBackRights(kind: Workload['kind'], workload?: Workload): readonly Right[] {
  const back = rollBackRights(kind, workload);
  const deletes = back.some(({ resource }) => resource === 'pods');
  return [
    ...workloadRights(kind, 'get'),
    ...back,
    ...(deletes ? [{ verb: 'list', resource: 'pods', group: '' }] : []),
  ];
}

/** What is asked for: on what, where and what for. */
export interface Wanted extends Pick<Right, 'verb' | 'resource' | 'group' | 'without'> {
  /** undefined: in the whole cluster. */
  readonly namespace: string | undefined;
  /** undefined: on any. */
  readonly name: string | undefined;
  /** "to ..." */
  readonly to: string;
}

/** Without what another one includes; what a run cannot do without is never left to what it can. */
export function leastOf(wanted: readonly Wanted[]): readonly Wanted[] {
  return wanted.filter(
    (each, index) =>
      !wanted.some(
        (other, position) =>
          position !== index &&
          includes(other, each) &&
          (other.without === undefined || each.without !== undefined) &&
          // Of two that include each other, the first stays.
          (position < index || !(includes(each, other) && isAlike(each, other))),
      ),
  );
}

function includes(one: Wanted, other: Wanted): boolean {
  return (
    one.verb === other.verb &&
    one.group === other.group &&
    one.resource === other.resource &&
    (one.namespace === undefined || one.namespace === other.namespace) &&
    (one.name === undefined || one.name === other.name)
  );
}

const isAlike = (one: Wanted, other: Wanted): boolean =>
  (one.without === undefined) === (other.without === undefined);

/** Those that the account does not have, of what is asked for at the least. */
export async function missingRights(
  cluster: ClusterReader,
  wanted: readonly Wanted[],
): Promise<readonly Wanted[]> {
  const missing: Wanted[] = [];
  for (const right of leastOf(wanted)) {
    const { verb, resource, group, namespace, name } = right;
    if (!(await cluster.may(verb, resource, namespace, group, name))) missing.push(right);
  }
  return missing;
}

export const isNeeded = ({ without }: Wanted): boolean => without === undefined;

/**
 * Asks for each.
 *
 * @returns those that are missing and that the run can do without
 * @throws UserError that names every other right that is missing, and the rules that grant them
 */
export async function checkRights(
  cluster: ClusterReader,
  wanted: readonly Wanted[],
): Promise<readonly Wanted[]> {
  const missing = await missingRights(cluster, wanted);
  refuseWithout(missing.filter(isNeeded));
  return missing;
}

/** @throws UserError that names them, and the rules that grant them, unless there are none */
export function refuseWithout(needed: readonly Wanted[]): void {
  if (needed.length === 0) return;
  throw new UserError(`the account in use may not ${needed.map(rightText).join(', nor ')}`, {
    exitCode: EXIT.configuration,
    hint: [...rolesFor(needed), '`foreshock rbac` prints all that a scenario takes'].join('; '),
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

/** "patch deployments "web" in namespace shop" */
export function rightText({ verb, resource, namespace, name }: Wanted): string {
  const where = namespace === undefined ? 'the cluster' : `namespace ${namespace}`;
  return `${verb} ${resource}${name === undefined ? '' : ` "${name}"`} in ${where}`;
}

function rulesIn(role: string, rights: readonly Wanted[]): string[] {
  if (rights.length === 0) return [];
  const rules = rights.map(
    ({ verb, resource, group, name }) =>
      `{apiGroups: ["${group}"], resources: ["${resource}"]${name === undefined ? '' : `, resourceNames: ["${name}"]`}, verbs: ["${verb}"]}`,
  );
  return [`${role} with these rules allows it: ${[...new Set(rules)].join(', ')}`];
}
