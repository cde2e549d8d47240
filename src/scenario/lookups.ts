/** Which programs look names up, as far as the scenario says. */
import type { Lookups, Scenario, Workload } from './scenario.ts';

/** Whether any program of it does, for requests or for probes. */
export const looksUpNames = ({ pod }: Workload): boolean =>
  [...pod.containers, ...pod.init_containers].some(
    (container) => 'application' in container && container.application.lookups !== undefined,
  );

/**
 * How the program that the load's requests reach looks names up for them; undefined where it does not.
 *
 * @param workload that the Service of the load sends to
 */
export function lookupsOfRequests({ load, services }: Scenario, { pod }: Workload): Lookups | undefined {
  const service = services.find(
    ({ name, namespace }) => name === load.service && namespace === load.namespace,
  );
  const port = service?.ports.find((each) => each.port === load.port)?.target_port ?? load.port;
  const { containers } = pod;
  const serving =
    containers.find(({ ports }) => ports.some(({ number }) => number === port)) ?? containers[0];
  const lookups = serving?.application.lookups;
  return lookups?.for.includes('requests') === true ? lookups : undefined;
}
