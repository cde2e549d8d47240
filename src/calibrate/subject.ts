import { EXIT, UserError } from '../scenario/errors.ts';
import { applicationName } from '../scenario/said.ts';
import type { Container, Scenario, Workload } from '../scenario/scenario.ts';
import { selects } from '../scenario/selector.ts';

/** What of a scenario is calibrated: a workload whose pods are killed, and the program in it that serves. */
export interface Subject {
  readonly workload: Workload;
  readonly container: Container;
  /** Port of the pods where it listens. */
  readonly port: number;
  /** As calibration files name it. */
  readonly application: string;
}

/**
 * The workload that the first fault names, where the load reaches it; else the first that it reaches.
 *
 * @throws UserError where the load reaches none that lasts
 */
export function subjectOf(scenario: Scenario): Subject {
  const { load, services, workloads, faults } = scenario;
  const service = services.find(
    ({ name, namespace }) => name === load.service && namespace === load.namespace,
  );
  const serving = workloads.filter(
    ({ kind, namespace, pod }) =>
      kind !== 'Job' &&
      service !== undefined &&
      namespace === load.namespace &&
      selects(service.selector, pod.labels),
  );
  const named = serving.find(({ name }) =>
    faults.some((each) => 'workload' in each && each.workload === name),
  );
  const workload = named ?? serving[0];
  const port = service?.ports.find((each) => each.port === load.port)?.target_port;
  const containers = workload?.pod.containers;
  const container =
    containers?.find(({ ports }) => ports.some(({ number }) => number === port)) ?? containers?.[0];
  if (workload === undefined || container === undefined || port === undefined) {
    throw new UserError(
      `no workload behind Service ${load.namespace}/${load.service} whose pods could be timed`,
      {
        exitCode: EXIT.configuration,
        hint: 'the manifests need a Deployment, StatefulSet or DaemonSet that the Service selects',
      },
    );
  }
  const isUsed = (name: string) => Object.hasOwn(scenario.said.applications, name);
  return { workload, container, port, application: applicationName(workload, container, isUsed) };
}
