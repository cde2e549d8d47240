/** What the scenario says of the programs, joined with the containers of the manifests. */
import type { ManifestContainer, ManifestInitContainer } from '../manifest/container.ts';
import type { ManifestWorkload } from '../manifest/workload.ts';
import { didYouMean } from '../nearest.ts';
import type { Reporter } from '../reporter.ts';
import { applicationName } from '../said.ts';
import type { Application, Container, InitContainer, Lookups, Probe, Workload } from '../scenario.ts';
import { APPLICATION_DEFAULTS, INIT_DEFAULTS, LOOKUP_DEFAULTS } from '../schema/application.ts';
import type { ScenarioFile } from '../schema.ts';

type Said = ScenarioFile['applications'][string];

/** Gives every container its application: what the scenario says, else the defaults. */
export function resolveApplications(
  applications: ScenarioFile['applications'],
  workloads: readonly ManifestWorkload[],
  report: Reporter,
): readonly Workload[] {
  const said = new Map(Object.entries(applications));
  const known: string[] = [];
  const resolved = workloads.map((workload): Workload => {
    const { name } = workload;
    const { without_cpu_request: _, ...pod } = workload.pod;
    const init_containers = pod.init_containers.map((container) => {
      const key = `${name}/${container.name}`;
      known.push(key);
      return 'ports' in container
        ? resolveContainer(container, key, said.get(key), report)
        : resolveInitContainer(container, key, said.get(key), report);
    });
    const containers = pod.containers.map((container) => {
      const key = applicationName(workload, container, (other) => said.has(other));
      known.push(key);
      return resolveContainer(container, key, said.get(key), report);
    });
    return { ...workload, pod: { ...pod, init_containers, containers } };
  });
  for (const key of said.keys()) {
    if (known.includes(key)) continue;
    const several = workloads.find(({ name }) => name === key);
    report.atKey(['applications', key], {
      message:
        several === undefined
          ? `there is no application \`${key}\``
          : `${several.kind} ${key} has several containers: say which one`,
      expected: known.length === 0 ? 'a workload of the manifests' : `one of ${known.join(', ')}`,
      hint: didYouMean(key, known),
    });
  }
  return resolved;
}

/** What is assumed of a program that the scenario says nothing about. */
function applicationOf(said: Said): Application {
  const defaults = APPLICATION_DEFAULTS;
  return {
    start_time: said.start_time ?? defaults.start_time.value,
    service_time: said.service_time ?? defaults.service_time.value,
    concurrency: said.concurrency ?? defaults.concurrency.value,
    on_sigterm: said.on_sigterm ?? defaults.on_sigterm.value,
    stop_time: said.stop_time ?? defaults.stop_time.value,
    cpu_per_request_ms: said.cpu_per_request ?? defaults.cpu_per_request.value,
    memory_bytes: said.memory,
    lookups: said.lookups && lookupsOf(said.lookups),
  };
}

function lookupsOf({ for: asked, timeout, attempts }: NonNullable<Said['lookups']>): Lookups {
  const defaults = LOOKUP_DEFAULTS;
  return {
    for: asked,
    timeout_ms: timeout ?? defaults.timeout.value,
    attempts: attempts ?? defaults.attempts.value,
  };
}

function resolveContainer(
  { pre_stop_position: hook, pre_stop: sleep, ...container }: ManifestContainer,
  key: string,
  said: Said = {},
  report: Reporter,
): Container {
  const { pre_stop: saidPreStop } = said;
  const wrong = (field: keyof Said, message: string, hint: string) =>
    report.atKey(['applications', key, field], { message, hint });
  if (said.run_time !== undefined) {
    const message = `container ${container.name} of the manifest is no init container: it does not end by itself`;
    wrong('run_time', message, 'say its start_time');
  }
  if (saidPreStop !== undefined && hook === undefined) {
    const message = `container ${container.name} of the manifest has no preStop hook that could take time`;
    wrong('pre_stop', message, 'add the hook to the manifest, or leave pre_stop out');
  }
  if (saidPreStop !== undefined && sleep !== undefined) {
    const message = `the preStop hook of container ${container.name} is a plain sleep, whose length the manifest says`;
    wrong('pre_stop', message, 'leave pre_stop out');
  }
  for (const kind of said.lookups?.for ?? []) {
    if (kind === 'requests' || asksTheProgram(container[`${kind}_probe`])) continue;
    const message = `container ${container.name} of the manifest has no ${kind} probe that asks the program`;
    wrong('lookups', message, `leave ${kind} out of \`for\`; a tcp probe asks the kernel alone`);
  }
  if (saidPreStop === undefined && hook !== undefined && sleep === undefined) {
    report.elsewhere({
      position: hook,
      message: `how long the preStop hook of container ${container.name} takes cannot be read from the manifest`,
      hint: `say it in the scenario, as applications.${key}.pre_stop`,
    });
  }
  return { ...container, pre_stop: sleep ?? saidPreStop, application: applicationOf(said) };
}

const asksTheProgram = (probe: Probe | undefined): boolean => probe !== undefined && probe.handler !== 'tcp';

function resolveInitContainer(
  container: ManifestInitContainer,
  key: string,
  said: Said = {},
  report: Reporter,
): InitContainer {
  for (const field of Object.keys(said)) {
    if (field === 'run_time') continue;
    report.atKey(['applications', key, field], {
      message: `${container.name} is an init container, which ends before the pod serves`,
      expected: 'run_time alone',
    });
  }
  return { ...container, run_time: said.run_time ?? INIT_DEFAULTS.run_time.value };
}
