import { asksBudgets } from '../scenario/safety.ts';
import type { Fault, ManifestObject, Scenario, Workload } from '../scenario/scenario.ts';
import type { ClusterReader, ObjectRef } from './cluster/cluster.ts';
import { EVENT_NAMESPACE } from './cluster/object-event.ts';
import { type AnyAction, actionFor } from './fault-action.ts';
import {
  BUDGET_RIGHTS,
  EVENT_RIGHT,
  LEASE_RIGHTS,
  OPTIONAL_RIGHTS,
  type Right,
  SERVICE_RIGHTS,
  type Wanted,
  workloadRights,
  ZONE_RIGHTS,
} from './safety/rights.ts';
import { leaseFor } from './safety/target-leases.ts';

/** What is asked of a cluster to know which rights its objects take. */
export type Survey = Pick<ClusterReader, 'resourceOf' | 'find'>;

/** Verbs that change nothing. */
const READING = ['get', 'list', 'watch'];

/** What a scenario takes: to see its workloads and its Service, to cause its faults, and to say so. */
export function rightsFor(scenario: Scenario): readonly Wanted[] {
  const { workloads, load, faults } = scenario;
  const toSee = { to: 'to see the workloads and the Service of the load' };
  const toCause = faults.flatMap((fault) => rightsToCause(fault, scenario));
  return [
    ...workloads.flatMap((workload) =>
      [{ verb: 'list', resource: 'pods', group: '' }, ...workloadRights(workload.kind, 'get')].map((right) =>
        wanted({ ...toSee, ...right }, workload.namespace, workload.name),
      ),
    ),
    ...[{ verb: 'get', resource: 'services', group: '', name: load.service }, ...SERVICE_RIGHTS].map(
      (right) => wanted({ ...toSee, ...right }, load.namespace),
    ),
    ...workloads.filter(({ kind }) => kind !== 'Job').flatMap(rightsToHold),
    ...faults.flatMap((fault) => rightsToKeep(fault, scenario)),
    ...toCause,
    ...OPTIONAL_RIGHTS.map((right) => wanted(right, undefined)),
    ...rightsToTell(faults, toCause),
  ];
}

/** Of a Lease the name is known, which to create it goes by none. */
function rightsToHold(workload: Workload): readonly Wanted[] {
  const to = 'to keep other runs from what is hit, and to have it undone where this one is killed';
  const { namespace, name } = leaseFor(workload);
  return LEASE_RIGHTS.map((right) =>
    wanted({ to, ...right, name: right.verb === 'create' ? undefined : name }, namespace),
  );
}

/** To keep to the rules of the scenario's `safety`. */
function rightsToKeep(fault: Fault, { safety, workloads }: Scenario): readonly Wanted[] {
  const to = "to keep to the scenario's safety";
  const asked = 'workload' in fault && asksBudgets(fault, safety) ? [fault.namespace] : [];
  // On a node there may be pods of any of them.
  const isOfNodes = actionFor(fault.type).on === 'nodes';
  const namespaces = asked.flatMap((own) =>
    isOfNodes ? workloads.map(({ namespace }) => namespace) : [own],
  );
  return [
    ...namespaces.flatMap((namespace) => BUDGET_RIGHTS.map((right) => wanted({ to, ...right }, namespace))),
    ...('workload' in fault && safety.max_per_zone !== undefined
      ? ZONE_RIGHTS.map((right) => wanted({ to, ...right }, undefined))
      : []),
  ];
}

const rightsToCause = (fault: Fault, scenario: Scenario): readonly Wanted[] =>
  rightsAbout(fault, scenario, actionFor(fault.type).rights, `to cause ${fault.type}, and to undo it`);

/** Those of them that it takes to undo it; none where it is not undone. */
export const rightsToUndo = (fault: Fault, scenario: Scenario): readonly Wanted[] =>
  rightsAbout(fault, scenario, actionFor(fault.type).undoRights ?? (() => []), `to undo ${fault.type}`);

function rightsAbout(
  fault: Fault,
  { workloads }: Scenario,
  rights: AnyAction['rights'],
  to: string,
): readonly Wanted[] {
  const target =
    'workload' in fault
      ? workloads.find(({ name, namespace }) => name === fault.workload && namespace === fault.namespace)
      : undefined;
  const own = 'namespace' in fault ? fault.namespace : undefined;
  const lasting = workloads.filter(({ kind }) => kind !== 'Job');
  return rights(target?.kind ?? 'Deployment', target).flatMap((right) =>
    namespacesOf(right).map((namespace) => wanted({ to, ...right }, namespace, nameOf(right))),
  );

  function namespacesOf({ scope }: Right): readonly (string | undefined)[] {
    if (scope === 'cluster') return [undefined];
    if (scope === undefined) return [own];
    return (scope === 'workloads' ? workloads : lasting).map(({ namespace }) => namespace);
  }

  function nameOf({ on }: Right): string | undefined {
    return on === 'service' && 'service' in fault ? fault.service : target?.name;
  }
}

/** Where something is changed, and of nodes, it is told. */
function rightsToTell(faults: readonly Fault[], toCause: readonly Wanted[]): readonly Wanted[] {
  const changed = toCause.filter(({ verb }) => !READING.includes(verb)).map(({ namespace }) => namespace);
  const hitsNodes = faults.some(({ type }) => actionFor(type).on === 'nodes');
  const namespaces = new Set([...changed, ...(hitsNodes ? [EVENT_NAMESPACE] : [])]);
  namespaces.delete(undefined);
  return [...namespaces].map((namespace) => wanted(EVENT_RIGHT, namespace));
}

/** What it takes to find the objects of the manifests. */
export async function rightsToFind(
  survey: Survey,
  { objects }: Pick<Scenario, 'objects'>,
): Promise<readonly Wanted[]> {
  const each = objects.map(async (object) => {
    const rights = await rightsOn(survey, object, ['get'], 'to find what the manifests name');
    return rights.map((right) => (isSecret(object) ? { ...right, without: LEFT_ALONE } : right));
  });
  return (await Promise.all(each)).flat();
}

/**
 * What it takes to create and to remove those that are not there. Even to create goes by the name: an object that
 * comes into being by server-side apply has it from the path (Kubernetes 1.35 apiserver/pkg/endpoints/handlers/patch.go
 * createAuthorizerAttributes).
 */
export async function rightsToApply(
  survey: Survey,
  { objects }: Pick<Scenario, 'objects'>,
): Promise<readonly Wanted[]> {
  // To apply what is not there is to patch and to create it.
  const verbs = ['create', 'patch', 'delete'];
  const each = objects.map(async (object) => {
    const rights = await rightsOn(
      survey,
      object,
      verbs,
      'to create what of the manifests is missing, and to remove it',
    );
    return rights.length > 0 && (await survey.find(object)) === undefined ? rights : [];
  });
  return (await Promise.all(each)).flat();
}

/** All that a run takes; nothing on Secrets, without which it can do. */
export async function allRights(survey: Survey, scenario: Scenario): Promise<readonly Wanted[]> {
  const objects = scenario.objects.filter((object) => !isSecret(object));
  const ofObjects = await Promise.all([
    rightsToFind(survey, { objects }),
    rightsToApply(survey, { objects }),
  ]);
  return [...rightsFor(scenario), ...ofObjects.flat()];
}

/** Of a Secret that the account may not read. */
const LEFT_ALONE = 'it is neither looked for nor created: whoever needs it must have it already';

export const isSecret = ({ apiVersion, kind }: Pick<ManifestObject, 'apiVersion' | 'kind'>): boolean =>
  apiVersion === 'v1' && kind === 'Secret';

/** The objects that a run looks after: all but the Secrets that its account may not read. */
export function lookedAfter(
  objects: readonly ManifestObject[],
  missing: readonly Wanted[],
): readonly ManifestObject[] {
  const isMissing = ({ namespace, name }: ManifestObject) =>
    missing.some(
      (right) => right.resource === 'secrets' && right.namespace === namespace && right.name === name,
    );
  return objects.filter((object) => !isSecret(object) || !isMissing(object));
}

/** Nothing of a kind that the cluster does not have: another manifest may bring it. */
export async function rightsOn(
  survey: Pick<Survey, 'resourceOf'>,
  object: ObjectRef,
  verbs: readonly string[],
  to: string,
): Promise<readonly Wanted[]> {
  const found = await survey.resourceOf(object);
  if (found === undefined) return [];
  return verbs.map((verb) => ({ verb, ...found, name: object.name, to }));
}

/** @param target name of what is hit */
export function wanted(
  { verb, resource, group, on, name, to = '', without }: Right,
  namespace: string | undefined,
  target?: string,
): Wanted {
  return {
    ...{ verb, resource, group, namespace, to },
    name: on === undefined ? name : target,
    ...(without === undefined ? {} : { without }),
  };
}
