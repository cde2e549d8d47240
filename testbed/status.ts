import { join } from 'node:path';
import { auditLogFile } from './cluster/audit.ts';
import { kubeconfigFile, readyNodes } from './cluster/kubectl.ts';
import { kubernetesVersion } from './install/components.ts';
import type { Instance } from './instance.ts';
import { nodeNamespace } from './instance.ts';
import { hasPower } from './running.ts';
import { deadComponents, planOf, readState } from './state.ts';

/** What `status --json` prints. */
export interface Status {
  readonly format: 1;
  readonly instance: string;
  readonly up: boolean;
  /** What is wrong with a testbed that is up: dead components, nodes that are not Ready. */
  readonly problems: readonly string[];
  readonly kubernetes_version?: string;
  readonly kubeconfig?: string;
  /** Network namespace from which nodes, pods and services are reachable. */
  readonly lab_namespace?: string;
  readonly lab_address?: string;
  /** Any address of this range can be the source of load in the lab. */
  readonly source_addresses?: string;
  readonly service_range?: string;
  readonly binaries?: string;
  readonly logs?: string;
  /** Of the API server, one line of JSON (audit.k8s.io/v1) for each answer. */
  readonly audit_log?: string;
  readonly nodes: readonly NodeStatus[];
}

export interface NodeStatus {
  readonly name: string;
  readonly zone: string;
  readonly address: string;
  readonly pod_range: string;
  readonly namespace: string;
  readonly ready: boolean;
}

export async function statusOf(instance: Instance): Promise<Status> {
  const state = readState(instance);
  if (state?.phase !== 'up') {
    return { format: 1, instance: instance.name, up: false, problems: [], nodes: [] };
  }
  const plan = planOf(state);
  const ready = await readyNodes(instance, state);
  const off = plan.nodes.map(({ name }) => name).filter((node) => !hasPower(state, node));
  const problems = [
    ...off.map((node) => `${node} has no power`),
    ...deadComponents(state)
      .filter(({ name }) => !off.some((node) => name.startsWith(`${node}/`)))
      .map(({ name, log }) => `${name} is dead; see ${log}`),
  ];
  if (ready === undefined) problems.push('the API server does not answer');
  const nodes = plan.nodes.map((node) => ({
    name: node.name,
    zone: node.zone,
    address: node.address,
    pod_range: node.podRange,
    namespace: nodeNamespace(instance, node.name),
    ready: ready?.includes(node.name) ?? false,
  }));
  if (ready) problems.push(...nodes.filter((node) => !node.ready).map((node) => `${node.name} is not Ready`));
  return {
    format: 1,
    instance: instance.name,
    up: true,
    problems,
    kubernetes_version: kubernetesVersion(),
    kubeconfig: kubeconfigFile(instance),
    lab_namespace: instance.labNamespace,
    lab_address: plan.lab,
    source_addresses: plan.sourceAddresses,
    service_range: plan.serviceRange,
    binaries: state.installation.binaries,
    logs: join(instance.folder, 'logs'),
    audit_log: auditLogFile(instance),
    nodes,
  };
}

export function describe(status: Status): string {
  if (!status.up) return `The testbed (${status.instance}) is down.\n`;
  const lines = [
    `The testbed (${status.instance}) is up${status.problems.length ? ', but:' : '.'}`,
    ...status.problems.map((problem) => `  ${problem}`),
    `Kubernetes  ${status.kubernetes_version}`,
    ...status.nodes.map(
      (node) =>
        `${node.name.padEnd(10)}  ${node.address}  ${node.zone}  pods ${node.pod_range}  ${node.ready ? 'Ready' : 'NotReady'}`,
    ),
    `services    ${status.service_range}`,
    `load from   ${status.lab_address} or any of ${status.source_addresses}`,
    `kubeconfig  ${status.kubeconfig}`,
    `logs        ${status.logs}`,
    `audit log   ${status.audit_log}`,
    'Run a command where all of these are reachable: npm run testbed -- exec -- COMMAND',
  ];
  return `${lines.join('\n')}\n`;
}
