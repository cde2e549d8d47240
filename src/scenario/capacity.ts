import { mean_ms } from './distribution.ts';
import type { Scenario } from './scenario.ts';
import { selects } from './selector.ts';

/**
 * Requests a second that one ready replica can finish, by workload behind the Service of the load: its
 * concurrency over its mean service time. A pod of several containers has the capacity of the one that
 * names the Service's port, else of its first.
 */
export function replicaRates(scenario: Scenario): Readonly<Record<string, number>> {
  const { load } = scenario;
  const service = scenario.services.find(
    ({ name, namespace }) => name === load.service && namespace === load.namespace,
  );
  const target_port = service?.ports.find(({ port }) => port === load.port)?.target_port;
  const rates: Record<string, number> = {};
  for (const { name, namespace, pod } of scenario.workloads) {
    if (service === undefined || namespace !== load.namespace || !selects(service.selector, pod.labels))
      continue;
    const named = pod.containers.find(({ ports }) => ports.some(({ number }) => number === target_port));
    const { application } = named ?? pod.containers[0] ?? {};
    if (application === undefined) continue;
    const service_s = mean_ms(application.service_time) / 1000;
    if (service_s > 0) rates[name] = application.concurrency / service_s;
  }
  return rates;
}
