/** What faults find in the cluster, looked at before the first of them: once the Service answers and pods run. */
import { EXIT, UserError } from '../scenario/errors.ts';
import type { DnsOutage, Fault } from '../scenario/scenario.ts';
import { VIRTUAL_SERVICES, virtualServiceRef } from './cluster/virtual-service.ts';
import { checkDnsOutage } from './dns-outages.ts';
import { type HttpFault, rulingOf } from './http-faults.ts';
import { checkNodeFaults, type NodeFaultPlace } from './node-faults.ts';
import { hasSidecar } from './own-sidecar.ts';

/**
 * @param isBehindSidecar whether requests from here go through a proxy of the mesh's
 * @returns what the report must say
 * @throws UserError with EXIT.configuration where a fault could hit nothing, or what it must not
 */
export async function checkFaults(
  place: NodeFaultPlace,
  isBehindSidecar: () => Promise<boolean> = hasSidecar,
): Promise<readonly string[]> {
  await checkNodeFaults(place);
  const { cluster, scenario } = place;
  const { load } = scenario;
  const notes: string[] = [];
  for (const fault of scenario.faults.filter(isDnsOutage)) {
    const note = await checkDnsOutage(place, fault);
    if (note !== undefined) notes.push(note);
  }
  for (const fault of scenario.faults.filter(isHttpFault)) {
    const { type, service, namespace, virtual_service } = fault;
    if ((await cluster.resourceOf(virtualServiceRef(namespace, service))) === undefined) {
      const { group, version } = VIRTUAL_SERVICES;
      throw new UserError(`${type}: the cluster has no VirtualServices of ${group}/${version}`, {
        exitCode: EXIT.configuration,
        hint: 'it needs Istio, 1.22 or later; docs/faults.md says what goes without',
      });
    }
    await rulingOf(cluster, fault, EXIT.configuration);
    // Of another Service its own callers meet the fault; one that was named may be that of a gateway.
    const isOfLoad =
      service === load.service && namespace === load.namespace && virtual_service === undefined;
    if (!isOfLoad || (await isBehindSidecar())) continue;
    notes.push(
      `${type}: no istio-proxy is ready where the requests of the load are sent from, and faults are injected there: ` +
        'unless something else on their way is of the mesh, they will not meet it',
    );
  }
  return [...new Set(notes)];
}

const isDnsOutage = (fault: Fault): fault is DnsOutage => fault.type === 'dns-outage';

const isHttpFault = (fault: Fault): fault is HttpFault =>
  fault.type === 'http-delay' || fault.type === 'http-abort';
