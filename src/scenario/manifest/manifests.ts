/** Everything of the manifests that the prediction knows, and by name what it does not. */
import type { Problems } from '../problem.ts';
import type {
  Autoscaler,
  DisruptionBudget,
  IgnoredObject,
  ManifestObject,
  Position,
  Workload,
} from '../scenario.ts';
import { readDaemonSet } from './daemonset.ts';
import { readDeployment } from './deployment.ts';
import { readAutoscaler } from './horizontal-pod-autoscaler.ts';
import { readJob } from './job.ts';
import { type LocatedObject, readObjects } from './objects.ts';
import { readDisruptionBudget } from './pod-disruption-budget.ts';
import type { Selectable } from './selected.ts';
import { type ReadService, readService } from './service.ts';
import { checkSpelling } from './spelling.ts';
import { readStatefulSet } from './statefulset.ts';
import { unmodelled } from './unmodelled.ts';
import type { ManifestContext, ManifestWorkload } from './workload.ts';

export interface Manifests {
  readonly objects: readonly ManifestObject[];
  readonly workloads: readonly ManifestWorkload[];
  readonly services: readonly ReadService[];
  readonly disruption_budgets: readonly DisruptionBudget[];
  readonly autoscalers: readonly Autoscaler[];
  readonly ignored: readonly IgnoredObject[];
}

type WorkloadReader = (object: LocatedObject, context: ManifestContext) => ManifestWorkload | undefined;

const WORKLOADS: Readonly<Record<string, { kind: Workload['kind']; read: WorkloadReader }>> = {
  'apps/v1/Deployment': { kind: 'Deployment', read: readDeployment },
  'apps/v1/StatefulSet': { kind: 'StatefulSet', read: readStatefulSet },
  'apps/v1/DaemonSet': { kind: 'DaemonSet', read: readDaemonSet },
  'batch/v1/Job': { kind: 'Job', read: readJob },
};

const typeOf = ({ apiVersion, kind }: LocatedObject): string => `${apiVersion}/${kind}`;
const isService = (object: LocatedObject): boolean => typeOf(object) === 'v1/Service';
const isDisruptionBudget = (object: LocatedObject): boolean =>
  typeOf(object) === 'policy/v1/PodDisruptionBudget';
const isAutoscaler = (object: LocatedObject): boolean =>
  ['autoscaling/v1/HorizontalPodAutoscaler', 'autoscaling/v2/HorizontalPodAutoscaler'].includes(
    typeOf(object),
  );

/** Reads the files and folders a scenario names; problems go to the context. */
export function readManifests(
  references: readonly { readonly path: string; readonly from: Position }[],
  context: ManifestContext,
): Manifests {
  const { problems } = context;
  const before = problems.count;
  const objects = readObjects(references, problems);
  const areAllThere = problems.count === before;
  const ofWorkloads = objects.filter((object) => typeOf(object) in WORKLOADS);
  // What is misspelt is not read: what it lacks would be told as well.
  const spelt = new Set(objects.filter((object) => checkSpelling(object, problems)));
  const workloads = ofWorkloads.flatMap(
    (object) => (spelt.has(object) ? WORKLOADS[typeOf(object)]?.read(object, context) : undefined) ?? [],
  );
  reportSharedNames(ofWorkloads, problems);
  for (const isOfKind of [isService, isDisruptionBudget, isAutoscaler]) {
    reportSharedNames(objects.filter(isOfKind), problems);
  }

  const others = objects.filter((object) => !(typeOf(object) in WORKLOADS));
  // One workload that could not be read would bring a problem of every Service that selects it.
  const among: Selectable | undefined =
    areAllThere && workloads.length === ofWorkloads.length ? { workloads, others } : undefined;
  const ignored = new Set(
    others.filter((object) => !isService(object) && !isDisruptionBudget(object) && !isAutoscaler(object)),
  );
  const services = objects
    .filter((object) => isService(object) && spelt.has(object))
    .flatMap((object) => readService(object, among, context) ?? []);
  for (const each of services) {
    if (each.unusable !== undefined) ignored.add(each.object);
  }
  const readAll = <T>(
    isOfKind: (object: LocatedObject) => boolean,
    read: (
      object: LocatedObject,
      among: Selectable | undefined,
      context: ManifestContext,
    ) => T | 'ignored' | undefined,
  ): T[] =>
    objects
      .filter((object) => isOfKind(object) && spelt.has(object))
      .flatMap((object) => {
        const result = read(object, among, context);
        if (result !== 'ignored') return result ?? [];
        ignored.add(object);
        return [];
      });
  const disruption_budgets = readAll(isDisruptionBudget, readDisruptionBudget);
  const autoscalers = readAll(isAutoscaler, readAutoscaler);
  reportRivals(autoscalers, problems);
  return {
    objects: objects.map(({ document: _document, path: _path, ...object }) => object),
    workloads: workloads.map((workload) => scaled(workload, autoscalers)),
    services,
    disruption_budgets,
    autoscalers,
    ignored: objects.flatMap((object): readonly IgnoredObject[] =>
      ignored.has(object)
        ? [{ kind: object.kind, name: object.name, position: object.position }]
        : unmodelled(object, context.behaviour),
    ),
  };
}

/** A trial begins after a time without load, in which an autoscaler has gone down as far as it may. */
function scaled(workload: ManifestWorkload, autoscalers: readonly Autoscaler[]): ManifestWorkload {
  const autoscaler = autoscalers.find(
    ({ workload: name, namespace }) => name === workload.name && namespace === workload.namespace,
  );
  // An autoscaler leaves alone what somebody has scaled to 0.
  if (autoscaler === undefined || workload.replicas === 0) return workload;
  return { ...workload, replicas: autoscaler.min_replicas };
}

/**
 * A scenario names objects by their name alone, so a name must stand for one of a kind; and a workload's for one
 * of all kinds of workloads.
 */
function reportSharedNames(objects: readonly LocatedObject[], problems: Problems): void {
  for (const [index, { kind, name, namespace, position }] of objects.entries()) {
    const other = objects.slice(0, index).find((earlier) => earlier.name === name);
    if (other === undefined || (other.kind === kind && other.namespace === namespace)) continue;
    problems.add({
      position,
      ...(other.kind === kind
        ? {
            message: `${kind} ${name} is there in two namespaces: ${other.namespace} and ${namespace}`,
            hint: 'name the manifests of one of them',
          }
        : {
            message: `${other.kind} and ${kind} are both called ${name}: a scenario could not tell which it means`,
            hint: 'rename one of them',
          }),
    });
  }
}

/** pkg/controller/podautoscaler/horizontal.go: pods of several autoscalers are scaled by none (AmbiguousSelector). */
function reportRivals(autoscalers: readonly Autoscaler[], problems: Problems): void {
  for (const [index, { name, workload, position }] of autoscalers.entries()) {
    const rival = autoscalers.slice(0, index).find((earlier) => earlier.workload === workload);
    if (rival === undefined) continue;
    problems.add({
      position,
      message: `${workload} has two HorizontalPodAutoscalers, ${rival.name} and ${name}: neither would scale it`,
      hint: 'keep one of them',
    });
  }
}
