/** From a plan's file to a Plan, or to everything that is wrong with it. */
import { basename } from 'node:path';
import { readDocument } from '../document.ts';
import { checkOverrides, isPlan, type ScenarioOverrides } from '../load.ts';
import type { Plan, PlannedService } from '../plan.ts';
import { Problems } from '../problem.ts';
import { Reporter } from '../reporter.ts';
import type { YamlDocument } from '../yaml.ts';
import { type Counts, withCounts } from './counts.ts';
import { partsOf } from './parts.ts';
import { resolveCondition } from './resolve/condition.ts';
import { type Context, resolveEntries } from './resolve/context.ts';
import { Episodes } from './resolve/episodes.ts';
import {
  resolveCommonCause,
  resolveCrew,
  resolveDeployments,
  resolveLink,
  resolveMaintenance,
} from './resolve/events.ts';
import { resolveKinds } from './resolve/kinds.ts';
import { Names } from './resolve/names.ts';
import type { ServiceFile } from './schema.ts';
import { Structure } from './structure.ts';

/** What the command line says instead of a plan's file. */
export interface PlanOverrides extends ScenarioOverrides {
  readonly counts?: Counts | undefined;
}

/**
 * Reads a plan, and the scenarios of its episodes with their manifests, each relative to the file that names it.
 *
 * @param path as the user named it; errors name it so
 * @throws ScenarioError with everything that is wrong, each with file, line and column; also where the file is an experiment
 */
export function loadPlan(path: string, overrides: PlanOverrides = {}): Plan {
  checkOverrides(overrides);
  const problems = new Problems();
  const document = readDocument(path, { what: 'plan', page: 'docs/plan.md' }, problems);
  const plan =
    document &&
    (isPlan(document)
      ? resolvePlan(path, withCounts(document, overrides.counts ?? {}), overrides, problems)
      : refuseExperiment(document, problems));
  problems.throwIfAny();
  if (plan === undefined) throw new Error(`no plan and no problem in ${path}`);
  return plan;
}

function refuseExperiment(document: YamlDocument, problems: Problems): undefined {
  problems.add({
    position: document.position([]),
    message: 'the file is an experiment, for it has no section `infrastructure`',
    expected: 'a plan (docs/plan.md)',
  });
}

function resolvePlan(
  path: string,
  document: YamlDocument,
  overrides: PlanOverrides,
  problems: Problems,
): Plan | undefined {
  if (isDeeperThan(DEPTH_MAX, document.value)) {
    problems.add({
      position: document.position([]),
      message: 'the plan is nested too deeply',
      expected: `at most ${DEPTH_MAX} levels`,
    });
    return undefined;
  }
  const parts = partsOf(document, problems);
  const report = new Reporter(document, problems);
  const names = new Names(parts, report);
  const structure = new Structure(parts);
  const episodes = new Episodes(path, parts, { names, report, problems });
  const context: Context = { parts, names, structure, episodes, report };
  const { horizon } = parts.header;

  const units = resolveKinds(context, horizon);
  const links = parts.links.flatMap((ends, index) => {
    const link = ends && resolveLink(ends, index, context);
    return link === undefined ? [] : [link];
  });
  const crews = resolveEntries(parts.crews, (name, file) => resolveCrew(name, file, context));
  const common_causes = resolveEntries(parts.common_causes, (name, file) =>
    resolveCommonCause(name, file, context, horizon),
  );
  const maintenance = resolveEntries(parts.maintenance, (name, file) =>
    resolveMaintenance(name, file, context, horizon),
  );
  const deployments = resolveEntries(parts.deployments, (name, file) =>
    resolveDeployments(name, file, context, horizon),
  );
  const services = resolveEntries(parts.services, (name, file) =>
    resolveService(name, file, context, horizon),
  );
  if (parts.services.size === 0 && problems.none) {
    report.at(['services'], { message: 'the plan has no service', expected: 'at least one, with its `up`' });
  }

  const { trials, seed } = parts.header;
  if (!problems.none || horizon === undefined || trials === undefined || seed === undefined) return undefined;
  return {
    name: parts.header.name ?? basename(path).replace(/\.ya?ml$/, ''),
    description: parts.header.description ?? '',
    file: path,
    seed: overrides.seed ?? seed,
    trials: overrides.trials?.predict ?? trials.predict,
    horizon_ms: horizon,
    units,
    links,
    crews,
    common_causes,
    maintenance,
    deployments,
    services,
    episodes: episodes.scenarios,
  };
}

/** Conditions hold conditions; this many no person could read. */
const DEPTH_MAX = 100;

const isDeeperThan = (levels: number, value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((each) => isDeeperThan(levels - 1, each)));

function resolveService(
  name: string,
  { up, objectives }: ServiceFile,
  context: Context,
  horizon_ms: number | undefined,
): PlannedService | undefined {
  const { report } = context;
  const path = ['services', name];
  const condition = resolveCondition(up, [...path, 'up'], context);
  const { availability, downtime } = objectives;
  if (downtime !== undefined && horizon_ms !== undefined && downtime >= horizon_ms) {
    report.at([...path, 'objectives', 'downtime'], {
      message: 'more downtime than the horizon is long: it is always met',
      expected: 'less than `horizon`',
    });
  }
  return (
    condition && {
      name,
      position: report.keyPosition(path),
      up: condition,
      objectives: { availability, downtime_s: downtime === undefined ? undefined : downtime / 1000 },
    }
  );
}
