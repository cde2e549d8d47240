/** What a file says that rights are wanted for: a scenario's run, a game day's experiments, or to put back what they left. */
import type { Subject } from '../chaos/rbac/account.ts';
import type { Wanted } from '../chaos/safety/rights.ts';
import type { Survey } from '../chaos/wanted-rights.ts';
import { readDocument } from '../scenario/document.ts';
import { EXIT, UserError } from '../scenario/errors.ts';
import type { GameDay } from '../scenario/game-day.ts';
import { loadScenario, SCENARIO_DOCUMENT } from '../scenario/load.ts';
import { Problems } from '../scenario/problem.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { refusePlan } from './plan-file.ts';
import type { RbacPurpose } from './rbac-options.ts';

export interface RbacSubject {
  readonly subject: Subject;
  /** What a Job runs; undefined: none does. */
  readonly command: Exclude<RbacPurpose, 'restore'> | 'game-day' | undefined;
  /** With what it is given, for people. */
  readonly command_line: string;
  rights(survey: Survey): Promise<readonly Wanted[]>;
}

/** @param deployed whether what the manifests name is there, so that no run has created it */
export async function readSubject(
  file: string,
  purpose: RbacPurpose,
  deployed: boolean,
): Promise<RbacSubject> {
  await refusePlan(file, purpose);
  const gameDay = await gameDayIn(file);
  const scenarios = gameDay === undefined ? [loadScenario(file)] : experimentsOf(gameDay, purpose);
  const { checkScenario } = await import('../chaos/safety/protection.ts');
  for (const scenario of scenarios) checkScenario(scenario);
  const subject = gameDay === undefined ? (scenarios[0] as Scenario) : togetherAs(gameDay, scenarios);
  if (purpose === 'restore') return toRestore(subject, scenarios, deployed);
  const { allRights } = await import('../chaos/wanted-rights.ts');
  if (purpose === 'calibrate') return toCalibrate(subject as Scenario);
  const command = gameDay === undefined ? purpose : 'game-day';
  return {
    ...{ subject, command, command_line: `${command} ${file}` },
    rights: async (survey) =>
      (await Promise.all(scenarios.map((scenario) => allRights(survey, scenario)))).flat(),
  };
}

async function gameDayIn(file: string): Promise<GameDay | undefined> {
  const { isGameDay, loadGameDay } = await import('../scenario/game-day/load.ts');
  const document = readDocument(file, SCENARIO_DOCUMENT, new Problems());
  return document !== undefined && isGameDay(document) ? loadGameDay(file) : undefined;
}

/** @throws UserError where there are none, or for what no game day does */
function experimentsOf({ file, steps }: GameDay, purpose: RbacPurpose): readonly Scenario[] {
  const scenarios = steps.flatMap((step) => ('scenario' in step ? step.scenario : []));
  if (purpose === 'calibrate') {
    throw refused(`${file} is a game day, which calibrates nothing`, 'name the scenario to be calibrated');
  }
  if (scenarios.length > 0) return scenarios;
  throw refused(`${file} has no experiment, and takes no rights`, 'add a step verify or chaos');
}

const refused = (message: string, hint: string): UserError =>
  new UserError(message, { exitCode: EXIT.configuration, hint });

function togetherAs({ name, file }: GameDay, scenarios: readonly Scenario[]): Subject {
  const objects = scenarios.flatMap((scenario) => scenario.objects);
  const [first] = scenarios as readonly [Scenario];
  return {
    ...{ name, file, load: first.load },
    faults: scenarios.flatMap(({ faults }) => faults),
    // Experiments may share manifests.
    objects: [
      ...new Map(
        objects.map((object) => {
          const { apiVersion, kind, namespace, name: called } = object;
          return [JSON.stringify([apiVersion, kind, namespace, called]), object];
        }),
      ).values(),
    ],
    experiments: [...new Set(scenarios.map((scenario) => scenario.file))],
  };
}

async function toCalibrate(scenario: Scenario): Promise<RbacSubject> {
  const { killingOf, rightsToObserve } = await import('../calibrate/observe/killing.ts');
  const { subjectOf } = await import('../calibrate/subject.ts');
  const { allRights } = await import('../chaos/wanted-rights.ts');
  const killing = killingOf(scenario, subjectOf(scenario), true);
  return {
    ...{ subject: killing, command: 'calibrate', command_line: `calibrate ${scenario.file}` },
    rights: async (survey) => [...(await allRights(survey, killing)), ...rightsToObserve(scenario)],
  };
}

async function toRestore(
  subject: Subject,
  scenarios: readonly Scenario[],
  deployed: boolean,
): Promise<RbacSubject> {
  const { isNamespace, isOfRbac } = await import('../chaos/rbac/survey.ts');
  const { namespacesToRestore, rightsToRestore } = await import('../chaos/restore-rights.ts');
  const { isSecret } = await import('../chaos/wanted-rights.ts');
  const created = (scenario: Scenario) =>
    deployed
      ? []
      : scenario.objects.filter((object) => !isSecret(object) && !isNamespace(object) && !isOfRbac(object));
  const namespaces = new Set(scenarios.flatMap(namespacesToRestore));
  const flags = [...namespaces].map((namespace) => ` --namespace ${namespace}`).join('');
  return {
    ...{ subject, command: undefined },
    command_line: `restore${flags}\`, and of \`foreshock guard${flags}\`, for runs of \`${subject.file}`,
    rights: async (survey) =>
      (
        await Promise.all(scenarios.map((scenario) => rightsToRestore(survey, scenario, created(scenario))))
      ).flat(),
  };
}
