/** What a scenario file says, joined with its manifests: names resolved, contradictions reported. */
import type { Distribution } from './distribution.ts';
import { type ManifestContainer, type ManifestWorkload, selects } from './manifest/deployment.ts';
import type { ReadService } from './manifest/service.ts';
import { didYouMean } from './nearest.ts';
import type { Problem, Problems } from './problem.ts';
import type {
  Application,
  Container,
  Fault,
  Load,
  Objectives,
  Position,
  Service,
  Workload,
} from './scenario.ts';
import { applicationDefaults, type ScenarioFile } from './schema.ts';
import { ACTS_MAX, faultTimes, victimsMax } from './selection.ts';
import type { Path, YamlDocument } from './yaml.ts';

/** Reports against the scenario file. */
export class Reporter {
  readonly #document: YamlDocument;
  readonly #problems: Problems;

  constructor(document: YamlDocument, problems: Problems) {
    this.#document = document;
    this.#problems = problems;
  }

  at(path: Path, problem: Omit<Problem, 'position' | 'excerpt'>): undefined {
    this.#problems.add({ position: this.#document.position(path), ...problem });
  }

  atKey(path: Path, problem: Omit<Problem, 'position' | 'excerpt'>): undefined {
    this.#problems.add({ position: this.#document.keyPosition(path), ...problem });
  }

  elsewhere(problem: Problem): undefined {
    this.#problems.add(problem);
  }

  position(path: Path): Position {
    return this.#document.position(path);
  }
}

const names = (things: readonly { readonly name: string }[]): string[] => things.map(({ name }) => name);

/** "a, b and c", or that there is none. */
const expectedNames = (kind: string, known: readonly string[]): string =>
  known.length === 0
    ? `a ${kind} in the manifests; they have none`
    : `a ${kind} of the manifests: ${known.join(', ')}`;

/** Gives every container its application: what the scenario says, else the defaults. */
export function resolveApplications(
  applications: ScenarioFile['applications'],
  workloads: readonly ManifestWorkload[],
  report: Reporter,
): readonly Workload[] {
  const taken = new Map<string, ScenarioFile['applications'][string]>();
  const known: string[] = [];
  const resolved = workloads.map((workload): Workload => {
    const alone = workload.pod.containers.length === 1;
    return {
      ...workload,
      pod: {
        ...workload.pod,
        containers: workload.pod.containers.map((container) => {
          const long = `${workload.name}/${container.name}`;
          const key = alone && applications[long] === undefined ? workload.name : long;
          known.push(key);
          const said = applications[key];
          if (said !== undefined) taken.set(key, said);
          return resolveContainer(container, key, said, report);
        }),
      },
    };
  });
  for (const key of Object.keys(applications)) {
    if (taken.has(key)) continue;
    const several = workloads.find(({ name }) => name === key);
    report.atKey(['applications', key], {
      message:
        several === undefined
          ? `there is no application \`${key}\``
          : `Deployment ${key} has several containers: say which one`,
      expected: known.length === 0 ? 'a Deployment of the manifests' : `one of ${known.join(', ')}`,
      hint: didYouMean(key, known),
    });
  }
  return resolved;
}

function resolveContainer(
  { pre_stop_position: hook, pre_stop: sleep, ...container }: ManifestContainer,
  key: string,
  said: ScenarioFile['applications'][string] | undefined,
  report: Reporter,
): Container {
  const { pre_stop: saidPreStop, ...application } = said ?? applicationDefaults();
  if (saidPreStop !== undefined && hook === undefined) {
    report.atKey(['applications', key, 'pre_stop'], {
      message: `container ${container.name} of the manifest has no preStop hook that could take time`,
      hint: 'add the hook to the manifest, or leave pre_stop out',
    });
  }
  if (saidPreStop !== undefined && sleep !== undefined) {
    report.atKey(['applications', key, 'pre_stop'], {
      message: `the preStop hook of container ${container.name} is a plain sleep, whose length the manifest says`,
      hint: 'leave pre_stop out',
    });
  }
  if (saidPreStop === undefined && hook !== undefined && sleep === undefined) {
    report.elsewhere({
      position: hook,
      message: `how long the preStop hook of container ${container.name} takes cannot be read from the manifest`,
      hint: `say it in the scenario, as applications.${key}.pre_stop`,
    });
  }
  const pre_stop: Distribution | undefined = sleep ?? saidPreStop;
  return { ...container, pre_stop, application: application satisfies Application };
}

/** Finds the Service the load goes to; the others are only reported on where nothing else explains them. */
export function resolveService(
  wanted: string | undefined,
  services: readonly ReadService[],
  workloads: readonly ManifestWorkload[],
  report: Reporter,
): Service | undefined {
  const chosen = chooseService(wanted, services, report);
  if (chosen === undefined) return undefined;
  if (chosen.unusable !== undefined) return report.elsewhere(chosen.unusable);
  const { service } = chosen;
  const replicas = workloads
    .filter(({ namespace, pod }) => namespace === service.namespace && selects(service.selector, pod.labels))
    .reduce((sum, workload) => sum + workload.replicas, 0);
  if (replicas === 0) {
    return report.elsewhere({
      position: service.position,
      message: `the Deployments behind Service ${service.name} have no replicas: nothing would answer`,
      expected: 'spec.replicas of at least 1',
    });
  }
  return service;
}

function chooseService(
  wanted: string | undefined,
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
  if (usable.length === 1) return usable[0];
  if (usable.length === 0 && services.length > 0) {
    for (const { unusable } of services) if (unusable !== undefined) report.elsewhere(unusable);
    return undefined;
  }
  return report.at(['load'], {
    message:
      usable.length === 0 ? 'no Service to send load to' : 'several Services: `load.service` must say which',
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
  const requests = (rate * duration) / 1000;
  if (requests < 1 || requests > REQUESTS_MAX) {
    report.at(['load', 'duration'], {
      message: `${rate} requests a second for ${duration / 1000} s are ${requests < 1 ? 'less than one request' : `${requests} requests`}`,
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
      hint: didYouMean(String(load.port), known),
    });
  }
  return {
    service: service.name,
    namespace: service.namespace,
    port: port.port,
    path: load.path,
    rate_per_s: rate,
    arrivals: load.arrivals,
    duration_ms: duration,
    timeout_ms: timeout,
    latency_limit_ms: limit,
    expected_status: load.expected_status,
    connections: load.connections,
    source_ports: load.source_ports,
  };
}

/** Namespaces no fault may touch: the cluster itself lives there. */
export const PROTECTED_NAMESPACES = ['kube-system', 'kube-public', 'kube-node-lease'] as const;

type FaultFile = ScenarioFile['faults'][number];

/** @param window_ms undefined where the load is wrong: then the times are not checked against it */
export function resolveFaults(
  faults: readonly FaultFile[],
  workloads: readonly ManifestWorkload[],
  window_ms: number | undefined,
  report: Reporter,
): readonly (Fault | undefined)[] {
  return faults.map((fault, index) => {
    const [type, fields] = Object.entries(fault)[0] as [string, NonNullable<FaultFile[keyof FaultFile]>];
    const path: Path = ['faults', index, type];
    const workload = resolveWorkload(fields.workload, workloads, path, report);
    const at_ms = resolveTimes(fields, window_ms, path, report);
    const value = resolveValue(fields, workload, path, report);
    if (workload === undefined || at_ms === undefined || value === undefined) return undefined;
    const base = {
      position: report.position(path),
      workload: workload.name,
      namespace: workload.namespace,
      mode: fields.mode,
      value: value === 'none' ? undefined : value,
      at_ms,
    };
    if (type === 'pod-kill') {
      return { ...base, type, grace_period_s: fault['pod-kill']?.grace_period };
    }
    const container = resolveContainerName(fault['container-kill']?.container, workload, path, report);
    return container === undefined ? undefined : { ...base, type: 'container-kill', container };
  });
}

function resolveWorkload(
  wanted: string | undefined,
  workloads: readonly ManifestWorkload[],
  path: Path,
  report: Reporter,
): ManifestWorkload | undefined {
  const known = names(workloads);
  const workload = wanted === undefined ? workloads[0] : workloads.find(({ name }) => name === wanted);
  if (workload === undefined || (wanted === undefined && workloads.length > 1)) {
    return report.at(wanted === undefined ? path : [...path, 'workload'], {
      message:
        wanted === undefined
          ? workload === undefined
            ? 'there is no Deployment whose pods could be hit'
            : 'several Deployments: `workload` must say which'
          : `there is no Deployment \`${wanted}\``,
      expected: expectedNames('Deployment', known),
      hint: wanted === undefined ? undefined : didYouMean(wanted, known),
    });
  }
  if ((PROTECTED_NAMESPACES as readonly string[]).includes(workload.namespace)) {
    return report.at([...path, 'workload'], {
      message: `Deployment ${workload.name} is in the protected namespace ${workload.namespace}`,
      expected: `a workload outside of ${PROTECTED_NAMESPACES.join(', ')}`,
    });
  }
  return workload;
}

function resolveTimes(
  fields: {
    readonly at: number;
    readonly repeat?: { every: number; times?: number | undefined } | undefined;
  },
  window_ms: number | undefined,
  path: Path,
  report: Reporter,
): readonly number[] | undefined {
  const { at, repeat } = fields;
  if (window_ms === undefined) return undefined;
  if (at >= window_ms) {
    return report.at([...path, 'at'], {
      message: `the fault would act at ${at / 1000} s, when the load has ended`,
      expected: `a time before ${window_ms / 1000} s (\`load.duration\`)`,
    });
  }
  const possible = repeat === undefined ? 1 : Math.ceil((window_ms - at) / repeat.every);
  if (repeat !== undefined && (repeat.times ?? 1) > possible) {
    return report.at([...path, 'repeat', 'times'], {
      message: `the last of ${repeat.times} acts would come when the load has ended, at ${window_ms / 1000} s`,
      expected: `at most ${possible}`,
    });
  }
  if (repeat !== undefined && repeat.times === undefined && possible > ACTS_MAX) {
    return report.at([...path, 'repeat', 'every'], {
      message: `the fault would act ${possible} times`,
      expected: `at most ${ACTS_MAX} acts`,
    });
  }
  return faultTimes(
    at,
    repeat === undefined ? undefined : { every_ms: repeat.every, times: repeat.times },
    window_ms,
  );
}

/** `value` as both arms use it: pods, or percent; 'none' where the mode takes none. */
function resolveValue(
  fields: { readonly mode: Fault['mode']; readonly value?: number | string | undefined },
  workload: ManifestWorkload | undefined,
  path: Path,
  report: Reporter,
): number | 'none' | undefined {
  const { mode, value } = fields;
  const valuePath = [...path, 'value'];
  if (mode === 'one' || mode === 'all') {
    if (value === undefined) {
      if (workload?.replicas !== 0) return 'none';
      return report.at([...path, 'workload'], {
        message: `Deployment ${workload.name} has no replicas to hit`,
      });
    }
    return report.atKey(valuePath, {
      message: `mode ${mode} takes no \`value\``,
      hint: 'leave it out, or use mode: fixed',
    });
  }
  const expected =
    mode === 'fixed' ? 'a number of pods, such as 2' : 'a whole percentage from 1% to 100%, such as 50%';
  if (value === undefined) return report.at(path, { message: `mode ${mode} needs a \`value\``, expected });
  if (mode === 'fixed' && typeof value === 'string') {
    return report.at(valuePath, {
      message: `mode fixed takes a number of pods, not ${value}`,
      expected,
      hint: 'or use mode: fixed-percent',
    });
  }
  const number = typeof value === 'string' ? Number(value.replace('%', '')) : value;
  if (mode !== 'fixed' && !(Number.isInteger(number) && number >= 1 && number <= 100)) {
    return report.at(valuePath, { message: `${number} % cannot be the share of the pods`, expected });
  }
  if (workload === undefined) return number;
  const { name, replicas } = workload;
  if (mode === 'fixed' && number > replicas) {
    return report.at(valuePath, {
      message: `${number} pods are more than the ${replicas} of Deployment ${name}`,
      expected: `at most ${replicas}`,
      hint: 'mode: all takes every pod there is',
    });
  }
  if (victimsMax(replicas, mode, number) === 0) {
    return report.at(valuePath, {
      message: `${number} % of ${replicas} pods are none: shares are rounded down`,
      expected: replicas === 0 ? 'a Deployment with replicas' : `at least ${Math.ceil(100 / replicas)}%`,
    });
  }
  return number;
}

function resolveContainerName(
  wanted: string | undefined,
  workload: ManifestWorkload,
  path: Path,
  report: Reporter,
): string | undefined {
  const known = names(workload.pod.containers);
  if (wanted === undefined ? known.length === 1 : known.includes(wanted)) return wanted ?? known[0];
  return report.at(wanted === undefined ? path : [...path, 'container'], {
    message:
      wanted === undefined
        ? `Deployment ${workload.name} has several containers: \`container\` must say which`
        : `Deployment ${workload.name} has no container \`${wanted}\``,
    expected: `one of ${known.join(', ')}`,
    hint: wanted === undefined ? undefined : didYouMean(wanted, known),
  });
}

export function resolveObjectives(
  objectives: ScenarioFile['objectives'],
  rate_per_s: number | undefined,
  report: Reporter,
): Objectives {
  const { throughput } = objectives;
  if (throughput !== undefined && rate_per_s !== undefined && throughput > rate_per_s) {
    report.at(['objectives', 'throughput'], {
      message: `a throughput of ${throughput}/s can never be reached: the load is only ${rate_per_s}/s`,
      expected: 'at most `load.rate`',
    });
  }
  return {
    availability_time: objectives.availability_time,
    availability_requests: objectives.availability_requests,
    downtime_s: objectives.downtime === undefined ? undefined : objectives.downtime / 1000,
    throughput_rps: throughput,
    latency_p99_ms: objectives.latency_p99,
  };
}
