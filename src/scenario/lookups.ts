/** Which programs look names up, as far as the scenario says. */
import type { Lookups, Scenario, Workload } from './scenario.ts';
import { selects } from './selector.ts';

/** Whether any program of it does, for requests or for probes. */
export const looksUpNames = ({ pod }: Workload): boolean =>
  [...pod.containers, ...pod.init_containers].some(
    (container) => 'application' in container && container.application.lookups !== undefined,
  );

/** How a workload looks names up for the requests of the load; undefined where it does not, or gets none. */
export function lookupsOfRequests(
  { load, services }: Pick<Scenario, 'load' | 'services'>,
  { namespace, pod }: Workload,
): Lookups | undefined {
  const service = services.find((each) => each.name === load.service && each.namespace === load.namespace);
  if (service === undefined || namespace !== service.namespace) return undefined;
  if (!selects(service.selector, pod.labels)) return undefined;
  const port = service.ports.find((each) => each.port === load.port)?.target_port ?? load.port;
  const { containers } = pod;
  const serving =
    containers.find(({ ports }) => ports.some(({ number }) => number === port)) ?? containers[0];
  const lookups = serving?.application.lookups;
  return lookups?.for.includes('requests') === true ? lookups : undefined;
}
