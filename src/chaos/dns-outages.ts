/**
 * Whether DNS may be taken from pods by one more NetworkPolicy. Policies add up: what any of them allows is allowed
 * (kubernetes.io, Network Policies). So where others already say what a pod may send to, one that allows all but DNS would take
 * nothing away that they allow, and would allow for its time what they do not.
 */
import { EXIT, UserError } from '../scenario/errors.ts';
import { lookupsOfRequests } from '../scenario/lookups.ts';
import type { DnsOutage, Scenario } from '../scenario/scenario.ts';
import { selects } from '../scenario/selector.ts';
import type { ClusterReader } from './cluster/cluster.ts';
import { ownPods } from './safety/limits.ts';
import { targetOf } from './safety/protection.ts';

interface Place {
  readonly scenario: Scenario;
  readonly cluster: ClusterReader;
}

/**
 * @returns what the report must say
 * @throws UserError with EXIT.configuration where a policy is in the way
 */
export async function checkDnsOutage(
  { scenario, cluster }: Place,
  fault: DnsOutage,
): Promise<string | undefined> {
  const { type, namespace, position } = fault;
  const workload = targetOf(scenario, fault);
  const name = `${workload.kind} ${workload.name}`;
  const [policies, { pods }] = await Promise.all([
    cluster.networkPolicies(namespace),
    ownPods({ scenario, cluster }, workload),
  ]);
  const labelled = [workload.pod.labels, ...pods.map(({ labels }) => labels)];
  const inTheWay = policies.find(
    ({ limits_egress, selector }) => limits_egress && labelled.some((labels) => selects(selector, labels)),
  );
  if (inTheWay !== undefined) {
    throw new UserError(
      `${type}: NetworkPolicy ${namespace}/${inTheWay.name} says already what pods of ${name} may send to`,
      {
        exitCode: EXIT.configuration,
        hint: 'policies add up, so one more would take nothing from what that one allows, and would allow what it does not; docs/faults.md says more',
      },
    );
  }
  if (lookupsOfRequests(scenario, workload) !== undefined) return undefined;
  return (
    `${type} (${position.file}:${position.line}): the scenario does not say that ${name} looks a name up for each request ` +
    `(\`applications.${workload.name}.lookups\`), so the requests cannot tell whether it takes effect`
  );
}
