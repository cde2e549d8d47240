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
  const wanted = rightsFor(scenario);
  const missing = await checkRights(cluster, [...wanted, ...(await rightsToFind(cluster, scenario))]);
  const objects = lookedAfter(scenario.objects, missing);
  await checkRights(cluster, await rightsToApply(cluster, { objects }));
  const silent = eventNamespaces(missing);
  return {
    objects,
    told: new Set(eventNamespaces(wanted).filter((namespace) => !silent.includes(namespace))),
    notes: missing.map((right) => `the account may not ${rightText(right)}: ${right.without}`),
  };
}

function eventNamespaces(rights: readonly Wanted[]): readonly string[] {
  const { resource, group } = EVENT_RIGHT;
  return rights
    .filter((right) => right.resource === resource && right.group === group)
    .flatMap(({ namespace }) => namespace ?? []);
}
