/** A Service (v1) as the prediction sees it, with Kubernetes' defaults. */
import { z } from 'zod';
import { check } from '../issues.ts';
import { didYouMean } from '../nearest.ts';
import type { Problem } from '../problem.ts';
import type { Service, ServicePort } from '../scenario.ts';
import type { Path } from '../yaml.ts';
import { labels, portNumber, portReference, whole } from './fields.ts';
import type { LocatedObject } from './objects.ts';
import { type Selectable, selectedBy, selectsNothing } from './selected.ts';
import { type ManifestContext, type ManifestWorkload, reporterOf } from './workload.ts';

/** A Service, or why no load can be sent to it. */
export type ReadService =
  | { readonly object: LocatedObject; readonly service: Service; readonly unusable: undefined }
  | { readonly object: LocatedObject; readonly service: undefined; readonly unusable: Problem };

const schema = z.object({
  spec: z.object({
    type: z.enum(['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName']).nullish(),
    clusterIP: z.string().nullish(),
    selector: labels.nullish(),
    publishNotReadyAddresses: z.boolean().nullish(),
    sessionAffinity: z.enum(['None', 'ClientIP']).nullish(),
    sessionAffinityConfig: z
      .object({
        clientIP: z.object({ timeoutSeconds: whole.min(1).max(86_400).nullish() }).nullish(),
      })
      .nullish(),
    externalTrafficPolicy: z.enum(['Cluster', 'Local']).nullish(),
    trafficDistribution: z.enum(['PreferClose', 'PreferSameZone', 'PreferSameNode']).nullish(),
    ports: z
      .array(
        z.object({
          name: z.string().min(1).nullish(),
          port: portNumber,
          protocol: z.enum(['TCP', 'UDP', 'SCTP']).nullish(),
          targetPort: portReference.nullish(),
          nodePort: portNumber.nullish(),
        }),
      )
      .nullish(),
  }),
});

/** Kubernetes 1.35 staging/src/k8s.io/api/core/v1/types.go DefaultClientIPServiceAffinitySeconds. */
const SESSION_AFFINITY_S = 10_800;

/** Labels that each pod of a StatefulSet has its own value of. */
const OF_ONE_POD = ['statefulset.kubernetes.io/pod-name', 'apps.kubernetes.io/pod-index'];

/**
 * Reads a Service; undefined where anything is wrong with it.
 *
 * @param among what its selector is matched against; undefined where some workload could not be read
 */
export function readService(
  object: LocatedObject,
  among: Selectable | undefined,
  context: ManifestContext,
): ReadService | undefined {
  const checked = check(schema, object.document, object.path, context.problems);
  if (checked === undefined || among === undefined) return undefined;
  const { spec } = checked;
  const report = reporterOf(object, context);
  const unusable = (path: Path, rest: Omit<Problem, 'position'>): ReadService => ({
    object,
    service: undefined,
    unusable: { position: report.position(path), ...rest },
  });

  const type = spec.type ?? 'ClusterIP';
  if (type === 'ExternalName') {
    return unusable(['spec', 'type'], {
      message: `Service ${object.name} is an ExternalName: it has no pods behind it`,
      expected: 'ClusterIP, NodePort or LoadBalancer',
    });
  }
  const selector = spec.selector ?? {};
  if (Object.keys(selector).length === 0) {
    return unusable(['spec'], {
      message: `Service ${object.name} has no selector`,
      expected: 'spec.selector with at least one label',
    });
  }
  if (OF_ONE_POD.some((label) => label in selector)) {
    return unusable(['spec', 'selector'], {
      message: `Service ${object.name} selects a single pod of a StatefulSet, which is not modelled`,
      expected: 'a Service of all pods of a workload',
    });
  }
  const { workloads, other } = selectedBy(selector, object.namespace, among);
  if (workloads.length === 0) {
    if (other === undefined) {
      return report.at(['spec', 'selector'], selectsNothing(object, selector, among));
    }
    return unusable(['spec', 'selector'], {
      message: `Service ${object.name} selects pods of ${other.kind} ${other.name}, which is not modelled`,
      expected: 'a Service of a Deployment, a StatefulSet, a DaemonSet or a Job',
    });
  }

  const ports: ServicePort[] = [];
  for (const [index, port] of (spec.ports ?? []).entries()) {
    if (port.protocol === 'UDP' || port.protocol === 'SCTP') continue;
    const target = targetPort(port.targetPort ?? port.port, workloads);
    if ('message' in target) return report.at(['spec', 'ports', index, 'targetPort'], target);
    ports.push({
      name: port.name ?? undefined,
      port: port.port,
      target_port: target.number,
      node_port: port.nodePort ?? undefined,
    });
  }
  if (ports.length === 0) {
    return unusable(['spec'], { message: `Service ${object.name} has no TCP port`, expected: 'spec.ports' });
  }
  if (type === 'ClusterIP' && spec.externalTrafficPolicy != null) {
    return report.atKey(['spec', 'externalTrafficPolicy'], {
      message: `Service ${object.name} is a ClusterIP, which no traffic reaches from outside`,
      expected: 'externalTrafficPolicy with type NodePort or LoadBalancer alone',
    });
  }
  const { trafficDistribution } = spec;
  const { traffic_distribution, prefer_same_traffic_distribution } = context.behaviour;
  const isKnown = trafficDistribution == null || trafficDistribution === 'PreferClose';
  if (traffic_distribution && !isKnown && !prefer_same_traffic_distribution) {
    return report.at(['spec', 'trafficDistribution'], {
      message: `this version of Kubernetes has no trafficDistribution ${trafficDistribution}`,
      expected: 'PreferClose, or cluster.kubernetes of at least "1.34"',
    });
  }
  return {
    object,
    unusable: undefined,
    service: {
      name: object.name,
      namespace: object.namespace,
      position: object.position,
      type,
      selector,
      ports,
      is_headless: spec.clusterIP === 'None',
      publish_not_ready_addresses: spec.publishNotReadyAddresses ?? false,
      session_affinity_s:
        spec.sessionAffinity === 'ClientIP'
          ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? SESSION_AFFINITY_S)
          : undefined,
      external_traffic_policy: spec.externalTrafficPolicy ?? 'Cluster',
      traffic_distribution: traffic_distribution ? distributionOf(trafficDistribution) : undefined,
    },
  };
}

/** PreferClose is another name of PreferSameZone (Kubernetes 1.35 staging/src/k8s.io/api/core/v1/types.go). */
function distributionOf(said: string | null | undefined): Service['traffic_distribution'] {
  if (said == null) return undefined;
  return said === 'PreferSameNode' ? 'same-node' : 'same-zone';
}

type TargetPort = { readonly number: number } | Omit<Problem, 'position'>;

/** Named ports are looked up in the pods; every workload behind the Service must have the same number. */
function targetPort(target: number | string, backends: readonly ManifestWorkload[]): TargetPort {
  if (typeof target === 'number') return { number: target };
  const numbers: number[] = [];
  for (const { kind, name, pod } of backends) {
    // k8s.io/endpointslice utils.go FindPort: sidecars after the containers.
    const sidecars = pod.init_containers.flatMap((each) => ('ports' in each ? [each] : []));
    const ports = [...pod.containers, ...sidecars].flatMap((container) => container.ports);
    const found = ports.find((port) => port.name === target);
    if (found === undefined) {
      return {
        message: `no container of ${kind} ${name} has a port called ${target}`,
        expected: 'a port number, or the name of a containerPort',
        hint: didYouMean(
          target,
          ports.flatMap((port) => port.name ?? []),
        ),
      };
    }
    numbers.push(found.number);
  }
  const [number, ...others] = new Set(numbers);
  if (number !== undefined && others.length === 0) return { number };
  return {
    message: `port ${target} is ${[number, ...others].join(' in one workload and ')} in another`,
    expected: 'the same port number in every workload behind the Service',
  };
}
