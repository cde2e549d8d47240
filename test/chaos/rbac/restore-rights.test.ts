/** The rights that `foreshock rbac --for restore` prints, held against what `restore` does where a run has died. */
import { describe, expect, test } from 'vitest';
import { chooseTargets } from '../../../src/chaos/choose.ts';
import {
  LEFT_ANNOTATION,
  RUN_ANNOTATION,
  TARGET_ANNOTATION,
} from '../../../src/chaos/cluster/annotations.ts';
import type { Cluster } from '../../../src/chaos/cluster/cluster.ts';
import type { Access } from '../../../src/chaos/cluster/kubernetes/access-review.ts';
import { connectKubernetes } from '../../../src/chaos/cluster/kubernetes.ts';
import { actionFor } from '../../../src/chaos/fault-action.ts';
import { accountDocuments } from '../../../src/chaos/rbac/account.ts';
import { surveyOnPaper } from '../../../src/chaos/rbac/survey.ts';
import { type RestoreOptions, restore } from '../../../src/chaos/restore.ts';
import { namespacesToRestore, rightsToRestore } from '../../../src/chaos/restore-rights.ts';
import { createdRecord, faultRecord, recordsIn } from '../../../src/chaos/safety/records.ts';
import type { Wanted } from '../../../src/chaos/safety/rights.ts';
import { leaseFor } from '../../../src/chaos/safety/target-leases.ts';
import { allRights } from '../../../src/chaos/wanted-rights.ts';
import { EXIT } from '../../../src/scenario/errors.ts';
import type { FaultType, Scenario } from '../../../src/scenario/scenario.ts';
import { granted } from '../cluster/kubernetes/authorizer.ts';
import { workingCluster } from '../cluster/kubernetes/working-cluster.ts';
import { expectUserError } from '../run.ts';
import { lasting } from '../scenario.ts';
import { FAULTS, READING, scenarioOf, texts, used } from './rights-lab.ts';

const RUN = 'somebody@elsewhere, process 1, 2026-11-22T00:00:00.000Z, 000000';

/** As they are printed. */
const grantsOf = (wanted: readonly Wanted[]): readonly Access[] =>
  granted(accountDocuments({ name: 'foreshock', namespace: 'chaos' }, { objects: [] }, wanted).join('---\n'));

async function printed(scenario: Scenario, { deployed = false, required_only = false }) {
  const created = deployed ? [] : scenario.objects;
  const wanted = await rightsToRestore(surveyOnPaper(deployed), scenario, created);
  return grantsOf(wanted.filter(({ without }) => !required_only || without === undefined));
}

/** What a run does that creates all that is missing, causes its fault, and is killed. */
async function die(cluster: Cluster, scenario: Scenario, deployed: boolean): Promise<void> {
  const [fault] = scenario.faults as readonly [Scenario['faults'][number]];
  const action = actionFor(fault.type);
  const created = deployed ? [] : scenario.objects;
  for (const object of created) {
    const metadata = { ...(object.body.metadata as object), annotations: { [RUN_ANNOTATION]: RUN } };
    await cluster.apply({ ...object, body: { ...object.body, metadata } });
  }
  const choice = { scenario, cluster, trial: 0, entry_node: 'node-1' };
  const targets =
    action.undo === undefined
      ? []
      : (await chooseTargets(choice, fault, 'victims/0/0')).map((target) => ({ ...target, run: RUN }));
  if (action.undo !== undefined) expect(targets.length).toBeGreaterThan(0);
  for (const target of targets) await action.apply(cluster, fault, target, AbortSignal.abort());
  const records = [
    ...created.map((object) => createdRecord(object, RUN)),
    ...targets.map((target) => faultRecord(fault.type, target)),
  ];
  for (const workload of scenario.workloads) {
    const ref = leaseFor(workload);
    const lease = await cluster.leases?.create(ref, {
      ...{ holder: RUN, duration_s: 1, acquired_ms: 0, renewed_ms: 0 },
      annotations: {
        [TARGET_ANNOTATION]: `${workload.kind} ${workload.name}`,
        [LEFT_ANNOTATION]: JSON.stringify(recordsIn(ref.namespace, records)),
      },
    });
    expect(lease).toMatchObject({ holder: RUN });
  }
}

/** Has a run die with all rights that it has, and then restores with no more than `grants`. */
async function restored(
  scenario: Scenario,
  grants: readonly Access[],
  { deployed = false, ...options }: Partial<RestoreOptions> & { readonly deployed?: boolean } = {},
) {
  const account = [...grantsOf(await allRights(surveyOnPaper(deployed), scenario))];
  const server = await workingCluster(scenario, account, { deployed });
  const { kubeconfig, done, refused, asked } = server;
  const cluster = connectKubernetes({ kubeconfig, containerKillCommand: 'true', providerCommand: 'true' });
  const told: string[] = [];
  try {
    await die(cluster, scenario, deployed);
    expect(texts(refused)).toEqual([]);
    account.splice(0, account.length, ...grants);
    for (const list of [done, asked] as Access[][]) list.length = 0;
    const result = await restore({
      ...{ cluster, namespaces: namespacesToRestore(scenario), asksFirst: true, patience_ms: 100 },
      lapsed: async () => true,
      tell: (text) => void told.push(text),
      ...options,
    }).catch((error: unknown) => ({ error }));
    return { done, refused, asked, told, result };
  } finally {
    await cluster.close();
    await server.close();
  }
}

/**
 * A VirtualService of the run's own is deleted; one that was there would be listed and patched. A stressor runs; one that
 * could not start would go with its pod.
 */
const usable = (type: FaultType, grants: readonly Access[]) =>
  texts(
    grants.filter(({ resource, verb }) => {
      if (resource === 'virtualservices') return !['list', 'patch'].includes(verb);
      return !type.endsWith('-stress') || resource !== 'pods' || verb !== 'delete';
    }),
  );

describe.concurrent('the rights to restore', { timeout: 60_000 }, () => {
  const cases = FAULTS.map((fault) => [fault.type, fault] as const);

  test.each(cases)('%s: are those that it uses, all and no others', async (type, fault) => {
    const scenario = scenarioOf(fault);
    const grants = await printed(scenario, {});
    const { result, refused, done, asked, told } = await restored(scenario, grants);
    expect(result).toEqual({ wasLeft: true, goingOn: [] });
    expect(texts(refused)).toEqual([]);
    expect(used(grants, done)).toEqual(usable(type, grants));
    expect(texts(asked).filter((text) => !texts(grants).includes(text))).toEqual([]);
    expect(told.filter((text) => text.includes('was removed'))).toHaveLength(scenario.objects.length);
    const isUndone = actionFor(type).undo !== undefined;
    expect(told.some((text) => text.startsWith(`${type} of `) && text.includes('was undone'))).toBe(isUndone);
  });

  test.each(cases)(
    '%s: suffice without those that it can do without, where all was there',
    async (type, fault) => {
      const scenario = scenarioOf(fault);
      const grants = await printed(scenario, { deployed: true, required_only: true });
      const { result, refused, done, told } = await restored(scenario, grants, { deployed: true });
      expect(result).toEqual({ wasLeft: true, goingOn: [] });
      expect(used(grants, done)).toEqual(usable(type, grants));
      // What it may not list it has tried to.
      expect(texts(refused).filter((text) => !text.startsWith('list '))).toEqual([]);
      expect(told.join('\n')).toContain('the account in use may not list them');
    },
  );

  test('are fewer than those of the run', async () => {
    for (const fault of FAULTS) {
      const scenario = scenarioOf(fault);
      const grants = texts(await printed(scenario, { required_only: true }));
      expect(grants.filter((text) => /^(create|watch) /.test(text))).toEqual([]);
      expect(grants.filter((text) => / \/(secrets|pods\/exec) /.test(text))).toEqual([]);
    }
  });
});

describe.concurrent('a right that is missing', { timeout: 60_000 }, () => {
  test.each(['scale', 'node-cordon', 'network-partition'] as const)(
    'to undo %s is named before anything is put back',
    async (type) => {
      const scenario = scenarioOf(lasting(type));
      const grants = await printed(scenario, { required_only: true });
      const writing = grants.filter(({ verb }) => !READING.includes(verb));
      expect(writing.length).toBeGreaterThan(5);
      for (const missing of writing) {
        const others = grants.filter((grant) => grant !== missing);
        const { result, done } = await restored(scenario, others);
        const name = missing.name === undefined ? '' : ` "${missing.name}"`;
        expectUserError(
          (result as { error: unknown }).error,
          EXIT.configuration,
          `${missing.verb} ${missing.resource}${name} in`,
        );
        expect(texts(done.filter(({ verb }) => !READING.includes(verb)))).toEqual([]);
      }
    },
  );

  test('keeps nobody who does not ask first, as a guard, from putting back all else', async () => {
    const scenario = scenarioOf(lasting('scale'));
    const grants = (await printed(scenario, {})).filter(
      ({ verb, resource }) => !(verb === 'delete' && resource === 'services'),
    );
    const { result, told } = await restored(scenario, grants, { asksFirst: false });
    expect((result as { error: unknown }).error).toBeDefined();
    expect(told.some((text) => text.startsWith('scale of nginx') && text.includes('was undone'))).toBe(true);
    expect(told.filter((text) => text.includes('was removed'))).toHaveLength(scenario.objects.length - 1);
  });
});
