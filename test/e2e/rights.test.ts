/** Runs with nothing but the rights that `foreshock rbac` prints, where an API server holds accounts to theirs. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import type { Access } from '../../src/chaos/cluster/kubernetes/access-review.ts';
import { EXIT } from '../../src/scenario/errors.ts';
import { accessText, covers, granted } from '../chaos/cluster/kubernetes/authorizer.ts';
import { describeOnTestbed } from '../support/testbed.ts';
import { accessesOf, auditOf, isRefused } from './audit.ts';
import { applied, chaos, kubeconfigOf, kubectl, objectsIn, rbac } from './chaos-command.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'foreshock-rights-'));
const NAMESPACE = 'foreshock-rights';
const ACCOUNT = 'foreshock-web';
const RUNNER = `system:serviceaccount:${NAMESPACE}:${ACCOUNT}`;
const MINUTES = 60_000;
/** The authorizer hears of Roles by a watch. */
const HEARD_MS = 10_000;

const MANIFEST = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: ${NAMESPACE}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector: {matchLabels: {app: web}}
      containers: [{name: web, image: nginx, imagePullPolicy: IfNotPresent, ports: [{containerPort: 80}]}]
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: ${NAMESPACE}}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80}]}
`;

/** Writes a scenario, and gives its file. */
function scenario(duration: string, ...faults: string[]): string {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, 'web.k8s.yaml'), MANIFEST);
  const file = join(FOLDER, 'web.yaml');
  writeFileSync(
    file,
    `version: foreshock/v1
manifests: [web.k8s.yaml]
load: {rate: 20, duration: ${duration}}
faults:
${faults.map((fault) => `  - ${fault}`).join('\n')}
trials: {predict: 10, measure: 1}
`,
  );
  return file;
}

const OUT = join(FOLDER, 'out');

function run(file: string) {
  const kubeconfig = kubeconfigOf(join(FOLDER, 'kubeconfig'), NAMESPACE, ACCOUNT);
  rmSync(OUT, { recursive: true, force: true });
  return chaos(file, { out: OUT, env: { KUBECONFIG: kubeconfig } });
}

/** What the API server says of the account. */
function may({ verb, group, resource, namespace, name }: Access): boolean {
  const [main, subresource] = resource.split('/');
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: {
      user: RUNNER,
      resourceAttributes: { verb, group, resource: main, subresource, namespace, name },
    },
  };
  const file = join(FOLDER, 'review.json');
  writeFileSync(file, JSON.stringify(review));
  return kubectl('create', '-f', file, '-o', 'jsonpath={.status.allowed}') === 'true';
}

async function until(what: string, isSo: () => boolean): Promise<void> {
  for (const deadline = Date.now() + HEARD_MS; !isSo(); await sleep(100)) {
    if (Date.now() > deadline) throw new Error(`${what} is not so after ${HEARD_MS} ms`);
  }
}

/** Applies what was printed, and waits until all of it counts. */
async function grant(yaml: string): Promise<readonly Access[]> {
  applied(yaml);
  const grants = granted(yaml);
  for (const access of grants) await until(accessText(access), () => may(access));
  return grants;
}

/** What the API server has in its audit log: what was granted and not used, and what was tried and refused. */
async function useOf(grants: readonly Access[], from: number) {
  const events = (await auditOf(RUNNER)).slice(from);
  const done = events.filter((event) => !isRefused(event)).flatMap(accessesOf);
  const isRenewal = ({ verb, resource }: Access) => verb === 'patch' && resource === 'leases';
  return {
    refused: events.filter(isRefused).flatMap(accessesOf).map(accessText),
    // Leases are written to after some seconds, and where a fault lasts; a run may be over before.
    unused: grants
      .filter((grant) => !isRenewal(grant) && !done.some((access) => covers(grant, access)))
      .map(accessText),
  };
}

interface EventOfApi {
  readonly reason: string;
  readonly reportingController: string;
  readonly note: string;
  readonly regarding: { readonly kind: string; readonly name: string };
}

function eventsIn(namespace: string): readonly EventOfApi[] {
  const { items } = JSON.parse(kubectl('-n', namespace, 'get', 'events.events.k8s.io', '-o', 'json')) as {
    items: readonly EventOfApi[];
  };
  return items.filter(({ reportingController }) => reportingController === 'foreshock.dev/foreshock');
}

const deployed = () => {
  applied(MANIFEST);
  kubectl('-n', NAMESPACE, 'rollout', 'status', 'deployment/web', '--timeout=60s');
};

describeOnTestbed('the rights that are printed', () => {
  beforeEach(() => {
    kubectl('create', 'namespace', NAMESPACE);
  });
  afterEach(() => {
    kubectl('delete', 'clusterrole,clusterrolebinding', `${NAMESPACE}:${ACCOUNT}`, '--ignore-not-found');
    kubectl('delete', 'namespace', NAMESPACE, '--wait=true');
  }, 2 * MINUTES);
  afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

  it(
    'suffice to create, to hit and to remove, and what was hit says who did it',
    async () => {
      const file = scenario(
        '15s',
        'pod-kill: {mode: one, at: 1s, grace_period: 0s}',
        'pod-eviction: {mode: one, at: 4s, grace_period: 0s}',
        'scale: {replicas: 3, at: 7s, duration: 3s}',
        'rollout-restart: {at: 12s}',
      );
      const grants = await grant(rbac(file));
      expect(may({ verb: 'get', group: '', resource: 'secrets', namespace: NAMESPACE })).toBe(false);
      expect(may({ verb: 'delete', group: 'apps', resource: 'deployments', namespace: NAMESPACE })).toBe(
        false,
      );
      const other = {
        verb: 'create',
        group: 'apps',
        resource: 'deployments',
        namespace: NAMESPACE,
        name: 'x',
      };
      expect(may(other)).toBe(false);
      expect(grants.length).toBeGreaterThan(15);
      const before = (await auditOf(RUNNER)).length;
      const { code, stderr } = await run(file);
      expect(code, stderr).toBe(EXIT.ok);
      expect(await useOf(grants, before)).toEqual({ refused: [], unused: [] });
      expect(objectsIn(NAMESPACE)).toEqual(['']);
      const events = eventsIn(NAMESPACE);
      const told = new Set(events.map(({ reason, regarding }) => `${reason} ${regarding.kind}`));
      expect(told).toEqual(
        new Set([
          ...['PodKill Pod', 'PodEviction Pod', 'Scale Deployment', 'ScaleUndone Deployment'],
          'RolloutRestart Deployment',
        ]),
      );
      const journal = readFileSync(join(OUT, 'journal.jsonl'), 'utf8');
      const { run: id } = JSON.parse(journal.split('\n')[0] as string) as { run: string };
      for (const { note } of events) expect(note).toContain(`by foreshock: run ${id}, scenario web, trial 1`);
      const described = kubectl('-n', NAMESPACE, 'get', 'events', '-o', 'wide');
      expect(described).toContain('foreshock.dev/foreshock');
    },
    4 * MINUTES,
  );

  it(
    'suffice to drain a node of what is there already, without any that a run can do without',
    async () => {
      deployed();
      const file = scenario('12s', 'node-drain: {mode: one, at: 1s, duration: 6s, grace_period: 1s}');
      const grants = await grant(rbac(file, '--deployed', '--required-only'));
      expect(
        grants.filter(
          ({ verb, resource }) => verb === 'create' && !['pods/eviction', 'leases'].includes(resource),
        ),
      ).toEqual([]);
      const before = (await auditOf(RUNNER)).length;
      const { code, stderr } = await run(file);
      expect(code, stderr).toBe(EXIT.ok);
      expect(await useOf(grants, before)).toEqual({ refused: [], unused: [] });
      expect(kubectl('get', 'nodes', '-o', 'jsonpath={.items[*].spec.unschedulable}')).not.toContain('true');
      expect(eventsIn(NAMESPACE)).toEqual([]);
    },
    4 * MINUTES,
  );

  it(
    'are all needed: each that is taken away is named, and nothing is touched',
    async () => {
      deployed();
      const file = scenario('4s', 'pod-kill: {mode: one, at: 1s, grace_period: 0s}');
      const yaml = rbac(file, '--deployed', '--required-only');
      const grants = await grant(yaml);
      const pods = () => kubectl('-n', NAMESPACE, 'get', 'pods', '-o', 'jsonpath={.items[*].metadata.uid}');
      const before = pods();
      let taken: Access | undefined;
      for (const missing of grants) {
        const others = grants.filter((each) => each !== missing);
        const rules = others.map(({ verb, group, resource, name }) => ({
          ...{ apiGroups: [group], resources: [resource], verbs: [verb] },
          ...(name === undefined ? {} : { resourceNames: [name] }),
        }));
        const patch = JSON.stringify({ rules });
        kubectl('-n', NAMESPACE, 'patch', 'role', ACCOUNT, '--type=merge', '-p', patch);
        await until(`${accessText(missing)} missing`, () => !may(missing));
        // The others have counted all the time.
        const given = taken;
        if (given !== undefined) await until(accessText(given), () => may(given));
        taken = missing;
        const { code, stderr } = await run(file);
        expect(code, stderr).toBe(EXIT.configuration);
        expect(stderr).toContain(`the account in use may not ${missing.verb} ${missing.resource}`);
      }
      expect(pods()).toBe(before);
    },
    4 * MINUTES,
  );

  it(
    'and the Job, and its ConfigMap, are as the API server takes them',
    () => {
      const file = scenario('4s', 'pod-kill: {mode: one, at: 1s}');
      const text = rbac(file, '--job', '--image', 'localhost/foreshock:none', '--claim', 'results');
      const printed = join(FOLDER, 'job.yaml');
      writeFileSync(printed, text);
      const said = kubectl('apply', '--dry-run=server', '-f', printed);
      expect(said).toContain(`job.batch/${ACCOUNT} created (server dry run)`);
      expect(said).toContain(`configmap/${ACCOUNT} created (server dry run)`);
    },
    MINUTES,
  );
});
