import type { ManifestObject, Scenario } from '../scenario/scenario.ts';
import type { Cluster } from './cluster/cluster.ts';
import { checkRights, EVENT_RIGHT, rightText, type Wanted } from './safety/rights.ts';
import { lookedAfter, rightsFor, rightsToApply, rightsToFind } from './wanted-rights.ts';

/** What the account leaves a run to do, where it does not have every right. */
export interface Allowance {
  /** Objects of the manifests that it looks after. */
  readonly objects: readonly ManifestObject[];
  /** Namespaces in which it may write Events on what is hit. */
  readonly told: ReadonlySet<string>;
  /** What the report must say. */
  readonly notes: readonly string[];
}

/**
 * Asks whether the account may do all that the scenario takes, before anything is touched.
 *
 * @throws UserError that names what is missing and cannot be done without
 */
export async function checkAccount(cluster: Cluster, scenario: Scenario): Promise<Allowance> {
  const { missing, objects } = await checkAll(cluster, [scenario]);
  const silent = eventNamespaces(missing);
  return {
    objects,
    told: new Set(eventNamespaces(rightsFor(scenario)).filter((namespace) => !silent.includes(namespace))),
    notes: missing.map((right) => `the account may not ${rightText(right)}: ${right.without}`),
  };
}

/**
 * As checkAccount for each, all at once: so that what the last one lacks is known before the first begins. The account
 * must be able to create what is missing now, which is all that a run before it may have created and removed.
 *
 * @throws UserError that names all that is missing
 */
export async function checkAccounts(cluster: Cluster, scenarios: readonly Scenario[]): Promise<void> {
  await checkAll(cluster, scenarios);
}

async function checkAll(cluster: Cluster, scenarios: readonly Scenario[]) {
  const toFind = await Promise.all(scenarios.map((scenario) => rightsToFind(cluster, scenario)));
  const missing = await checkRights(cluster, [...scenarios.flatMap(rightsFor), ...toFind.flat()]);
  const objects = lookedAfter(
    scenarios.flatMap((scenario) => scenario.objects),
    missing,
  );
  await checkRights(cluster, await rightsToApply(cluster, { objects }));
  return { missing, objects };
}

function eventNamespaces(rights: readonly Wanted[]): readonly string[] {
  const { resource, group } = EVENT_RIGHT;
  return rights
    .filter((right) => right.resource === resource && right.group === group)
    .flatMap(({ namespace }) => namespace ?? []);
}
