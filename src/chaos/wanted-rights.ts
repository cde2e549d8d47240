import { asksBudgets } from '../scenario/safety.ts';
import type { ManifestObject, Scenario } from '../scenario/scenario.ts';
import type { ClusterReader } from './cluster/cluster.ts';
import { actionFor } from './fault-action.ts';
import {
  BUDGET_RIGHTS,
  LEASE_RIGHTS,
  type Right,
  SERVICE_RIGHTS,
  type Wanted,
  workloadRights,
  ZONE_RIGHTS,
} from './safety/rights.ts';

/** What a scenario takes: to see its workloads and its Service, to hold its targets, and to cause its faults. */
export function rightsFor({ workloads, faults, load, safety }: Scenario): readonly Wanted[] {
  const toHold = workloads
    .filter(({ kind }) => kind !== 'Job')
    .flatMap(({ namespace }) => wanted(LEASE_RIGHTS, namespace));
  const toSee = workloads.flatMap(({ kind, namespace }) =>
    wanted([{ verb: 'list', resource: 'pods', group: '' }, ...workloadRights(kind, 'get')], namespace),
  );
  const toCause = faults.flatMap((fault) => {
    const { rights } = actionFor(fault.type);
    if (!('workload' in fault)) {
      return wanted(rights('Deployment'), 'namespace' in fault ? fault.namespace : undefined);
    }
    const target = workloads.find(
      ({ name, namespace }) => name === fault.workload && namespace === fault.namespace,
    );
    return rights(target?.kind ?? 'Deployment').flatMap((right) =>
      namespacesOf(right, fault.namespace).flatMap((namespace) => wanted([right], namespace)),
    );
  });
  const toKeep = faults.flatMap((fault) => [
    ...('workload' in fault && asksBudgets(fault, safety) ? wanted(BUDGET_RIGHTS, fault.namespace) : []),
    ...('workload' in fault && safety.max_per_zone !== undefined ? wanted(ZONE_RIGHTS, undefined) : []),
  ]);
  return [...toSee, ...toHold, ...wanted(SERVICE_RIGHTS, load.namespace), ...toKeep, ...toCause];

  function namespacesOf({ scope }: Right, own: string): readonly (string | undefined)[] {
    if (scope === 'cluster') return [undefined];
    return scope === 'workloads' ? workloads.map(({ namespace }) => namespace) : [own];
  }
}

type Manifests = Pick<Scenario, 'objects'>;

/** What it takes to find the objects of the manifests. */
export async function rightsToFind(
  cluster: ClusterReader,
  { objects }: Manifests,
): Promise<readonly Wanted[]> {
  return (await Promise.all(objects.map((object) => on(cluster, object, ['get'])))).flat();
}

/** What it takes to create and to remove those that are not there. */
export async function rightsToApply(
  cluster: ClusterReader,
  { objects }: Manifests,
): Promise<readonly Wanted[]> {
  // To apply what is not there is to patch and to create it (Kubernetes 1.35 apiserver/pkg/endpoints/handlers/patch.go).
  const verbs = ['create', 'patch', 'delete'];
  const each = objects.map(async (object) => {
    const wanted = await on(cluster, object, verbs);
    return wanted.length > 0 && (await cluster.find(object)) === undefined ? wanted : [];
  });
  return (await Promise.all(each)).flat();
}

/** Nothing of a kind that the cluster does not have: another manifest may bring it. */
async function on(
  cluster: ClusterReader,
  object: ManifestObject,
  verbs: readonly string[],
): Promise<readonly Wanted[]> {
  const found = await cluster.resourceOf(object);
  return found === undefined ? [] : verbs.map((verb) => ({ verb, ...found }));
}

function wanted(rights: readonly Right[], namespace: string | undefined): readonly Wanted[] {
  return rights.map(({ verb, resource, group }) => ({ verb, resource, group, namespace }));
}
