/** The rights that `foreshock rbac` prints, held against what runs do: what is granted is what is used, both ways. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Access } from '../../../src/chaos/cluster/kubernetes/access-review.ts';
import { connectKubernetes } from '../../../src/chaos/cluster/kubernetes.ts';
import { dryRun } from '../../../src/chaos/dry-run.ts';
import { measure } from '../../../src/chaos/measure.ts';
import { accountDocuments } from '../../../src/chaos/rbac/account.ts';
import { surveyOnPaper } from '../../../src/chaos/rbac/survey.ts';
import { allRights } from '../../../src/chaos/wanted-rights.ts';
import { EXIT } from '../../../src/scenario/errors.ts';
import type { Fault, Safety, Scenario, Workload } from '../../../src/scenario/scenario.ts';
import { accessText, covers, granted } from '../cluster/kubernetes/authorizer.ts';
import { workingCluster } from '../cluster/kubernetes/working-cluster.ts';
import { expectUserError, temporaryJournal } from '../run.ts';
import { containerKill, lasting, podKill, shortScenario } from '../scenario.ts';

const FAULTS: readonly Fault[] = [
  podKill(),
  containerKill(),
  lasting('container-pause'),
  lasting('sandbox-kill'),
  lasting('pod-eviction'),
  lasting('network-partition'),
  lasting('cpu-stress'),
  lasting('memory-stress'),
  lasting('node-cordon'),
  lasting('node-drain'),
  lasting('node-taint'),
  lasting('node-loss'),
  lasting('node-partition'),
  lasting('zone-outage', { zone: 'zone-2' }),
  lasting('rollout-restart'),
  lasting('bad-image'),
  lasting('bad-readiness'),
  lasting('scale'),
  lasting('endpoint-removal'),
  lasting('control-plane-outage'),
  lasting('registry-outage'),
];

type Kind = 'Deployment' | 'StatefulSet' | 'DaemonSet';

const READING = ['get', 'list', 'watch'];

/** What the load is sent to. */
const application = createServer((_, response) => response.end('ok'));
let port = 0;
beforeAll(async () => {
  await new Promise<void>((resolve) => application.listen(0, '127.0.0.1', resolve));
  ({ port } = application.address() as AddressInfo);
});
afterAll(() => {
  application.closeAllConnections();
  application.close();
});

/** A workload behind the Service, and another in a namespace of its own. */
function scenarioOf(fault: Fault, kind: Kind = 'Deployment', rules: Partial<Safety> = {}): Scenario {
  const plain = shortScenario([fault]);
  const one = { ...plain, safety: { ...plain.safety, ...rules } };
  const first = { ...one.workloads[0], kind } as Workload;
  const other: Workload = { ...first, namespace: 'shop', name: 'other' };
  const objects = one.objects.map((object) => (object.kind === 'Deployment' ? { ...object, kind } : object));
  const ofOther = objects
    .filter((object) => object.kind === kind)
    .map((object) => ({ ...object, ...nameOf(other) }));
  return {
    ...one,
    workloads: [first, other],
    objects: [...objects, ...ofOther],
    load: { ...one.load, port, source_ports: 'kernel' },
  };
}

const nameOf = ({ name, namespace }: Workload) => ({ name, namespace });

interface Granting {
  readonly deployed?: boolean;
  readonly required_only?: boolean;
}

/** As the command prints them. */
async function printed(scenario: Scenario, { deployed = false, required_only = false }: Granting) {
  const wanted = await allRights(surveyOnPaper(deployed), scenario);
  const chosen = wanted.filter(({ without }) => !required_only || without === undefined);
  const account = { name: 'foreshock', namespace: 'chaos' };
  return granted(accountDocuments(account, scenario, chosen).join('---\n'));
}

async function run(scenario: Scenario, grants: readonly Access[], deployed: boolean) {
  const podsEndWhenCordoned = scenario.faults.some(({ type }) => type === 'node-cordon');
  const cluster = await workingCluster(scenario, grants, { deployed, podsEndWhenCordoned });
  const place = await temporaryJournal();
  const { kubeconfig } = cluster;
  try {
    const { notes } = await measure(
      scenario,
      connectKubernetes({ kubeconfig, containerKillCommand: 'true', providerCommand: 'true' }),
      { journal: place.journal, wander_ms: 0, trials: 1, recorder: () => ({ record: () => {} }) },
    );
    return { ...cluster, notes, error: undefined };
  } catch (error) {
    return { ...cluster, notes: [], error };
  } finally {
    await place.journal.close();
    await place.remove();
    await cluster.close();
  }
}

const texts = (accesses: readonly Access[]): readonly string[] =>
  [...new Set(accesses.map(accessText))].toSorted();

/** The grants that were made use of. */
const used = (grants: readonly Access[], done: readonly Access[]): readonly string[] =>
  texts(grants.filter((grant) => done.some((access) => covers(grant, access))));

/** Leases are renewed after some seconds, and written to where a fault lasts; a run may be over before. */
const usable = (grants: readonly Access[], done: readonly Access[]): readonly string[] => {
  const isRenewal = ({ verb, resource }: Access) => verb === 'patch' && resource === 'leases';
  return texts(grants.filter((grant) => !isRenewal(grant) || done.some((access) => covers(grant, access))));
};

describe.concurrent('the rights that are printed', { timeout: 120_000 }, () => {
  const cases: readonly (readonly [string, Fault, Kind, Partial<Safety>])[] = [
    ...FAULTS.map((fault) => [fault.type, fault, 'Deployment', {}] as const),
    ['rollout-restart of a StatefulSet', lasting('rollout-restart'), 'StatefulSet', {}],
    ['scale of a StatefulSet', lasting('scale'), 'StatefulSet', {}],
    ['bad-image of a DaemonSet', lasting('bad-image'), 'DaemonSet', {}],
    ['pod-kill, past budgets', podKill(), 'Deployment', { ignore_disruption_budgets: true }],
    ['pod-kill, of one in a zone', podKill(), 'Deployment', { max_per_zone: { pods: 1 } }],
  ];

  test.each(cases)(
    '%s: are those that a run uses and has asked for, all and no others',
    async (_, fault, kind, rules) => {
      const scenario = scenarioOf(fault, kind, rules);
      const grants = await printed(scenario, {});
      const { error, refused, done, asked } = await run(scenario, grants, false);
      expect(error).toBeUndefined();
      expect(texts(refused)).toEqual([]);
      expect(used(grants, done)).toEqual(usable(grants, done));
      expect(texts(grants).filter((text) => !texts(asked).includes(text))).toEqual([]);
    },
  );

  test.each(FAULTS.map((fault) => [fault.type, fault] as const))(
    '%s: suffice without what a run can do without, where its objects are there',
    async (type, fault) => {
      const scenario = scenarioOf(fault);
      const grants = await printed(scenario, { deployed: true, required_only: true });
      const { error, refused, done, notes } = await run(scenario, grants, true);
      expect(error).toBeUndefined();
      expect(texts(refused)).toEqual([]);
      expect(used(grants, done)).toEqual(usable(grants, done));
      expect(notes.join('\n')).toContain('the account may not get namespaces "kube-system" in the cluster');
      if (type !== 'control-plane-outage' && type !== 'registry-outage') {
        expect(notes.join('\n')).toContain('the account may not create events in namespace');
      }
    },
  );
});

describe.concurrent('a dry run', { timeout: 120_000 }, () => {
  test.each(FAULTS.map((fault) => [fault.type, fault] as const))(
    'of %s only reads, but for the question what the account may',
    async (_, fault) => {
      const scenario = scenarioOf(fault);
      const cluster = await workingCluster(scenario, await printed(scenario, {}), { deployed: true });
      const { kubeconfig } = cluster;
      const options = { kubeconfig, containerKillCommand: 'true', providerCommand: 'true' };
      try {
        const planned = await dryRun(scenario, connectKubernetes(options), { journal: '' });
        expect(cluster.done.filter(({ verb }) => !READING.includes(verb))).toEqual([]);
        expect(cluster.refused).toEqual([]);
        expect(cluster.asked.length).toBeGreaterThan(0);
        expect(planned.acts).toHaveLength(1);
        expect(planned.rights.missing).toEqual([]);
      } finally {
        await cluster.close();
      }
    },
  );
});

test('each of them is named where it is missing, before anything is touched', {
  timeout: 60_000,
}, async () => {
  const scenario = scenarioOf(lasting('node-drain'));
  const grants = await printed(scenario, { required_only: true });
  expect(grants.length).toBeGreaterThan(20);
  for (const missing of grants) {
    const { verb, resource, name } = missing;
    const { error, done } = await run(
      scenario,
      grants.filter((grant) => grant !== missing),
      false,
    );
    expectUserError(
      error,
      EXIT.configuration,
      `${verb} ${resource}${name === undefined ? '' : ` "${name}"`} in`,
    );
    expect(done.filter((access) => !READING.includes(access.verb))).toEqual([]);
  }
});

test('Secrets of the manifests are neither granted nor touched', { timeout: 60_000 }, async () => {
  const plain = scenarioOf(podKill());
  const secret = { apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 'password' };
  const object = { ...secret, position: { file: 'x.yaml', line: 1, column: 1 }, body: {} };
  const scenario: Scenario = { ...plain, objects: [...plain.objects, object] };
  const grants = await printed(scenario, {});
  expect(texts(grants).filter((text) => text.includes('secrets'))).toEqual([]);
  const { error, refused, done, notes } = await run(scenario, grants, false);
  expect(error).toBeUndefined();
  expect(texts([...refused, ...done]).filter((text) => text.includes('secrets'))).toEqual([]);
  expect(notes).toContain(
    'the account may not get secrets "password" in namespace shop: ' +
      'it is neither looked for nor created: whoever needs it must have it already',
  );
});
