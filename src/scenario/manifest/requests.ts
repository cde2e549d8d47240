/** What a pod requests, of its containers' requests and limits and of its own (Kubernetes 1.35). */
import { z } from 'zod';
import { cpuMillis, wholeBytes } from '../quantity.ts';
import type { PodTemplate } from '../scenario.ts';
import { quantity } from './fields.ts';

const resourceList = z.object({ cpu: quantity.nullish(), memory: quantity.nullish() }).nullish();

/** Of a container, or of a pod as a whole. */
export const resources = z.object({ requests: resourceList, limits: resourceList }).nullish();

type Resources = z.output<typeof resources>;
type Resource = 'cpu' | 'memory';

interface HasResources {
  readonly resources?: Resources | undefined;
}

interface Requesting {
  readonly containers: readonly (HasResources & { readonly name: string })[];
  /** In their order; with restartPolicy Always sidecars. */
  readonly initContainers: readonly (HasResources & {
    readonly name: string;
    readonly restartPolicy?: string | null | undefined;
  })[];
  /** The pod's own; undefined also where the version drops them (gate PodLevelResources). */
  readonly ofPod: Resources | undefined;
}

const isSidecar = ({ restartPolicy }: Requesting['initContainers'][number]): boolean =>
  restartPolicy === 'Always';

/** A limit stands for the request where there is none (pkg/apis/core/v1/defaults.go SetDefaults_Pod). */
const requested = ({ resources: given }: HasResources, resource: Resource): number | undefined =>
  given?.requests?.[resource] ?? given?.limits?.[resource] ?? undefined;

/**
 * What the scheduler keeps free for a pod: the sum of its containers' and sidecars', or an init container's with that
 * of the sidecars before it if that is more (staging/src/k8s.io/component-helpers/resource/helpers.go
 * AggregateContainerRequests); what the pod requests as a whole stands before both, and its limit after them
 * (pkg/apis/core/v1/defaults.go defaultPodRequests).
 */
export function podRequests({ containers, initContainers, ofPod }: Requesting): PodTemplate['requests'] {
  const total = (resource: Resource): number => {
    const of = (each: HasResources) => requested(each, resource);
    const isSaid = [...containers, ...initContainers].some((each) => of(each) !== undefined);
    const ofContainers = isSaid ? inAll({ containers, initContainers }, (each) => of(each) ?? 0) : undefined;
    return ofPod?.requests?.[resource] ?? ofContainers ?? ofPod?.limits?.[resource] ?? 0;
  };
  return { cpu_millis: cpuMillis(total('cpu')), memory_bytes: wholeBytes(total('memory')) };
}

/**
 * What the pod's cgroup lets all of its containers have together: the sum of their limits, counted as requests are, or
 * none where one of them, an init container too, has none; the pod's own limit stands before that (Kubernetes 1.35
 * pkg/kubelet/cm/helpers_linux.go ResourceConfigForPod). Ephemeral containers have none, and are not asked.
 */
export function podLimits({ containers, initContainers, ofPod }: Requesting): PodTemplate['limits'] {
  const limited = (resource: Resource): number | undefined => {
    const own = ofPod?.limits?.[resource] ?? 0;
    if (own > 0) return own;
    const of = ({ resources: given }: HasResources): number => given?.limits?.[resource] ?? 0;
    if ([...containers, ...initContainers].some((each) => of(each) === 0)) return undefined;
    return inAll({ containers, initContainers }, of);
  };
  const [cpus, bytes] = [limited('cpu'), limited('memory')];
  return {
    cpu_millis: cpus === undefined ? undefined : cpuMillis(cpus),
    memory_bytes: bytes === undefined ? undefined : wholeBytes(bytes),
  };
}

/** Of the containers and sidecars together, or of an init container with the sidecars before it if that is more. */
function inAll(
  { containers, initContainers }: Pick<Requesting, 'containers' | 'initContainers'>,
  of: (each: HasResources) => number,
): number {
  const sum = (some: readonly HasResources[]) => some.reduce((before, each) => before + of(each), 0);
  const whileStarting = initContainers.map((each, index) =>
    sum([...initContainers.slice(0, index).filter(isSidecar), each]),
  );
  return Math.max(sum([...containers, ...initContainers.filter(isSidecar)]), ...whileStarting);
}

/**
 * Containers for whose want of a cpu request an autoscaler knows no utilization, by name: one is enough
 * (pkg/controller/podautoscaler/replica_calculator.go calculatePodRequestsFromContainers). None where the pod has
 * requests as a whole: then the sum is enough (calculatePodLevelRequests).
 */
export function withoutCpuRequest(requesting: Requesting): readonly string[] {
  const { ofPod } = requesting;
  const containers = [...requesting.containers, ...requesting.initContainers.filter(isSidecar)];
  const isOfPod = [ofPod?.requests, ofPod?.limits].some((list) => list?.cpu != null || list?.memory != null);
  if (isOfPod && podRequests(requesting).cpu_millis > 0) return [];
  const silent = containers.filter((each) => requested(each, 'cpu') === undefined);
  const isNothing = containers.every((each) => (requested(each, 'cpu') ?? 0) === 0);
  return (isNothing ? containers : silent).map(({ name }) => name);
}
