/**
 * What a run would do, found out by looking alone. It is given no more of the cluster than what looks (ClusterReader), so
 * there is no way from here to a change of anything. One kind of call is a `create` to the API server, the
 * SelfSubjectAccessReview by which it is asked for rights: nothing is stored by it, and without it the rights are not
 * known.
 */
import { UserError } from '../scenario/errors.ts';
import type { Scenario, Workload } from '../scenario/scenario.ts';
import type { DryRun, Obstacle, PlannedObject, PlannedRights } from '../timeline/dry-run.ts';
import { VERSION } from '../version.ts';
import { checkFaults } from './check-faults.ts';
import type { ClusterReader } from './cluster/cluster.ts';
import { type Plannable, planActs } from './planned-acts.ts';
import { restartedWorkloads } from './restarted.ts';
import { leftBy, notesOf } from './safety/left.ts';
import { checkService, podsOf } from './safety/ownership.ts';
import { checkScenario } from './safety/protection.ts';
import { isNeeded, missingRights, rolesFor } from './safety/rights.ts';
import { missingNow } from './safety/steady-state.ts';
import { TrialSources } from './trial-sources.ts';
import { rightsFor, rightsToApply, rightsToFind } from './wanted-rights.ts';

export interface DryRunOptions {
  /** What the journal of the results' folder holds; '' where there is none. */
  readonly journal: string;
  /** As ChaosOptions has them. */
  readonly source_addresses?: readonly string[];
}

/** @throws UserError where the cluster cannot be reached; all else that is in the way is in the result */
export async function dryRun(
  scenario: Scenario,
  cluster: ClusterReader,
  options: DryRunOptions,
): Promise<DryRun> {
  const where = await cluster.describe();
  const identity = await cluster.identity();
  const looking = new Looking();
  const isSound = await looking.at(() => {
    checkScenario(scenario);
    return true;
  });
  await looking.at(() =>
    new TrialSources(scenario.load, cluster.kind, options.source_addresses ?? []).check(),
  );
  await looking.at(() => cluster.check(scenario));
  const objects = await Promise.all(scenario.objects.map((object) => lookFor(cluster, object)));
  const rights = await rightsOf(cluster, scenario, objects);
  const { why, missing } = await looking.pods(cluster, scenario);
  const { route, entry_node } = await looking.route(cluster, scenario, objects);
  const plannable: Plannable = { scenario, cluster, trial: 0, entry_node, why };
  if (isSound && why === undefined && route !== undefined) await looking.at(() => checkFaults(plannable));
  const { acts, refusals } = isSound ? await planActs(plannable) : { acts: [], refusals: [] };
  for (const refusal of refusals) looking.met(refusal);
  const { service, namespace, rate_per_s, duration_ms } = scenario.load;
  const { kind, context, server } = identity;
  return {
    schema: 'foreshock.dry-run/v1',
    foreshock: VERSION,
    scenario: scenario.name,
    seed: scenario.seed,
    trials: scenario.trials.measure,
    cluster: { kind, where, context, server },
    load: { service, namespace, rate_per_s, duration_ms, route },
    rights,
    objects,
    left: leftTexts(options.journal, identity),
    missing,
    acts,
    obstacles: looking.obstacles,
  };
}

/** What was met on the way that a run would end at. */
class Looking {
  readonly #obstacles = new Map<string, Obstacle>();

  get obstacles(): readonly Obstacle[] {
    return [...this.#obstacles.values()];
  }

  /** Each line of it is one; what helps against all of them stands at the last. */
  met({ message, hint }: UserError): void {
    const lines = message.split('\n');
    for (const [index, line] of lines.entries()) {
      this.#obstacles.set(line, { message: line, hint: index === lines.length - 1 ? hint : undefined });
    }
  }

  async at<T>(look: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await look();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.met(error);
      return undefined;
    }
  }

  /** @returns why pods cannot be told, and what steady state lacks where they can */
  async pods(
    cluster: ClusterReader,
    scenario: Scenario,
  ): Promise<{ why: string | undefined; missing: readonly string[] | undefined }> {
    const before = this.#obstacles.size;
    const absent = await this.at(() => absentWorkloads(cluster, scenario));
    if (absent !== undefined && absent.length > 0) {
      const names = absent.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`).join(', ');
      return {
        why: `${names} ${absent.length === 1 ? 'is' : 'are'} not in the cluster yet`,
        missing: undefined,
      };
    }
    const missing = await this.at(async () => {
      await checkService(cluster, scenario);
      return missingNow(cluster, scenario);
    });
    if (this.#obstacles.size > before) return { why: this.obstacles.at(-1)?.message, missing };
    const restarted = await this.at(() => restartedPods(cluster, scenario));
    const why =
      restarted === undefined || restarted.length === 0
        ? undefined
        : `${restarted.join(', ')}, in which a container was restarted, would be replaced before the first trial`;
    return { why, missing };
  }

  async route(
    cluster: ClusterReader,
    { load }: Scenario,
    objects: readonly PlannedObject[],
  ): Promise<{ route?: string; entry_node?: string | undefined }> {
    const { namespace, service } = load;
    const isAbsent = objects.some(
      (object) =>
        object.kind === 'Service' &&
        object.namespace === namespace &&
        object.name === service &&
        object.state === 'absent',
    );
    if (isAbsent) return {};
    const transport = await this.at(() => cluster.transport(load));
    await transport?.close();
    return transport === undefined ? {} : { route: transport.route, entry_node: transport.entry_node };
  }
}

async function lookFor(
  cluster: ClusterReader,
  { apiVersion, kind, namespace, name }: Scenario['objects'][number],
): Promise<PlannedObject> {
  try {
    const found = await cluster.find({ apiVersion, kind, namespace, name });
    return { kind, namespace, name, state: found === undefined ? 'absent' : 'there' };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { kind, namespace, name, state: 'unknown', why: error.message };
  }
}

async function rightsOf(
  cluster: ClusterReader,
  scenario: Scenario,
  planned: readonly PlannedObject[],
): Promise<PlannedRights> {
  const objects = scenario.objects.filter((_, index) => planned[index]?.state === 'absent');
  try {
    const wanted = [...rightsFor(scenario), ...(await rightsToFind(cluster, scenario))];
    const missing = await missingRights(
      cluster,
      [...wanted, ...(await rightsToApply(cluster, { objects }))].filter(isNeeded),
    );
    return { missing, roles: rolesFor(missing) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { unknown: error.message, missing: [], roles: [] };
  }
}

async function absentWorkloads(
  cluster: ClusterReader,
  { workloads }: Scenario,
): Promise<readonly Workload[]> {
  const states = await Promise.all(workloads.map((workload) => cluster.workload(workload)));
  return workloads.filter(({ kind }, index) => kind !== 'Job' && states[index] === undefined);
}

async function restartedPods(cluster: ClusterReader, scenario: Scenario): Promise<readonly string[]> {
  const pods = await Promise.all(restartedWorkloads(scenario).map((workload) => podsOf(cluster, workload)));
  return pods
    .flat()
    .filter(({ containers }) => containers.some(({ restarts }) => restarts > 0))
    .map(({ name }) => name);
}

function leftTexts(journal: string, identity: Parameters<typeof leftBy>[1]): readonly string[] {
  const left = leftBy(journal, identity);
  return [
    ...left.faults.map(({ fault, target }) => `${fault} of ${target.name} would be undone first`),
    ...left.objects.map(
      ({ kind, namespace, name }) =>
        `${kind} ${namespace}/${name} would be removed first, if it is still that`,
    ),
    ...notesOf(left),
  ];
}
