/** What the scenario says of the programs, joined with the containers of the manifests. */
import type { ManifestContainer, ManifestWorkload } from '../manifest/deployment.ts';
import { didYouMean } from '../nearest.ts';
import type { Container, Workload } from '../scenario.ts';
import { applicationDefaults, type ScenarioFile } from '../schema.ts';
import type { Reporter } from './reporter.ts';

/** Gives every container its application: what the scenario says, else the defaults. */
export function resolveApplications(
  applications: ScenarioFile['applications'],
  workloads: readonly ManifestWorkload[],
  report: Reporter,
): readonly Workload[] {
  const said = new Map(Object.entries(applications));
  const known: string[] = [];
  const resolved = workloads.map((workload): Workload => {
    const alone = workload.pod.containers.length === 1;
    return {
      ...workload,
      pod: {
        ...workload.pod,
        containers: workload.pod.containers.map((container) => {
          const long = `${workload.name}/${container.name}`;
          const key = alone && !said.has(long) ? workload.name : long;
          known.push(key);
          return resolveContainer(container, key, said.get(key), report);
        }),
      },
    };
  });
  for (const key of said.keys()) {
    if (known.includes(key)) continue;
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
  const {
    pre_stop: saidPreStop,
    cpu_per_request: cpu_per_request_ms,
    ...rest
  } = said ?? applicationDefaults();
  const application = { ...rest, cpu_per_request_ms };
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
  return { ...container, pre_stop: sleep ?? saidPreStop, application };
}
