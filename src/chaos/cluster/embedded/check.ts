import { EXIT, UserError } from '../../../scenario/errors.ts';
import type { Fault, Position, Scenario } from '../../../scenario/scenario.ts';
import { selects } from '../../../scenario/selector.ts';

/** What webernetes 0.3.5 leaves out, so that a fault would show nothing of what it does in Kubernetes. */
const NOT_HERE: Readonly<Partial<Record<Fault['type'], string>>> = {
  'sandbox-kill': 'nothing reaches what holds its sandboxes',
  'network-partition': 'its network knows no NetworkPolicies',
  'dns-outage': 'its network knows no NetworkPolicies, and its programs look up no names',
  'cpu-stress': 'its programs take no processor time, and its pods no ephemeral containers',
  'memory-stress': 'its programs hold no memory of their own, and its pods no ephemeral containers',
  'node-cordon': 'its scheduler does not know of cordoned nodes',
  'node-drain': 'its scheduler does not know of cordoned nodes',
  'node-taint': 'its scheduler and its controllers do not know of taints',
  'node-loss': 'its nodes do not fail',
  'node-partition': 'its nodes are not on a network that could be cut',
  'zone-outage': 'its nodes do not fail',
  'http-delay': 'there is no mesh in it',
  'http-abort': 'there is no mesh in it',
  'control-plane-outage': 'its control plane is this process',
  'registry-outage': 'its images come from no registry',
};

/** @throws UserError that names everything that the embedded cluster does not have, each in a line of its own */
export function checkEmbedded(scenario: Scenario): void {
  const { workloads, faults, autoscalers } = scenario;
  const missing = [
    ...workloads
      .filter(({ kind }) => kind !== 'Deployment')
      .map(({ kind, name, position }) =>
        at(position, `${kind} ${name}: it knows no workloads but Deployments`),
      ),
    ...autoscalers.map(({ name, position }) =>
      at(position, `HorizontalPodAutoscaler ${name}: nothing scales there`),
    ),
    ...faults.flatMap((fault) => {
      const reason = NOT_HERE[fault.type] ?? whyNotEvicted(fault, scenario);
      return reason === undefined ? [] : [at(fault.position, `${fault.type}: ${reason}`)];
    }),
  ];
  if (missing.length === 0) return;
  throw new UserError(missing.join('\n'), {
    exitCode: EXIT.configuration,
    hint: 'use --cluster kubernetes; docs/embedded.md says what the embedded cluster leaves out',
  });
}

function whyNotEvicted(fault: Fault, { workloads, disruption_budgets }: Scenario): string | undefined {
  if (fault.type !== 'pod-eviction') return undefined;
  const target = workloads.find(
    ({ name, namespace }) => name === fault.workload && namespace === fault.namespace,
  );
  const budget = disruption_budgets.find(
    ({ namespace, selector }) =>
      target !== undefined && namespace === target.namespace && selects(selector, target.pod.labels),
  );
  return budget && `it would not ask PodDisruptionBudget ${budget.name}`;
}

const at = ({ file, line, column }: Position, what: string): string =>
  `${file}:${line}:${column}: not in the embedded cluster: ${what}`;
