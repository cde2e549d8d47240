/** What is refused from the scenario alone, before the cluster is asked for anything. */
import { EXIT, UserError } from '../../scenario/errors.ts';
import type { Fault, Position, Scenario, Workload } from '../../scenario/scenario.ts';

/** Kubernetes' own; a fault there takes down more than any scenario names. */
export const PROTECTED_NAMESPACES: readonly string[] = ['kube-system', 'kube-public', 'kube-node-lease'];

/** @throws UserError for a protected namespace, an empty selector, a fault on an unknown workload */
export function checkScenario(scenario: Scenario): void {
  const { load, faults, objects, workloads } = scenario;
  for (const { kind, name, namespace, position } of [...objects, ...workloads]) {
    refuseProtected(namespace, `${kind} ${name}`, position);
  }
  refuseProtected(load.namespace, `the load on Service ${load.service}`);
  for (const fault of faults) {
    if (!('workload' in fault)) continue;
    refuseProtected(fault.namespace, fault.type, fault.position);
    targetOf(scenario, fault);
  }
  for (const { kind, name, selector, position } of [
    ...workloads,
    ...scenario.services.map((service) => ({ ...service, kind: 'Service' })),
  ]) {
    if (Object.keys(selector).length > 0) continue;
    throw refused(`${at(position)}${kind} ${name} has an empty selector, which would select every pod`);
  }
}

type WorkloadFault = Extract<Fault, { readonly workload: string }>;

/** The workload whose pods a fault may hit. */
export function targetOf(scenario: Scenario, fault: WorkloadFault): Workload {
  const target = scenario.workloads.find(
    ({ name, namespace }) => name === fault.workload && namespace === fault.namespace,
  );
  if (target !== undefined) return target;
  throw refused(
    `${at(fault.position)}${fault.type} names Deployment ${fault.namespace}/${fault.workload}, ` +
      'which is not in the manifests',
  );
}

function refuseProtected(namespace: string, what: string, position?: Position): void {
  if (!PROTECTED_NAMESPACES.includes(namespace)) return;
  throw refused(`${at(position)}${what} is in namespace ${namespace}, which is protected`);
}

function at(position: Position | undefined): string {
  return position === undefined ? '' : `${position.file}:${position.line}:${position.column}: `;
}

function refused(message: string): UserError {
  return new UserError(message, {
    exitCode: EXIT.configuration,
    hint: 'name the pods to be hit by a Deployment of your own, in a namespace of your own',
  });
}
