/** Where the load goes, and whether it can be as the scenario says. */

import type { ReadService } from '../manifest/service.ts';
import type { ManifestWorkload } from '../manifest/workload.ts';
import { didYouMean } from '../nearest.ts';
import { expectedNames, type Reporter } from '../reporter.ts';
import type { Load, Service } from '../scenario.ts';
import { meanRate_per_s } from '../schedule.ts';
import type { ScenarioFile } from '../schema.ts';
import { selects } from '../selector.ts';

/** Finds the Service the load goes to; the others are only reported on where nothing else explains them. */
export function resolveService(
  { service: wanted, resolve }: Pick<ScenarioFile['load'], 'service' | 'resolve'>,
  services: readonly ReadService[],
  workloads: readonly ManifestWorkload[],
  report: Reporter,
): Service | undefined {
  const chosen = chooseService(wanted, resolve, services, report);
  if (chosen === undefined) return undefined;
  if (chosen.unusable !== undefined) return report.elsewhere(chosen.unusable);
  const { service } = chosen;
  if (service.is_headless && resolve === 'address') {
    return report.elsewhere({
      position: service.position,
      message: `Service ${service.name} is headless: it has no address that load could be sent to`,
      expected: 'a Service with an address of its own',
      hint: '`load.resolve: dns` in the scenario goes to its pods by name',
    });
  }
  const replicas = workloads
    .filter(({ namespace, pod }) => namespace === service.namespace && selects(service.selector, pod.labels))
    .reduce((sum, workload) => sum + workload.replicas, 0);
  if (replicas === 0) {
    return report.elsewhere({
      position: service.position,
      message: `the workloads behind Service ${service.name} have no replicas: nothing would answer`,
      expected: 'spec.replicas of at least 1',
    });
  }
  return service;
}

function chooseService(
  wanted: string | undefined,
  resolve: Load['resolve'],
  services: readonly ReadService[],
  report: Reporter,
): ReadService | undefined {
  const known = services.map(({ object }) => object.name);
  if (wanted !== undefined) {
    const found = services.find(({ object }) => object.name === wanted);
    if (found !== undefined) return found;
    return report.at(['load', 'service'], {
      message: `there is no Service \`${wanted}\``,
      expected: expectedNames('Service', known),
      hint: didYouMean(wanted, known),
    });
  }
  const usable = services.filter(({ unusable }) => unusable === undefined);
  // A headless Service often stands beside another of the same pods, for their names.
  const addressed = usable.filter(({ service }) => !service?.is_headless);
  const likely = resolve === 'dns' || addressed.length === 0 ? usable : addressed;
  if (likely.length === 1) return likely[0];
  if (usable.length === 0 && services.length > 0) {
    for (const { unusable } of services) if (unusable !== undefined) report.elsewhere(unusable);
    return undefined;
  }
  return report.at(['load'], {
    message:
      likely.length === 0 ? 'no Service to send load to' : 'several Services: `load.service` must say which',
    expected: expectedNames('Service', known),
  });
}

/** 100 million requests: hours of load, and what an hour of simulation can hold. */
const REQUESTS_MAX = 100_000_000;

export function resolveLoad(
  load: ScenarioFile['load'],
  service: Service | undefined,
  report: Reporter,
): Load | undefined {
  const { rate, duration, timeout, latency_limit: limit = timeout } = load;
  const steps = resolveSteps(load, report);
  const requests = (meanRate_per_s({ rate_per_s: rate, steps, duration_ms: duration }) * duration) / 1000;
  if (requests < 1 || requests > REQUESTS_MAX) {
    const rates = steps.length === 0 ? `${rate} requests a second` : 'the rates of the load';
    const sum = requests < 1 ? 'less than one request' : `${Math.round(requests)} requests`;
    report.at(['load', 'duration'], {
      message: `${rates} for ${duration / 1000} s are ${sum}`,
      expected: 'between one request and 100 million',
    });
  }
  if (limit > timeout) {
    report.at(['load', 'latency_limit'], {
      message: `the latency limit (${limit / 1000} s) is above the timeout (${timeout / 1000} s): no answer could be that late`,
      expected: 'at most `load.timeout`',
    });
  }
  if (service === undefined) return undefined;
  const port =
    load.port === undefined
      ? service.ports[0]
      : service.ports.find((each) => each.port === load.port || each.name === load.port);
  if (port === undefined) {
    const known = service.ports.flatMap((each) => [
      String(each.port),
      ...(each.name === undefined ? [] : [each.name]),
    ]);
    return report.at(['load', 'port'], {
      message: `Service ${service.name} has no TCP port ${load.port}`,
      expected: `one of ${known.join(', ')}`,
      hint: known.includes(String(load.port))
        ? `numbers stand without quotes: ${load.port}`
        : didYouMean(String(load.port), known),
    });
  }
  return {
    service: service.name,
    namespace: service.namespace,
    port: port.port,
    path: load.path,
    rate_per_s: rate,
    steps,
    arrivals: load.arrivals,
    duration_ms: duration,
    timeout_ms: timeout,
    latency_limit_ms: limit,
    expected_status: load.expected_status,
    connections: load.connections,
    source_ports: load.source_ports,
    resolve: load.resolve,
  };
}

/** Steps in the order of time, each after the beginning and before the end; those that are not are reported. */
function resolveSteps({ steps, duration }: ScenarioFile['load'], report: Reporter): Load['steps'] {
  for (const [index, { at }] of steps.entries()) {
    const path = ['load', 'steps', index, 'at'];
    const before = steps[index - 1]?.at ?? 0;
    if (at >= duration) {
      report.at(path, {
        message: `the rate would change at ${at / 1000} s, when the load has ended`,
        expected: `a time before ${duration / 1000} s (\`load.duration\`)`,
      });
    } else if (at <= before) {
      report.at(path, {
        message: `the step at ${at / 1000} s does not come after the one at ${before / 1000} s`,
        expected: 'steps in the order of time',
      });
    }
  }
  const inOrder = steps.filter(({ at }, index) => at < duration && at > (steps[index - 1]?.at ?? 0));
  return inOrder.map(({ at, rate }) => ({ at_ms: at, rate_per_s: rate }));
}
