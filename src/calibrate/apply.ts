/** A scenario on a cluster that was measured. */
import { applicationName, isLeftToDefault, type Said } from '../scenario/said.ts';
import type { Application, Container, Scenario, Workload } from '../scenario/scenario.ts';
import type { TimingName } from '../scenario/timing.ts';
import type { Calibration, CalibrationEntry } from './calibration-file.ts';

/**
 * The scenario with the defaults replaced by what was measured; what the scenario itself says holds.
 *
 * @param file what predictions name as the source
 */
export function applyCalibration(
  scenario: Scenario,
  calibration: Calibration,
  file = `calibration of ${calibration.date}`,
): Scenario {
  const source = ({ entry: { n, source: what } }: Used): string =>
    `${file}: ${what}, ${n} ${n === 1 ? 'sample' : 'samples'}`;
  const timers = usedTimers(scenario, calibration);
  const applications: Record<string, Said['applications'][string]> = { ...scenario.said.applications };
  const workloads = scenario.workloads.map((workload): Workload => {
    const containers = workload.pod.containers.map((container): Container => {
      const used = usedOf(scenario, calibration, workload, container);
      const name = nameIn(scenario.said.applications, workload, container);
      if (used.length > 0) applications[name] = { ...applications[name], ...byName(used, source) };
      const measured: Partial<Application> = byName(used, ({ entry }) => entry.distribution);
      return { ...container, application: { ...container.application, ...measured } };
    });
    return { ...workload, pod: { ...workload.pod, containers } };
  });
  return {
    ...scenario,
    timing: { ...scenario.timing, ...byName(timers, ({ entry }) => entry.distribution) },
    workloads,
    said: { timing: { ...scenario.said.timing, ...byName(timers, source) }, applications },
  };
}

/**
 * What a person should know before relying on a calibration for a scenario, a sentence each: what in it goes
 * unused, what was not measured, and what it warns of itself.
 */
export function calibrationNotes(scenario: Scenario, calibration: Calibration): readonly string[] {
  const minor = /^v?1\.(\d+)/.exec(calibration.cluster.version)?.[1];
  const containers = scenario.workloads.flatMap((workload) =>
    workload.pod.containers.map((container) => ({
      name: nameIn(calibration.applications, workload, container),
      used: usedOf(scenario, calibration, workload, container),
    })),
  );
  const names = containers.map(({ name }) => name);
  const warnings = (used: readonly Used[], of: string) =>
    used.flatMap(({ name, entry }) =>
      entry.warning === undefined ? [] : [`${of}${name}: ${entry.warning}`],
    );
  return [
    ...(minor === undefined || Number(minor) === scenario.cluster.minor
      ? []
      : [`measured on Kubernetes 1.${minor}, the scenario is for 1.${scenario.cluster.minor}`]),
    ...Object.keys(calibration.applications)
      .filter((name) => !names.includes(name))
      .map((name) => `the scenario has no application ${name}: what was measured of it is not used`),
    ...names
      .filter((name) => !Object.hasOwn(calibration.applications, name))
      .map((name) => `nothing was measured of the application ${name}`),
    ...warnings(usedTimers(scenario, calibration), ''),
    ...containers.flatMap(({ name, used }) => warnings(used, `${name} `)),
  ];
}

/** An entry that the scenario leaves room for. */
interface Used {
  readonly name: string;
  readonly entry: CalibrationEntry;
}

function usedTimers(scenario: Scenario, calibration: Calibration): readonly Used[] {
  return Object.entries(calibration.timing).flatMap(([name, entry]) =>
    entry !== undefined && isLeftToDefault(scenario, name as TimingName) ? [{ name, entry }] : [],
  );
}

function usedOf(
  scenario: Scenario,
  calibration: Calibration,
  workload: Workload,
  container: Container,
): readonly Used[] {
  const said = scenario.said.applications[nameIn(scenario.said.applications, workload, container)] ?? {};
  const measured = calibration.applications[nameIn(calibration.applications, workload, container)] ?? {};
  return Object.entries(measured).flatMap(([name, entry]) =>
    entry === undefined || Object.hasOwn(said, name) ? [] : [{ name, entry }],
  );
}

const nameIn = (applications: object, workload: Workload, container: Container): string =>
  applicationName(workload, container, (name) => Object.hasOwn(applications, name));

const byName = <Value>(used: readonly Used[], value: (each: Used) => Value): Record<string, Value> =>
  Object.fromEntries(used.map((each) => [each.name, value(each)]));
