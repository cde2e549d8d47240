/** From a scenario file to a Scenario, or to everything that is wrong with it. */
import { basename, dirname, isAbsolute, join } from 'node:path';
import { readDocument } from './document.ts';
import { EXIT, UserError } from './errors.ts';
import { behaviourOf, KNOWN_VERSION } from './kubernetes-version.ts';
import { readManifests } from './manifest/manifests.ts';
import { nearest } from './nearest.ts';
import { otherThanScenario } from './other-file.ts';
import { Problems } from './problem.ts';
import { Reporter } from './reporter.ts';
import { resolveApplications } from './resolve/applications.ts';
import { checkImages, checkPlaces, resolveCluster, somewhere } from './resolve/cluster.ts';
import { resolveFaults } from './resolve/faults.ts';
import { resolveLoad, resolveService } from './resolve/load.ts';
import { resolveObjectives } from './resolve/objectives.ts';
import { resolveSafety } from './resolve/safety.ts';
import { defaultToleration_s, resolveTiming } from './resolve/timing.ts';
import { saidIn } from './said.ts';
import type { Scenario } from './scenario.ts';
import { scenarioSchema } from './schema.ts';
import { checkSections } from './sections.ts';
import { TRIALS_MAX } from './trials.ts';
import type { Path, YamlDocument } from './yaml.ts';

/** What the command line says instead of the file. */
export interface ScenarioOverrides {
  readonly seed?: string | undefined;
  readonly trials?:
    | { readonly predict?: number | undefined; readonly measure?: number | undefined }
    | undefined;
}

/**
 * Reads a scenario and the manifests it names, relative to its own folder.
 *
 * @param path as the user named it; errors name it so
 * @throws ScenarioError with everything that is wrong, each with file, line and column
 */
export function loadScenario(path: string, overrides: ScenarioOverrides = {}): Scenario {
  checkOverrides(overrides);
  const problems = new Problems();
  const document = readDocument(path, SCENARIO_ALONE, problems);
  const scenario =
    document &&
    (isPlan(document)
      ? refusePlan(document, problems)
      : resolveScenario(path, document, overrides, problems));
  problems.throwIfAny();
  if (scenario === undefined) throw new Error(`no scenario and no problem in ${path}`);
  return scenario;
}

/** What a file of ours should hold, where it holds nothing. */
export const SCENARIO_DOCUMENT = { what: 'scenario', page: 'docs/scenario.md' } as const;

/** Where nothing else will do. */
const SCENARIO_ALONE = { ...SCENARIO_DOCUMENT, other: otherThanScenario };

/** Whether a file is a plan, of src/scenario/plan, rather than an experiment; a slip of the key is told as that. */
export function isPlan({ value }: YamlDocument): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.keys(value).some((key) => nearest(key, ['infrastructure']) !== undefined);
}

function refusePlan(document: YamlDocument, problems: Problems): undefined {
  problems.add({
    position: document.keyPosition(['infrastructure']),
    message: 'the file is a plan, for it has a section `infrastructure`',
    expected: 'an experiment, with load and faults',
    hint: '`foreshock predict` takes plans',
  });
}

/**
 * Reads a scenario that another file of ours names.
 *
 * @param path of its name, in that file
 * @param place where to report that it cannot be read, or is a plan; and what is wrong in it
 */
export function readNamedScenario(
  file: string,
  path: Path,
  { report, problems }: { readonly report: Reporter; readonly problems: Problems },
): Scenario | undefined {
  const own = new Problems();
  const document = readDocument(file, SCENARIO_ALONE, own, report.position(path));
  if (document !== undefined && isPlan(document)) {
    return report.at(path, {
      message: `${file} is a plan`,
      expected: 'an experiment, with load and faults',
    });
  }
  const scenario = document && resolveScenario(file, document, {}, own);
  problems.addAll(own);
  return own.none ? scenario : undefined;
}

/** @throws UserError where the command line asks for what cannot be */
export function checkOverrides({ trials }: ScenarioOverrides): void {
  for (const arm of ['predict', 'measure'] as const) {
    const value = trials?.[arm];
    const most = TRIALS_MAX[arm];
    if (value === undefined || (Number.isInteger(value) && value >= 1 && value <= most)) continue;
    const message = `the number of trials to ${arm} cannot be ${value}; expected a whole number from 1 to ${most}`;
    throw new UserError(message, { exitCode: EXIT.configuration });
  }
}

/** @returns undefined where anything is wrong; `problems`, which begin empty, then say what */
export function resolveScenario(
  path: string,
  document: YamlDocument,
  overrides: ScenarioOverrides,
  problems: Problems,
): Scenario | undefined {
  const file = checkSections(scenarioSchema, document, problems);
  const report = new Reporter(document, problems);

  const cluster = file.cluster && resolveCluster(file.cluster, report);
  const timing = resolveTiming(file.timing ?? {}, cluster, report);
  const references = (file.manifests ?? []).map((reference, index) => ({
    path: isAbsolute(reference) ? reference : join(dirname(path), reference),
    from: document.position(['manifests', index]),
  }));
  const before = problems.count;
  const manifests = readManifests(references, {
    behaviour: behaviourOf(cluster ?? KNOWN_VERSION),
    nodes: cluster?.nodes ?? somewhere(),
    default_toleration_s: defaultToleration_s(timing),
    problems,
  });
  // Names are resolved only where every manifest could be read: else one slip would bring many messages.
  const complete = file.manifests !== undefined && problems.count === before;
  const { workloads, services } = manifests;

  const resolved = complete && file.applications && resolveApplications(file.applications, workloads, report);
  const service = complete && file.load && resolveService(file.load, services, workloads, report);
  const load = file.load && resolveLoad(file.load, service || undefined, report);
  const faults =
    complete &&
    file.faults &&
    resolveFaults(file.faults, {
      workloads,
      services,
      applications: file.applications,
      load_service: service || undefined,
      nodes: cluster?.nodes,
      window_ms: file.load?.duration,
      expected_status: file.load?.expected_status ?? [],
      report,
    });
  if (complete && cluster) {
    checkImages(cluster.registry, workloads, report);
    checkPlaces(workloads, cluster.nodes, report);
  }
  const objectives = file.objectives && resolveObjectives(file.objectives, load || undefined, report);

  const safety =
    faults &&
    file.safety &&
    resolveSafety(
      file.safety,
      faults.filter((fault) => fault !== undefined),
      { ...manifests, report },
    );

  const { trials, seed } = file;
  if (!problems.none || !resolved || !load || !faults || !objectives) return undefined;
  if (!cluster || !trials || !safety || seed === undefined) return undefined;
  return {
    name: file.name ?? basename(path).replace(/\.ya?ml$/, ''),
    description: file.description ?? '',
    file: path,
    seed: overrides.seed ?? seed,
    trials: {
      predict: overrides.trials?.predict ?? trials.predict,
      measure: overrides.trials?.measure ?? trials.measure,
    },
    cluster,
    workloads: resolved,
    services: services.flatMap((each) => each.service ?? []),
    disruption_budgets: manifests.disruption_budgets,
    autoscalers: manifests.autoscalers,
    ignored: manifests.ignored,
    objects: manifests.objects,
    timing,
    said: saidIn(path, document.value),
    load,
    faults: faults.filter((fault) => fault !== undefined),
    objectives,
    safety,
  };
}
