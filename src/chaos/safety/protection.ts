/** What is refused from the scenario alone, before the cluster is asked for anything. */
import { isFixed } from '../../scenario/act-times.ts';
import { EXIT, UserError } from '../../scenario/errors.ts';
import { PROTECTED_NAMESPACES } from '../../scenario/safety.ts';
import type { ControlPlaneOutage, Fault, Position, Scenario, Workload } from '../../scenario/scenario.ts';
import { selectorText } from '../../scenario/selector.ts';

/**
 * @throws UserError for a protected namespace, an empty selector, a fault on an unknown workload or on a Job, or
 *   one that would need the API server while another fault has taken it away
 */
export function checkScenario(scenario: Scenario): void {
  const { load, faults, objects, workloads, safety } = scenario;
  const kept = [...PROTECTED_NAMESPACES, ...safety.protected_namespaces];
  for (const { kind, name, namespace, position } of [...objects, ...workloads]) {
    refuseProtected(kept, namespace, `${kind} ${name}`, position);
  }
  refuseProtected(kept, load.namespace, `the load on Service ${load.service}`);
  for (const fault of faults) {
    if (!('namespace' in fault)) continue;
    refuseProtected(kept, fault.namespace, fault.type, fault.position);
    if (safety.namespaces?.includes(fault.namespace) === false) {
      throw refused(
        `${at(fault.position)}${fault.type} is in namespace ${fault.namespace}, which safety.namespaces does not name`,
      );
    }
    refuseWithoutApi(scenario, fault);
    if (!('workload' in fault)) continue;
    const { kind, name } = targetOf(scenario, fault);
    if (kind === 'Job') {
      throw refused(
        `${at(fault.position)}${fault.type} names Job ${name}, which ends by itself: it has no steady state to come back to`,
      );
    }
  }
  for (const { kind, name, selector, position } of [
    ...workloads.filter(({ kind }) => kind !== 'Job'),
    ...scenario.services.map((service) => ({ ...service, kind: 'Service' })),
  ]) {
    if (selectorText(selector) !== '') continue;
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
    `${at(fault.position)}${fault.type} names ${fault.namespace}/${fault.workload}, ` +
      'a workload that is not in the manifests',
  );
}

/** Who is hit is asked of the API server, a moment before. */
function refuseWithoutApi({ faults }: Scenario, fault: Fault): void {
  const outages = faults.filter(
    (other): other is ControlPlaneOutage =>
      other.type === 'control-plane-outage' && ['api-server', 'all'].includes(other.component),
  );
  const needs = `${at(fault.position)}${fault.type}`;
  for (const { at_ms, duration_ms } of outages) {
    if (!isFixed(at_ms) || !isFixed(fault.at_ms)) {
      throw refused(
        `${needs} needs the API server, which a control-plane-outage takes away: drawn times may let the one fall into the other`,
      );
    }
    for (const begin_ms of at_ms) {
      const end_ms = begin_ms + (duration_ms ?? Number.POSITIVE_INFINITY);
      const act_ms = fault.at_ms.find((act_ms) => act_ms > begin_ms && act_ms <= end_ms);
      if (act_ms === undefined) continue;
      throw refused(
        `${needs} at ${act_ms / 1000} s needs the API server, which the control-plane-outage at ${begin_ms / 1000} s has taken away`,
      );
    }
  }
}

function refuseProtected(
  kept: readonly string[],
  namespace: string,
  what: string,
  position?: Position,
): void {
  if (!kept.includes(namespace)) return;
  throw refused(`${at(position)}${what} is in namespace ${namespace}, which is protected`);
}

function at(position: Position | undefined): string {
  return position === undefined ? '' : `${position.file}:${position.line}:${position.column}: `;
}

function refused(message: string): UserError {
  return new UserError(message, {
    exitCode: EXIT.configuration,
    hint: 'name what is to be hit by a workload of your own, in a namespace of your own',
  });
}
