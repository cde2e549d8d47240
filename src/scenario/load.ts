/** From a scenario file to a Scenario, or to everything that is wrong with it. */
import { basename, dirname, isAbsolute, join } from 'node:path';
import { EXIT, UserError } from './errors.ts';
import { check, valueAt } from './issues.ts';
import { type ManifestWorkload, readDeployment } from './manifest/deployment.ts';
import { type LocatedObject, readObjects } from './manifest/objects.ts';
import { type ReadService, readService } from './manifest/service.ts';
import { unmodelled } from './manifest/unmodelled.ts';
import { plainNodes } from './nodes.ts';
import { Problems } from './problem.ts';
import { resolveApplications } from './resolve/applications.ts';
import { resolveFaults } from './resolve/faults.ts';
import { resolveLoad, resolveService } from './resolve/load.ts';
import { resolveObjectives } from './resolve/objectives.ts';
import { Reporter } from './resolve/reporter.ts';
import type { IgnoredObject, ManifestObject, Scenario } from './scenario.ts';
import { type ScenarioFile, scenarioSchema } from './schema.ts';
import { readSource } from './source.ts';
import { parseYaml, type YamlDocument } from './yaml.ts';

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
  const document = readScenarioDocument(path, problems);
  const scenario = document && resolve(path, document, overrides, problems);
  problems.throwIfAny();
  if (scenario === undefined) throw new Error(`no scenario and no problem in ${path}`);
  return scenario;
}

function checkOverrides({ trials }: ScenarioOverrides): void {
  for (const [name, value] of Object.entries(trials ?? {})) {
    if (value === undefined || (Number.isInteger(value) && value >= 1)) continue;
    const message = `the number of trials to ${name} cannot be ${value}; expected a whole number above 0`;
    throw new UserError(message, { exitCode: EXIT.configuration });
  }
}

function readScenarioDocument(path: string, problems: Problems): YamlDocument | undefined {
  const source = readSource(path, problems);
  if (source === undefined) return undefined;
  const [document, second] = parseYaml(source, 'scenario', problems);
  if (second !== undefined) {
    problems.add({
      position: second.position([]),
      message: 'a second document in the file',
      expected: 'one scenario a file',
    });
  }
  if (document === undefined && problems.none) {
    problems.add({
      position: { file: path, line: 1, column: 1 },
      message: 'the file is empty',
      expected: 'a scenario (docs/scenario.md)',
    });
  }
  return document;
}

function resolve(
  path: string,
  document: YamlDocument,
  overrides: ScenarioOverrides,
  problems: Problems,
): Scenario | undefined {
  const file = checkSections(document, problems);
  const report = new Reporter(document, problems);

  const before = problems.count;
  const manifests = readManifests(path, file.manifests ?? [], document, problems);
  // Names are resolved only where every manifest could be read: else one slip would bring many messages.
  const complete = file.manifests !== undefined && problems.count === before;
  const { workloads, services } = manifests;

  const resolved = complete && file.applications && resolveApplications(file.applications, workloads, report);
  const service = complete && file.load && resolveService(file.load.service, services, workloads, report);
  const load = file.load && resolveLoad(file.load, service || undefined, report);
  const faults =
    complete && file.faults && resolveFaults(file.faults, workloads, file.load?.duration, report);
  const objectives = file.objectives && resolveObjectives(file.objectives, file.load?.rate, report);

  const { cluster, timing, trials, seed } = file;
  if (!problems.none || !resolved || !load || !faults || !objectives) return undefined;
  if (!cluster || !timing || !trials || seed === undefined) return undefined;
  return {
    name: file.name ?? basename(path).replace(/\.ya?ml$/, ''),
    description: file.description ?? '',
    file: path,
    seed: overrides.seed ?? seed,
    trials: {
      predict: overrides.trials?.predict ?? trials.predict,
      measure: overrides.trials?.measure ?? trials.measure,
    },
    cluster: {
      minor: cluster.kubernetes,
      nodes: plainNodes(cluster.nodes),
      proxy_mode: 'iptables',
      registry: { images: {}, bytes_per_s: Number.POSITIVE_INFINITY },
      feature_gates: [],
    },
    workloads: resolved,
    services: services.flatMap((each) => each.service ?? []),
    disruption_budgets: [],
    autoscalers: [],
    ignored: manifests.ignored,
    objects: manifests.objects,
    timing,
    load,
    faults: faults.filter((fault) => fault !== undefined),
    objectives,
  };
}

/** The sections of the file that are right, so that the rest can still be checked against them. */
function checkSections(document: YamlDocument, problems: Problems): Partial<ScenarioFile> {
  const whole = check(scenarioSchema, document, [], problems);
  if (whole !== undefined) return whole;
  const sections = Object.entries(scenarioSchema.shape).flatMap(([name, schema]) => {
    const section = schema.safeParse(valueAt(document.value, [name]));
    return section.success ? [[name, section.data]] : [];
  });
  return Object.fromEntries(sections);
}

interface Manifests {
  readonly objects: readonly ManifestObject[];
  readonly workloads: readonly ManifestWorkload[];
  readonly services: readonly ReadService[];
  readonly ignored: readonly IgnoredObject[];
}

function readManifests(
  path: string,
  references: readonly string[],
  document: YamlDocument,
  problems: Problems,
): Manifests {
  const objects = readObjects(
    references.map((reference, index) => ({
      path: isAbsolute(reference) ? reference : join(dirname(path), reference),
      from: document.position(['manifests', index]),
    })),
    problems,
  );
  const isDeployment = (object: LocatedObject) =>
    object.kind === 'Deployment' && object.apiVersion === 'apps/v1';
  const isService = (object: LocatedObject) => object.kind === 'Service' && object.apiVersion === 'v1';
  const deployments = objects.filter(isDeployment);
  const workloads = deployments.flatMap((object) => readDeployment(object, problems) ?? []);
  const allWorkloads = workloads.length === deployments.length ? workloads : undefined;
  reportSharedNames(deployments, problems);
  reportSharedNames(objects.filter(isService), problems);
  const others = objects.filter((object) => !isDeployment(object));
  const services = objects
    .filter(isService)
    .flatMap((object) => readService(object, allWorkloads, others, problems) ?? []);
  return {
    objects: objects.map(({ document: _document, path: _path, ...object }) => object),
    workloads,
    services,
    ignored: objects.flatMap((object): readonly IgnoredObject[] => {
      const unusable = services.some((each) => each.object === object && each.unusable !== undefined);
      if (unusable || !(isDeployment(object) || isService(object))) {
        return [{ kind: object.kind, name: object.name, position: object.position }];
      }
      return unmodelled(object);
    }),
  };
}

/** A scenario names objects without their namespace, so a name must stand for one of a kind. */
function reportSharedNames(ofOneKind: readonly LocatedObject[], problems: Problems): void {
  for (const [index, { kind, name, namespace, position }] of ofOneKind.entries()) {
    const other = ofOneKind.slice(0, index).find((earlier) => earlier.name === name);
    if (other === undefined || other.namespace === namespace) continue;
    problems.add({
      position,
      message: `${kind} ${name} is there in two namespaces: ${other.namespace} and ${namespace}`,
      hint: 'name the manifests of one of them',
    });
  }
}
