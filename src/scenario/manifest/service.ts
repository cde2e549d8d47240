/** A Service (v1) as the prediction sees it, with Kubernetes' defaults. */
import { z } from 'zod';
import { check, valueAt } from '../issues.ts';
import { didYouMean } from '../nearest.ts';
import type { Problem, Problems } from '../problem.ts';
import type { Labels, Position, Service, ServicePort } from '../scenario.ts';
import { selects } from '../selector.ts';
import type { Path } from '../yaml.ts';
import { labels, type ManifestWorkload } from './deployment.ts';
import type { LocatedObject } from './objects.ts';

/** A Service, or why no load can be sent to it. */
export type ReadService =
  | { readonly object: LocatedObject; readonly service: Service; readonly unusable: undefined }
  | { readonly object: LocatedObject; readonly service: undefined; readonly unusable: Problem };

const portNumber = z.number().int().min(1).max(65_535);

const schema = z.object({
  spec: z.object({
    type: z.enum(['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName']).nullish(),
    clusterIP: z.string().nullish(),
    selector: labels.nullish(),
    ports: z
      .array(
        z.object({
          name: z.string().min(1).nullish(),
          port: portNumber,
          protocol: z.enum(['TCP', 'UDP', 'SCTP']).nullish(),
          targetPort: z
            .union([portNumber, z.string().min(1)], { error: 'a port number or the name of a port' })
            .nullish(),
          nodePort: portNumber.nullish(),
        }),
      )
      .nullish(),
  }),
});

/**
 * Reads a Service; undefined where anything is wrong with it.
 *
 * @param workloads what its selector is matched against; undefined where some could not be read
 * @param others objects that are not modelled, but may have pods that it selects
 */
export function readService(
  object: LocatedObject,
  workloads: readonly ManifestWorkload[] | undefined,
  others: readonly LocatedObject[],
  problems: Problems,
): ReadService | undefined {
  const checked = check(schema, object.document, object.path, problems);
  if (checked === undefined || workloads === undefined) return undefined;
  const { spec } = checked;
  const at = (...path: Path): Position => object.document.position([...object.path, ...path]);
  const unusable = (path: Path, rest: Omit<Problem, 'position'>): ReadService => ({
    object,
    service: undefined,
    unusable: { position: at(...path), ...rest },
  });

  if (spec.type === 'ExternalName') {
    return unusable(['spec', 'type'], {
      message: `Service ${object.name} is an ExternalName: it has no pods behind it`,
      expected: 'ClusterIP, NodePort or LoadBalancer',
    });
  }
  if (spec.clusterIP === 'None') {
    return unusable(['spec', 'clusterIP'], {
      message: `Service ${object.name} is headless: clients choose pods themselves, which is not modelled`,
      expected: 'a Service with an address of its own',
    });
  }
  const selector = spec.selector ?? {};
  if (Object.keys(selector).length === 0) {
    return unusable(['spec'], {
      message: `Service ${object.name} has no selector`,
      expected: 'spec.selector with at least one label',
    });
  }
  const backends = workloads.filter(
    (workload) => workload.namespace === object.namespace && selects(selector, workload.pod.labels),
  );
  if (backends.length === 0) {
    const other = others.find(
      (each) => each.namespace === object.namespace && selects(selector, podLabelsOf(each)),
    );
    if (other !== undefined) {
      return unusable(['spec', 'selector'], {
        message: `Service ${object.name} selects pods of ${other.kind} ${other.name}, which is not modelled`,
        expected: 'a Service of a Deployment',
      });
    }
    problems.add({
      position: at('spec', 'selector'),
      message: `Service ${object.name} selects no pods: no Deployment of the manifests has pods with ${asText(selector)} in namespace ${object.namespace}`,
      hint: nearestLabels(selector, workloads),
    });
    return undefined;
  }

  const ports: ServicePort[] = [];
  for (const [index, port] of (spec.ports ?? []).entries()) {
    if (port.protocol === 'UDP' || port.protocol === 'SCTP') continue;
    const target = targetPort(port.targetPort ?? port.port, backends);
    if ('differs' in target) {
      problems.add({
        position: at('spec', 'ports', index, 'targetPort'),
        message: `port ${target.differs} is ${target.numbers.join(' in one Deployment and ')} in another`,
        expected: 'the same port number in every Deployment behind the Service',
      });
      return undefined;
    }
    if ('unknown' in target) {
      problems.add({
        position: at('spec', 'ports', index, 'targetPort'),
        message: `no container of ${target.of} has a port called ${target.unknown}`,
        expected: 'a port number, or the name of a containerPort',
        hint: didYouMean(target.unknown, target.known),
      });
      return undefined;
    }
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
  return {
    object,
    unusable: undefined,
    service: {
      name: object.name,
      namespace: object.namespace,
      position: object.position,
      type: spec.type ?? 'ClusterIP',
      selector,
      ports,
      is_headless: false,
      publish_not_ready_addresses: false,
      session_affinity_s: undefined,
      external_traffic_policy: 'Cluster',
    },
  };
}

type TargetPort =
  | { readonly number: number }
  | { readonly differs: string; readonly numbers: readonly number[] }
  | { readonly unknown: string; readonly of: string; readonly known: readonly string[] };

/** Named ports are looked up in the pods; every Deployment behind the Service must have the same number. */
function targetPort(target: number | string, backends: readonly ManifestWorkload[]): TargetPort {
  if (typeof target === 'number') return { number: target };
  const numbers: number[] = [];
  for (const { name, pod } of backends) {
    const ports = pod.containers.flatMap((container) => container.ports);
    const found = ports.find((port) => port.name === target);
    if (found === undefined) {
      return { unknown: target, of: `Deployment ${name}`, known: ports.flatMap((port) => port.name ?? []) };
    }
    numbers.push(found.number);
  }
  const different = [...new Set(numbers)];
  return different.length === 1 ? { number: different[0]! } : { differs: target, numbers: different };
}

/** Labels of a Pod, or of the pods that a StatefulSet, a DaemonSet or the like makes. */
function podLabelsOf({ kind, body }: LocatedObject): Labels {
  const path = kind === 'Pod' ? ['metadata', 'labels'] : ['spec', 'template', 'metadata', 'labels'];
  return labels.safeParse(valueAt(body, path)).data ?? {};
}

const asText = (selector: Readonly<Record<string, string>>): string =>
  Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');

function nearestLabels(
  selector: Readonly<Record<string, string>>,
  workloads: readonly ManifestWorkload[],
): string | undefined {
  const present = workloads.flatMap(({ pod }) =>
    Object.entries(pod.labels).map(([key, value]) => `${key}: ${value}`),
  );
  for (const [key, value] of Object.entries(selector)) {
    if (present.includes(`${key}: ${value}`)) continue;
    return didYouMean(`${key}: ${value}`, present);
  }
  return undefined;
}
