/** The cluster of the prediction: its nodes, what it runs, and whether the manifests' pods fit on it. */
import type { ManifestWorkload } from '../manifest/workload.ts';
import { didYouMean } from '../nearest.ts';
import { NODES_DEFAULT, NODES_MAX, nodesOf, plainNodes } from '../nodes.ts';
import { cpuMillis, wholeBytes } from '../quantity.ts';
import type { Reporter } from '../reporter.ts';
import type { FeatureGate, Node, Registry, Scenario } from '../scenario.ts';
import { REGISTRY_DEFAULTS } from '../schema/cluster.ts';
import type { ScenarioFile } from '../schema.ts';
import { admits } from '../toleration.ts';

type ClusterFile = ScenarioFile['cluster'];

/** First version 1.x that knows the gate, or has the mode of kube-proxy (pkg/features/kube_features.go). */
const SINCE_MINOR: Readonly<Record<FeatureGate | 'nftables', number>> = {
  ReduceDefaultCrashLoopBackOffDecay: 33,
  KubeletCrashLoopBackOffMax: 32,
  MaxUnavailableStatefulSet: 24,
  nftables: 29,
};

/** @returns undefined where its nodes are not as they must be */
export function resolveCluster(file: ClusterFile, report: Reporter): Scenario['cluster'] | undefined {
  const { kubernetes: minor, proxy, feature_gates } = file;
  for (const [index, gate] of feature_gates.entries()) {
    if (minor >= SINCE_MINOR[gate]) continue;
    report.at(['cluster', 'feature_gates', index], {
      message: `Kubernetes 1.${minor} has no feature gate ${gate}`,
      expected: `cluster.kubernetes of at least "1.${SINCE_MINOR[gate]}"`,
    });
  }
  if (proxy === 'nftables' && minor < SINCE_MINOR.nftables) {
    report.at(['cluster', 'proxy'], {
      message: `kube-proxy of Kubernetes 1.${minor} has no mode nftables`,
      expected: `cluster.kubernetes of at least "1.${SINCE_MINOR.nftables}"`,
    });
  }
  const nodes = resolveNodes(file.nodes, report);
  return (
    nodes && {
      minor,
      nodes,
      leader_election: file.leader_election,
      proxy_mode: proxy,
      registry: resolveRegistry(file.registry),
      feature_gates: [...new Set(feature_gates)],
    }
  );
}

/** What is read for a cluster section that is wrong, so that the rest can still be checked. */
export const somewhere = (): readonly Node[] => plainNodes(NODES_DEFAULT);

function resolveNodes(file: ClusterFile['nodes'], report: Reporter): readonly Node[] | undefined {
  if (typeof file === 'number') return plainNodes(file);
  const count = file.reduce((sum, group) => sum + (group.count ?? 1), 0);
  if (count > NODES_MAX) {
    return report.at(['cluster', 'nodes'], {
      message: `the cluster has ${count} nodes`,
      expected: `at most ${NODES_MAX}`,
    });
  }
  const nodes = nodesOf(
    file.map(({ cpu, memory, ...group }) => ({
      ...group,
      cpu_millis: cpu === undefined ? undefined : cpuMillis(cpu),
      memory_bytes: memory === undefined ? undefined : wholeBytes(memory),
    })),
  );
  const names = new Set<string>();
  for (const { name } of nodes) {
    if (names.has(name)) {
      const named = file.findLastIndex((group) => group.name === name);
      return report.at(['cluster', 'nodes', named, 'name'], {
        message: `two nodes are called ${name}`,
        hint: 'nodes without a name are called after their place: node-1, node-2, ...',
      });
    }
    names.add(name);
  }
  return checkHosts(file, report) ? nodes : undefined;
}

/** A host has so many cores, whichever of its nodes says so. */
function checkHosts(file: Exclude<ClusterFile['nodes'], number>, report: Reporter): boolean {
  const coresOf = new Map<string, number>();
  for (const [index, { host, cores }] of file.entries()) {
    if (host === undefined || cores === undefined) continue;
    const said = coresOf.get(host) ?? cores;
    coresOf.set(host, said);
    if (said === cores) continue;
    report.at(['cluster', 'nodes', index, 'cores'], {
      message: `the host ${host} has ${said} cores, by another of its nodes`,
      expected: `${said}`,
    });
    return false;
  }
  return true;
}

const resolveRegistry = ({ bandwidth, images }: ClusterFile['registry']): Registry => ({
  bytes_per_s: bandwidth ?? REGISTRY_DEFAULTS.bandwidth.bytes_per_s,
  images: Object.fromEntries(
    Object.entries(images).map(([name, { size, present_on }]) => [name, { size_bytes: size, present_on }]),
  ),
});

/** Whether the images that the registry section names are some that the manifests use. */
export function checkImages(
  { images }: Registry,
  workloads: readonly ManifestWorkload[],
  report: Reporter,
): void {
  const known = new Set(
    workloads.flatMap(({ pod }) => [...pod.init_containers, ...pod.containers].map(({ image }) => image)),
  );
  for (const name of Object.keys(images)) {
    if (known.has(name)) continue;
    report.atKey(['cluster', 'registry', 'images', name], {
      message: `no container of the manifests has the image ${name}`,
      expected: known.size === 0 ? 'an image of the manifests' : `one of ${[...known].join(', ')}`,
      hint: didYouMean(name, known),
    });
  }
}

/** Whether each workload's pods have a node to go to at all: the trial begins with all of them ready. */
export function checkPlaces(
  workloads: readonly ManifestWorkload[],
  nodes: readonly Node[],
  report: Reporter,
): void {
  for (const { kind, name, replicas, pod, position } of workloads) {
    if (replicas === 0 || kind === 'DaemonSet') continue;
    const admitting = nodes.filter((node) => admits(node, pod));
    const { cpu_millis, memory_bytes } = pod.requests;
    const roomy = admitting.some(
      (node) =>
        cpu_millis <= (node.cpu_millis ?? Number.POSITIVE_INFINITY) &&
        memory_bytes <= (node.memory_bytes ?? Number.POSITIVE_INFINITY),
    );
    if (roomy) continue;
    report.elsewhere({
      position,
      message:
        admitting.length === 0
          ? `no node of the cluster may run pods of ${kind} ${name}: nodeSelector and tolerations leave none`
          : `no node of the cluster has room for a pod of ${kind} ${name}, which requests ${cpu_millis}m cpu and ${memory_bytes} bytes of memory`,
      expected: 'such a node under `cluster.nodes` in the scenario',
    });
  }
}
