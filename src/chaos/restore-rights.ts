/** What it takes to put back what dead runs have left, before it is known what that is, and once it is. */
import type { Scenario, Workload } from '../scenario/scenario.ts';
import type { ObjectRef } from './cluster/cluster.ts';
import { type LeaseRef, MARKED_KINDS } from './cluster/leases.ts';
import { actionFor, isFault } from './fault-action.ts';
import type { LeftFault } from './safety/left.ts';
import { IDENTITY_RIGHT, type Right, type Wanted } from './safety/rights.ts';
import { leaseFor } from './safety/target-leases.ts';
import { rightsOn, rightsToUndo, type Survey, wanted } from './wanted-rights.ts';

type KindSurvey = Pick<Survey, 'resourceOf'>;

/**
 * Whatever runs of a scenario may have left, going by the cluster alone, in the namespaces of its workloads.
 *
 * @param objects that runs of it may have created
 */
export async function rightsToRestore(
  survey: KindSurvey,
  scenario: Scenario,
  objects: readonly ObjectRef[],
): Promise<readonly Wanted[]> {
  const leases = scenario.workloads.filter(({ kind }) => kind !== 'Job').map(leaseFor);
  const namespaces = namespacesToRestore(scenario);
  return [
    ...namespaces.map((namespace) => wanted({ to: TO_FIND, ...leaseRight('list') }, namespace)),
    ...leases.flatMap(rightsToTakeOver),
    ...scenario.faults.flatMap((fault) => rightsToUndo(fault, scenario)),
    ...(await rightsToRemove(survey, objects)),
    wanted(IDENTITY_RIGHT, undefined),
    ...MARKED_KINDS.flatMap(({ group, resource, isNamespaced }) =>
      (isNamespaced === true ? namespaces : [undefined]).map((namespace) =>
        wanted({ verb: 'list', resource, group, to: TO_FIND, without: NOT_FOUND }, namespace),
      ),
    ),
  ];
}

/** Where it has to be told to look: an account with these rights may not look everywhere. */
export function namespacesToRestore({ workloads }: Pick<Scenario, 'workloads'>): readonly string[] {
  const lasting = workloads.filter(({ kind }) => kind !== 'Job');
  return [...new Set(lasting.map(({ namespace }) => namespace))];
}

/** Exactly these. Of a fault that this foreshock does not know nothing is known. */
export async function rightsToPutBack(
  survey: KindSurvey,
  left: {
    readonly faults: readonly Pick<LeftFault, 'fault' | 'target'>[];
    readonly objects: readonly ObjectRef[];
    readonly leases: readonly LeaseRef[];
  },
): Promise<readonly Wanted[]> {
  return [
    ...left.leases.flatMap(rightsToTakeOver),
    ...left.faults.flatMap(rightsToUndoThere),
    ...(await rightsToRemove(survey, left.objects)),
  ];
}

const TO_FIND = 'to find what runs that have died left';
const NOT_FOUND = 'a fault that is known of there alone is not found';

function rightsToTakeOver({ namespace, name }: LeaseRef): readonly Wanted[] {
  const to = 'to take over what a run held, and to give it back';
  return ['get', 'patch', 'delete'].map((verb) => wanted({ to, ...leaseRight(verb), name }, namespace));
}

const leaseRight = (verb: string): Right => ({ verb, resource: 'leases', group: 'coordination.k8s.io' });

function rightsToUndoThere({ fault, target }: Pick<LeftFault, 'fault' | 'target'>): readonly Wanted[] {
  if (!isFault(fault)) return [];
  // Where the kind matters, the target is a workload.
  const rights = actionFor(fault).undoRights?.(target.kind as Workload['kind']) ?? [];
  return rights.map((right) =>
    wanted(
      { to: `to undo ${fault}`, ...right },
      right.scope === 'cluster' ? undefined : target.namespace,
      target.name,
    ),
  );
}

async function rightsToRemove(survey: KindSurvey, objects: readonly ObjectRef[]): Promise<readonly Wanted[]> {
  const to = 'to remove what runs have created';
  const each = objects.map((object) => rightsOn(survey, object, ['get', 'delete'], to));
  return (await Promise.all(each)).flat();
}
